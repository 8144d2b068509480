/** One node of a test's cluster: it keeps its ports and its file while its server comes and goes. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";
import { freePort } from "./free-port.ts";
import {
  configText,
  type NodeKind,
  type NodeLinks,
  type NodePorts,
  type NodeWish,
} from "./mesh-config.ts";
import { type Running, run, runEmbedded, wantedCommand } from "./mesh-process.ts";
import { until } from "./until.ts";
import { Wire } from "./wire.ts";

const START_DEADLINE_MS = 15_000;
const ANSWER_DEADLINE_MS = 10_000;
const SHOWN_LINES = 25;

/** `[4242] 2026/01/31 12:34:56.123456 [INF] text` */
const LOG_LINE = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/;

/** `INF text` of a line of a log; what is no such line stays what it is. */
export function shortLine(line: string): string {
  const match = LOG_LINE.exec(line);
  return match === null ? line : `${match[1]} ${match[2]}`;
}

/** A connection that is closed at the end of its block. */
export type NodeClient = NatsConnection & AsyncDisposable;

export interface RouteView {
  readonly rid: number;
  readonly remote_id: string;
  readonly remote_name: string;
  readonly did_solicit: boolean;
  readonly is_configured: boolean;
  readonly account?: string;
  readonly compression?: string;
  readonly subscriptions: number;
  readonly rtt?: string;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly import?: unknown;
  readonly export?: unknown;
}

export interface Varz {
  readonly server_id: string;
  readonly server_name: string;
  readonly version: string;
  readonly connect_urls?: readonly string[];
  readonly cluster: { readonly name?: string; readonly urls?: readonly string[] };
  readonly gateway: {
    readonly name?: string;
    readonly gateways?: readonly { readonly name: string; readonly urls?: readonly string[] }[];
  };
  readonly routes: number;
  readonly remotes: number;
  readonly mem: number;
  readonly connections: number;
}

export interface GatewayView {
  readonly configured: boolean;
  /** The name is the id of the server at the other end. */
  readonly connection: { readonly cid: number; readonly name: string; readonly rtt?: string };
  readonly accounts?: readonly { readonly name: string; readonly interest_mode: string }[];
}

export interface Gatewayz {
  readonly server_id: string;
  readonly name?: string;
  readonly outbound_gateways: Readonly<Record<string, GatewayView>>;
  readonly inbound_gateways: Readonly<Record<string, readonly GatewayView[]>>;
}

export class MeshNode {
  readonly name: string;
  readonly ports: NodePorts;
  /** Lines as `INF text`, of all servers this node has had. */
  readonly log: string[] = [];
  readonly #folder: string;
  readonly #resolveLinks: (node: MeshNode) => NodeLinks;
  readonly #clients = new Set<NatsConnection>();
  #wish: NodeWish;
  #running: Running | null = null;

  /** @param resolveLinks gives URLs for the names in a wish. */
  constructor(
    name: string,
    wish: NodeWish,
    folder: string,
    resolveLinks: (node: MeshNode) => NodeLinks,
  ) {
    this.name = name;
    this.#wish = wish;
    this.#folder = folder;
    this.#resolveLinks = resolveLinks;
    const cluster = wish.clusterPort ?? freePort();
    const gateway = wish.gateway?.port ?? freePort();
    this.ports = { client: freePort(), cluster, monitor: freePort(), gateway };
  }

  get wish(): NodeWish {
    return this.#wish;
  }

  get kind(): NodeKind {
    return this.#wish.kind;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.ports.client}`;
  }

  get address(): string {
    return `127.0.0.1:${this.ports.client}`;
  }

