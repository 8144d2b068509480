/** What tests of traces have in common: a server with accounts, clients, and messages with headers. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerProcess } from "../process/processes.ts";
import { Wire } from "../support/wire.ts";

/** Two accounts that share, each in both ways: with leave to trace, and without. */
export const ACCOUNTS = `
  server_name: traced
  system_account: SYS
  accounts {
    A {
      users: [
        { user: a, password: a }
        { user: d, password: d
          permissions: { publish: { deny: ["no.>", "tr.deny"] }, subscribe: { deny: "secret.x" } } }
      ]
      msg_trace: { dest: "external", sampling: "100%" }
      mappings: { "m.one": "m.two" }
      exports: [ { stream: "st.>" }, { stream: "so.>" } ]
      imports: [
        { service: { account: B, subject: "svc.open" }, to: "ask.open" }
        { service: { account: B, subject: "svc.shut" }, to: "ask.shut" }
      ]
    }
    B {
      users: [ { user: b, password: b } ]
      exports: [ { service: "svc.open", allow_trace: true }, { service: "svc.shut" } ]
      imports: [
        { stream: { account: A, subject: "st.>" }, prefix: "imp", allow_trace: true }
        { stream: { account: A, subject: "so.>" }, prefix: "shut" }
      ]
    }
    SYS { users: [ { user: s, password: s } ] }
  }
`;

/** Starts a command with a configuration file of this text. */
export async function startWith(
  command: readonly string[],
  config: string,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), "nats-trace-"));
  const file = join(folder, "nats-server.conf");
  try {
    await writeFile(file, `listen: "127.0.0.1:-1"\n${config}`);
    return await ServerProcess.start([...command, "-c", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export class TraceClient {
  readonly #wire: Wire;
  #pings = 0;
  #seen = 0;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  static async open(port: number, user: string, options: object = {}): Promise<TraceClient> {
    const client = new TraceClient(await Wire.connect(port));
    const login = user === "" ? {} : { user, pass: user };
    const connect = { verbose: false, headers: true, no_responders: true, ...login, ...options };
    await client.send(`CONNECT ${JSON.stringify(connect)}\r\n`);
    await client.sync();
    client.forget();
    return client;
  }

  /** What has come since `forget`, one character per byte. */
  get text(): string {
    return this.#wire.text.slice(this.#seen);
  }

  get isEnded(): boolean {
    return this.#wire.ended;
  }

  forget(): void {
    this.#seen = this.#wire.text.length;
  }

  /** @param data one character per byte. */
  async send(data: string): Promise<void> {
    await this.#wire.send(Buffer.from(data, "latin1"));
  }

  /** Resolves when the server has handled all that was sent, or has closed. */
  async sync(): Promise<void> {
    await this.send("PING\r\n");
    const wanted = ++this.#pings;
    await this.#wire.waitFor((wire) => wire.text.split("PONG\r\n").length > wanted);
  }

  /** Waits until the text has come so many times. */
  waitFor(text: string, times = 1): Promise<boolean> {
    return this.#wire.waitFor((wire) => wire.text.slice(this.#seen).split(text).length > times);
  }

  close(): void {
    this.#wire.close();
  }
}

export function block(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `NATS/1.0\r\n${lines.join("")}\r\n`;
}

/** @param headers a header block, or what stands in it. */
export function hpub(
  subject: string,
  headers: Readonly<Record<string, string>> | string,
  reply = "",
  body = "x",
): string {
  const text = typeof headers === "string" ? headers : block(headers);
  const line = `HPUB ${subject} ${reply === "" ? "" : `${reply} `}`;
  return `${line}${text.length} ${text.length + body.length}\r\n${text}${body}\r\n`;
}
