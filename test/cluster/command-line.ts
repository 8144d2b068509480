/**
 * Servers that are started by command lines as people type them, with `nats-server` found by the shell.
 *
 * Ports are those of the command line where these are free, and others of ours where they are not.
 */

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";
import { freePort, isFree } from "../support/free-port.ts";
import type { NodeKind } from "../support/mesh-config.ts";
import { shortLine } from "../support/mesh-node.ts";
import { type Running, run, wantedCommand } from "../support/mesh-process.ts";
import { until } from "../support/until.ts";

const DEADLINE_MS = 15_000;

export class TypedServer {
  /** Lines as `INF text`. */
  readonly log: string[] = [];
  readonly #running: Running;

  constructor(line: string, cwd: string, env: Record<string, string>) {
    const keep = (text: string): void => void this.log.push(shortLine(text));
    this.#running = run(["sh", "-c", `exec ${line}`], keep, { cwd, env });
  }

  get id(): string {
    return this.line(/^INF {3}ID: {7}(N[A-Z2-7]{55})$/)?.[1] ?? "";
  }

  line(pattern: RegExp): RegExpExecArray | null {
    for (const line of this.log) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
    return null;
  }

  /** Waits for a line of the log. */
  async logged(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<void> {
    const has = (): boolean => this.line(pattern) !== null || this.#running.hasEnded;
    await until(String(pattern), has, deadlineMs).catch(() => {});
    if (this.line(pattern) === null) throw new Error(`no ${pattern} in:\n${this.log.join("\n")}`);
  }

  /** What was logged of each route, by `address - rid:N`. */
  get routes(): Map<string, string[]> {
    const routes = new Map<string, string[]>();
    for (const line of this.log) {
      const match = /^([A-Z]{3}) (\S+ - rid:\d+) - (.*)$/.exec(line);
      if (match === null || match[3] === "Router Ping Timer") continue;
      const lines = routes.get(match[2]!) ?? [];
      routes.set(match[2]!, [...lines, `${match[1]} ${match[3]}`]);
    }
    return routes;
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }
}

/** A folder to type in. */
export class Shell implements AsyncDisposable {
  readonly folder: string;
  readonly #ports: ReadonlyMap<number, number>;
  readonly #servers: TypedServer[] = [];
  readonly #clients: NatsConnection[] = [];

  private constructor(folder: string, ports: readonly number[]) {
    this.folder = folder;
    const areFree = ports.every(isFree);
    this.#ports = new Map(ports.map((port) => [port, areFree ? port : freePort()]));
  }

  /** @param ports all that the command lines and files name. */
  static async open(kind: NodeKind, ports: readonly number[]): Promise<Shell> {
    const shell = new Shell(await mkdtemp(join(tmpdir(), "nats-typed-")), ports);
    const file = join(shell.folder, "nats-server");
    const command = wantedCommand(kind).map((part) => `'${part}'`);
    await writeFile(file, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
    await chmod(file, 0o755);
    return shell;
  }

  port(port: number): number {
    return this.#ports.get(port)!;
  }

  /** The same text with the ports that are used instead. */
  text(text: string): string {
    return text.replace(/\b\d{4}\b/g, (digits) =>
      String(this.#ports.get(Number(digits)) ?? digits),
    );
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), this.text(text));
  }

  /**
   * Runs a command line; resolves when the server is ready and has its listener of that kind.
   *
   * @param listener `route` or `gateways`
   */
  async type(
    line: string,
    env: Record<string, string> = {},
    listener = "route",
  ): Promise<TypedServer> {
    const path = `${this.folder}:${process.env.PATH ?? ""}`;
    const server = new TypedServer(this.text(line), this.folder, { ...env, PATH: path });
    this.#servers.push(server);
    await server.logged(/^INF Server is ready$/);
    await server.logged(new RegExp(`^INF Listening for ${listener} connections on `));
    return server;
  }

  async client(port: number, options: ConnectionOptions = {}): Promise<NatsConnection> {
    const servers = `127.0.0.1:${this.port(port)}`;
    const client = await connect({
      servers,
      reconnect: false,
      ignoreClusterUpdates: true,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close().catch(() => {})));
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
