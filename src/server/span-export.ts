/** Whether spans of messages go to a collector, as the options in force say. Loaded when they do. */

import type { Options } from "../config/options/options.ts";
import type { MessageTracing } from "../core/tracing/message-tracing.ts";
import type { Logger } from "../log/logger.ts";
import type { OtlpSpanExporter } from "../monitor/otlp/span-exporter.ts";
import type { ServerDescription } from "./server-description.ts";

const TRACES_PATH = "/v1/traces";

export class SpanExport {
  readonly #tracing: MessageTracing;
  readonly #server: ServerDescription;
  readonly #log: Logger;
  #options: Options["otlp"] = null;
  #exporter: OtlpSpanExporter | null = null;

  constructor(tracing: MessageTracing, server: ServerDescription, log: Logger) {
    this.#tracing = tracing;
    this.#server = server;
    this.#log = log;
  }

  async configure({ otlp }: Readonly<Options>): Promise<void> {
    if (Bun.deepEquals(otlp, this.#options)) return;
    const before = this.#exporter;
    this.#exporter = otlp === null ? null : await this.#open(otlp);
    this.#options = otlp;
    this.#tracing.exporter = this.#exporter;
    // What waits for the old collector still goes there.
    void before?.stop();
  }

  /** Resolves when what was left is sent, or after two seconds. */
  async stop(): Promise<void> {
    this.#tracing.exporter = null;
    await this.#exporter?.stop();
  }

  async #open(otlp: NonNullable<Options["otlp"]>): Promise<OtlpSpanExporter> {
    const { OtlpSpanExporter } = await import("../monitor/otlp/span-exporter.ts");
    const { endpoint, headers, timeoutMs, serviceName, caFile, sampling } = otlp;
    const { version, id, name } = this.#server;
    const base = endpoint.replace(/\/+$/, "");
    const url = base.endsWith(TRACES_PATH) ? base : base + TRACES_PATH;
    // It was there when the options were read.
    const authorities = caFile === "" ? "" : await Bun.file(caFile).text();
    const resource = { serviceName, version, serverId: id, serverName: name };
    const sender = { url, headers, timeoutMs, authorities };
    return new OtlpSpanExporter(sender, resource, sampling, this.#log);
  }
}
