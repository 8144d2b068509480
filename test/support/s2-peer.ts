/** A real nats-server at the other end of a route that is compressed both ways, byte by byte. */

import { S2Decoder } from "../../src/s2/s2-decoder.ts";
import { S2Encoder } from "../../src/s2/s2-encoder.ts";
import type { S2Level } from "../../src/s2/s2-level.ts";
import { freePort, isOpen } from "./free-port.ts";
import { type ServerProcess, startConfigured } from "./peer.ts";
import { eventually } from "./until.ts";
import { Wire } from "./wire.ts";

const ID = "NS2TESTS2TESTS2TESTS2TESTS2TESTS2TESTS2TESTS2TESTS2TESTS";

export class S2Peer implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #clusterPort: number;

  private constructor(server: ServerProcess, clusterPort: number) {
    this.server = server;
    this.#clusterPort = clusterPort;
  }

  static async start(binary: string): Promise<S2Peer> {
    const port = freePort();
    const cluster = `cluster { name: C1, listen: "127.0.0.1:${port}", compression: accept }`;
    const server = await startConfigured(binary, `max_payload: 8MB\n${cluster}\n`);
    // It is ready for servers a moment after it is for clients.
    await eventually("the port for routes", () => isOpen(port));
    return new S2Peer(server, port);
  }

  /** A client that is ready for use. */
  async client(): Promise<Wire> {
    const wire = await Wire.connect(this.server.port);
    await wire.send('CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nPING\r\n');
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no PONG: ${wire.text}`);
    return wire;
  }

  async route(level: S2Level): Promise<S2Route> {
    const route = new S2Route(await Wire.connect(this.#clusterPort), level);
    await route.agree();
    return route;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** A route to the real server, which compresses as it is told. */
export class S2Route {
  readonly wire: Wire;
  readonly #level: S2Level;
  readonly #encoder: S2Encoder;
  readonly #decoder = new S2Decoder();
  readonly #parts: Buffer[] = [];
  /** Where what is compressed begins, of all that has come, and how much of it is decoded. */
  #start = 0;
  #decoded = 0;

  constructor(wire: Wire, level: S2Level) {
    this.wire = wire;
    this.#level = level;
    this.#encoder = new S2Encoder(level);
  }

  /** Compressed bytes that have come. */
  get rawBytes(): number {
    return this.wire.received.length - this.#start;
  }

  /** What has come, in plain. */
  get plain(): Buffer {
    const fresh = this.wire.received.subarray(this.#start + this.#decoded);
    this.#decoded += fresh.length;
    this.#decoder.decode(fresh, (bytes) => this.#parts.push(bytes));
    const all = Buffer.concat(this.#parts);
    this.#parts.splice(0, this.#parts.length, all);
    return all;
  }

  async agree(): Promise<void> {
    if (!(await this.wire.waitFor(/^INFO .*\r\n/))) throw new Error("no INFO");
    const connect = { echo: true, headers: true, name: ID, cluster: "C1", lnoc: true };
    await this.wire.send(`CONNECT ${JSON.stringify(connect)}\r\n${this.#info()}`);
    this.#start = this.wire.received.indexOf("\r\n") + 2;
    if (!(await this.waitFor("\r\n"))) throw new Error(`no compressed INFO: ${this.wire.text}`);
    await this.send(this.#info());
  }

  /** Sends one stream. */
  async send(...parts: (string | Uint8Array)[]): Promise<void> {
    const plain = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    const out = Buffer.alloc(this.#encoder.maxLength(plain.length));
    const end = this.#encoder.encode(plain, 0, plain.length, out, 0);
    await this.wire.send(out.subarray(0, end));
  }

  /** Resolves to whether the text came in time. */
  waitFor(text: string, deadlineMs = 4_000): Promise<boolean> {
    return this.wire.waitFor(() => this.plain.includes(text), deadlineMs);
  }

  #info(): string {
    const info = {
      server_id: ID,
      server_name: "S2",
      version: "2.15.1",
      proto: 1,
      go: "",
      host: "127.0.0.1",
      port: 4,
      headers: true,
      max_payload: 8_388_608,
      cluster: "C1",
      compression: `s2_${this.#level}`,
      lnoc: true,
      lnocu: true,
    };
    return `INFO ${JSON.stringify(info)} \r\n`;
  }
}