  /** 0 when it does not run, or runs in this process. */
  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#running !== null && !this.#running.hasEnded;
  }

  get file(): string {
    return join(this.#folder, `${this.name}.conf`);
  }

  /** The configuration as it is written. */
  get config(): string {
    const name = this.#wish.name === null ? null : this.name;
    return configText(name, this.ports, this.#wish, this.#resolveLinks(this));
  }

  /** The last lines of the log, for the message of a failure. */
  get tail(): string {
    const lines = this.log.slice(-SHOWN_LINES).map((line) => `    ${line.slice(0, 200)}`);
    return `  ${this.name} (${this.kind}) pid ${this.pid}:\n${lines.join("\n")}`;
  }

  /** @throws Error with the log when it does not start. */
  async start(changes: Partial<NodeWish> = {}): Promise<void> {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    await this.#write(changes);
    const from = this.log.length;
    const keep = (line: string): void => this.#keep(line);
    const { kind } = this.#wish;
    this.#running =
      kind === "embedded"
        ? await runEmbedded(this.config, keep)
        : run([...wantedCommand(kind), "-c", this.file], keep);
    const running = this.#running;
    const kindOfPort = this.#wish.hasNoCluster === true ? "gateways" : "route";
    const isUp = (): boolean => this.#has(`Listening for ${kindOfPort} connections`, from);
    try {
      await until("start", () => isUp() || running.hasEnded, START_DEADLINE_MS);
      if (!isUp()) throw new Error("it ended");
      await until("ready", () => this.#has("Server is ready", from), START_DEADLINE_MS);
    } catch (error) {
      await this.kill();
      throw new Error(`${this.name} (${kind}): ${(error as Error).message}\n${this.tail}`);
    }
  }

  /** At once, as if the machine lost power. */
  async kill(): Promise<void> {
    await this.#running?.kill();
    this.#running = null;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#running!.signal(signal);
  }

  /** Resolves when the process has ended by itself. */
  async ended(deadlineMs = ANSWER_DEADLINE_MS): Promise<void> {
    const running = this.#running!;
    await until(`end of ${this.name}`, () => running.hasEnded, deadlineMs);
    this.#running = null;
  }

  /** Writes the file anew and has the server read it. */
  async reload(changes: Partial<NodeWish>): Promise<void> {
    await this.#write(changes);
    const from = this.log.length;
    this.signal("SIGHUP");
    await this.logged(/^(?:INF Reloaded server configuration|ERR Failed to reload.*)/, { from });
  }

  /** Waits for a line of the log and returns its match. */
  async logged(
    pattern: RegExp,
    { from = 0, deadlineMs = ANSWER_DEADLINE_MS }: { from?: number; deadlineMs?: number } = {},
  ): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    const find = (): boolean =>
      this.log.slice(from).some((line) => {
        match = pattern.exec(line);
        return match !== null;
      });
    try {
      await until(`${this.name} logs ${pattern}`, find, deadlineMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.tail}`);
    }
    return match!;
  }

  varz(): Promise<Varz> {
    return this.#get("varz") as Promise<Varz>;
  }

  async routez(query = ""): Promise<RouteView[]> {
    const { routes } = (await this.#get(`routez${query}`)) as { routes?: RouteView[] };
    return routes ?? [];
  }

  gatewayz(query = ""): Promise<Gatewayz> {
    return this.#get(`gatewayz${query}`) as Promise<Gatewayz>;
  }

  /** Connects, without reconnecting later unless told so. */
  async connect(options: ConnectionOptions = {}): Promise<NodeClient> {
    const client = await connect({
      servers: this.url,
      reconnect: false,
      ignoreClusterUpdates: true,
      timeout: 10_000,
      ...options,
    });
    this.#clients.add(client);
    return Object.assign(client, {
      [Symbol.asyncDispose]: async () => {
        this.#clients.delete(client);
        await client.close();
      },
    });
  }

  /** A raw connection that has logged in. */
  async wire(connect: Readonly<Record<string, unknown>> = {}): Promise<Wire> {
    const wire = await Wire.connect(this.ports.client);
    const options = { verbose: false, pedantic: false, protocol: 1, headers: true, ...connect };
    await wire.send(`CONNECT ${JSON.stringify({ no_responders: true, ...options })}\r\nPING\r\n`);
    if (await wire.waitFor("PONG\r\n", ANSWER_DEADLINE_MS)) return wire;
    throw new Error(`${this.name}: no answer to CONNECT but ${wire.text}\n${this.tail}`);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close().catch(() => {})));
    this.#clients.clear();
    await this.kill();
  }

  async #write(changes: Partial<NodeWish>): Promise<void> {
    this.#wish = { ...this.#wish, ...changes };
    await writeFile(this.file, this.config);
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.ports.monitor}/${path}`, {
      signal: AbortSignal.timeout(5_000),
    });
    return response.json();
  }

  #has(text: string, from: number): boolean {
    return this.log.slice(from).some((line) => line.includes(text));
  }

  #keep(line: string): void {
    this.log.push(shortLine(line));
  }
}
