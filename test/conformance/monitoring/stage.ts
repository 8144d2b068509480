/** A server with a monitoring port, its clients, and somebody who listens to its events. */

import { writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { Folder, ServerProcess } from "../../process/processes.ts";
import type { Channel } from "../../support/channel.ts";
import { TlsWire } from "../../support/tls-wire.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Asker } from "../../system/services/asker.ts";

const DEADLINE_MS = 8_000;
/** How often it is looked whether something has come about. */
const SHOW_MS = 10;
const MONITOR = /Starting https? monitor on 127\.0\.0\.1:(\d+)/;
const SERVER_ID = /\bID: +(N[A-Z2-7]{55})\b/;
const PORT = /(?<=[\w.\]]:)\d{4,5}\b/g;
const SERVER_KEY = /\bN[A-Z2-7]{55}\b/g;
const ACCOUNT_REPLY = /_R_\.\w{6}(?:\.\w{6})?(?:\.\w{8}\.T)?/g;
const MESSAGE = /MSG (\S+) \d+ (?:(\S*) )?(\d+)\r\n/y;

/** Fields of CONNECT, or what makes them of the nonce. */
export type Connect = Login | ((nonce: string) => object);
export type Login = Readonly<Record<string, unknown>>;

export interface Tls {
  /** Arguments of `openssl s_client`. */
  readonly args?: readonly string[];
  readonly isFirst?: boolean;
}

export interface Visitor {
  /** Everything received, a character for each byte. */
  readonly text: string;
  readonly received: Buffer;
  /** Sends, and waits until the server has seen it all. */
  say(lines: string): Promise<void>;
  /** Sends what the server closes the connection for, and waits for that. */
  last(lines: string | Uint8Array): Promise<void>;
  send(lines: string | Uint8Array): Promise<void>;
  waits(pattern: RegExp): Promise<void>;
  /** Waits for the server to close. */
  ends(): Promise<void>;
  /** Goes as a client should. */
  leave(): Promise<void>;
}

/** How a server is started. */
export interface Settings {
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export interface Told {
  readonly subject: string;
  readonly text: string;
}

export class Stage implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #folder: Folder;
  readonly #certificates: string;
  readonly #visitors: { close(): Promise<void> }[] = [];
  /** Names of clients by the server's id of them, and by their ports. */
  readonly #names = new Map<number, string>();
  readonly #ports = new Map<number, string>();
  readonly #aliases = new Map<string, string>();
  readonly #askers = new Map<string, Asker>();
  #watcher: Visitor | undefined;
  #watched = "";

  private constructor(server: ServerProcess, folder: Folder, certificates: string) {
    this.server = server;
    this.#folder = folder;
    this.#certificates = certificates;
  }

  /** @param certificates folder that stands for `CERTS` in the configuration. */
  static async open(
    command: readonly string[],
    { config, env = {}, args = [] }: Settings,
    certificates: string,
  ): Promise<Stage> {
    const folder = await Folder.make();
    const file = folder.join("nats-server.conf");
    await writeFile(file, Stage.#text(config, folder, certificates));
    try {
      const server = await ServerProcess.start([...command, "-c", file, ...args], { ...env });
      return new Stage(server, folder, certificates);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  static #text(config: string, folder: Folder, certificates: string): string {
    const listen = /^listen:/m.test(config) ? "" : 'listen: "127.0.0.1:-1"\n';
    const http = /^https?:/m.test(config) ? "" : 'http: "127.0.0.1:-1"\n';
    const name = /server_name/.test(config) ? "" : "server_name: stage\n";
    const text = config.replaceAll("CERTS", certificates).replaceAll("FOLDER", folder.path);
    return listen + http + name + text;
  }

  get port(): number {
    return this.server.port;
  }

  get monitor(): number {
    return Number(MONITOR.exec(this.server.text)?.[1]);
  }

  /** Of the server, as it tells in its log. */
  get id(): string {
    return SERVER_ID.exec(this.server.text)?.[1] ?? "";
  }

  /** The server's number of a client with this name. */
  cid(name: string): number {
    const found = [...this.#names].find(([, each]) => each === name);
    if (found === undefined) throw new Error(`no client ${name}`);
    return found[0];
  }

  /** A client that is let in. Its name is that of CONNECT too, unless that is given. */
  async client(name: string, connect: Connect = {}, lines = "", tls?: Tls): Promise<Visitor> {
    const visitor = await this.socket(name, tls);
    const nonce = /"nonce":"([^"]*)"/.exec(visitor.text)?.[1] ?? "";
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    const all = {
      verbose: false,
      pedantic: false,
      headers: true,
      no_responders: true,
      protocol: 1,
      name,
    };
    const { verbose, ...rest } = { ...all, ...fields } as Record<string, unknown>;
    await visitor.say(`CONNECT ${JSON.stringify({ verbose, ...rest })}\r\n`);
    if (lines !== "") await visitor.say(lines);
    return visitor;
  }

  /** A client that says something the server does not let it in for. */
  async refused(name: string, connect: Connect = {}, tls?: Tls): Promise<void> {
    const visitor = await this.socket(name, tls);
    const nonce = /"nonce":"([^"]*)"/.exec(visitor.text)?.[1] ?? "";
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    await visitor.last(
      `CONNECT ${JSON.stringify({ verbose: false, name, ...fields })}\r\nPING\r\n`,
    );
  }

  /** A client that reads nothing any more once it is in. */
  async deaf(name: string, connect: object, lines: string): Promise<void> {
    const socket = createConnection(this.port, "127.0.0.1");
    this.#visitors.push({ close: async () => void socket.destroy() });
    socket.on("error", () => {});
    const all = { verbose: false, name, ...connect };
    socket.write(`CONNECT ${JSON.stringify(all)}\r\n${lines}PING\r\n`);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    await until(`${name} is in`, () => text.includes("PONG\r\n"), DEADLINE_MS);
    socket.pause();
    this.#ports.set(socket.localPort!, name);
    this.#names.set(Number(/"client_id":(\d+)/.exec(text)?.[1]), name);
  }

  /** Asks for a page until it has what is looked for. */
  async shows(path: string, pattern: RegExp): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    let text = "";
    while (!pattern.test(text)) {
      if (performance.now() > deadline) throw new Error(`${path}: no ${pattern}: ${text}`);
      text = await (await fetch(`http://127.0.0.1:${this.monitor}${path}`)).text();
      if (!pattern.test(text)) await Bun.sleep(SHOW_MS);
    }
  }

  /** A connection that has said nothing yet. */
  async socket(name: string, tls?: Tls): Promise<Visitor> {
    const folder = this.#certificates;
    const wire =
      tls === undefined
        ? await Wire.connect(this.port)
        : await TlsWire.connect(this.port, { folder, ...tls });
    this.#visitors.push({ close: async () => await wire.close() });
    const greeted = await wire.waitFor(/INFO .*\r\n/, DEADLINE_MS);
    if (!greeted && !wire.ended) throw new Error(`${name}: no INFO`);
    this.#remember(name, wire);
    return visitorOf(name, wire);
  }

  /**
   * Somebody who is told of all events on these subjects.
   *
   * @param account where the watcher is.
   */
  async watch(
    connect: Connect,
    subjects: readonly string[],
    account = "SYS",
    tls?: Tls,
  ): Promise<void> {
    const lines = subjects.map((subject, i) => `SUB ${subject} ${i + 1}\r\n`).join("");
    this.#watched = account;
    this.#watcher = await this.client("watcher", connect, lines, tls);
  }

  /** Ends with the server. */
  keep(resource: AsyncDisposable): void {
    this.#visitors.push({ close: async () => await resource[Symbol.asyncDispose]() });
  }

  /** A client who asks the server's services. */
  async asker(name: string, connect: Connect): Promise<void> {
    const { nonce, login } = await Asker.greeting(this.port);
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    const asker = await login({ name, ...fields });
    this.#visitors.push({ close: async () => asker.close() });
    this.#remember(name, asker.wire);
    this.#askers.set(name, asker);
  }

  /** @throws Error without an asker of this name. */
  askerOf(name: string): Asker {
    const asker = this.#askers.get(name);
    if (asker === undefined) throw new Error(`nobody asks as ${name}`);
    return asker;
  }

  #remember(name: string, wire: Wire | TlsWire): void {
    this.#ports.set(wire.localPort, name);
    const [, cid] = /"client_id":(\d+)/.exec(wire.text) ?? [];
    if (cid !== undefined) this.#names.set(Number(cid), name);
  }

  /** What the watcher has been told so far, but for its own coming, which it may have missed. */
  get told(): readonly Told[] {
    const all = this.#watcher === undefined ? [] : messagesOf(this.#watcher.received);
    const first = all.findIndex(({ subject }) => !subject.includes(`ACCOUNT.${this.#watched}.`));
    return first === -1 ? [] : all.slice(first);
  }

  /** Waits until so many events have come on a subject. */
  async hears(subject: RegExp, count = 1): Promise<void> {
    const heard = (): number => this.told.filter((each) => subject.test(each.subject)).length;
    await until(`${count} of ${subject}`, () => heard() >= count, DEADLINE_MS);
  }

  /** The id or port of another server, by a name that it has both times. */
  alias(raw: string, name: string): void {
    this.#aliases.set(raw, name);
  }

  async reload(config: string): Promise<void> {
    const seen = this.server.lines.length - 1;
    const text = Stage.#text(config, this.#folder, this.#certificates);
    await writeFile(this.#folder.join("nats-server.conf"), text);
    this.server.kill("SIGHUP");
    await this.server.loggedMatching(/Reloaded server configuration|Failed to reload/, seen);
  }

  /** Ids, ports and paths that are this server's own, by the name they have at both. */
  named(raw: string, path: string): string {
    if (/(^|\.)(cid|id)$/.test(path) && /^\d+$/.test(raw)) {
      const name = this.#names.get(Number(raw));
      return name === undefined ? raw : `<client ${name}>`;
    }
    if (/(^|\.)port$/.test(path)) return this.#portName(Number(raw)) ?? raw;
    return raw
      .replaceAll(this.#folder.path, "<folder>")
      .replaceAll(SERVER_KEY, (key) => {
        return key === this.id ? "<server>" : (this.#aliases.get(key) ?? key);
      })
      .replaceAll(ACCOUNT_REPLY, "_R_.<reply>")
      .replaceAll(PORT, (port) => this.#portName(Number(port)) ?? port);
  }

  #portName(port: number): string | undefined {
    const name = this.#ports.get(port);
    if (name !== undefined) return `<port of ${name}>`;
    const alias = this.#aliases.get(`${port}`);
    if (alias !== undefined) return alias;
    if (port === this.port) return "<client port>";
    return port === this.monitor ? "<monitoring port>" : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#visitors.map((each) => each.close()));
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

function visitorOf(name: string, wire: Wire | TlsWire): Visitor {
  const channel: Channel & { send(data: string | Uint8Array): Promise<void>; finish(): void } =
    wire;
  const pongs = (): number => channel.text.split("PONG\r\n").length - 1;
  const ends = async (): Promise<void> => {
    if (!(await channel.waitForEnd(DEADLINE_MS))) throw new Error(`${name} does not end`);
  };
  return {
    get text() {
      return channel.text;
    },
    get received() {
      return channel.received;
    },
    async say(lines) {
      const before = pongs();
      await channel.send(`${lines}PING\r\n`);
      const heard = await channel.waitFor(() => pongs() > before, DEADLINE_MS);
      if (!heard) throw new Error(`${name}: no PONG: ${channel.text.slice(-2000)}`);
    },
    async last(lines) {
      await channel.send(lines);
      await ends();
      await wire.close();
    },
    send: (lines) => channel.send(lines),
    async waits(pattern) {
      if (await channel.waitFor(pattern, DEADLINE_MS)) return;
      throw new Error(`${name}: no ${pattern}: ${channel.text.slice(-2000)}`);
    },
    ends,
    async leave() {
      channel.finish();
      await ends();
      await wire.close();
    },
  };
}

function messagesOf(bytes: Buffer): Told[] {
  const text = bytes.toString("latin1");
  const found: Told[] = [];
  for (let at = text.indexOf("MSG "); at !== -1; at = text.indexOf("MSG ", at)) {
    MESSAGE.lastIndex = at;
    const match = MESSAGE.exec(text);
    const start = MESSAGE.lastIndex;
    const end = start + Number(match?.[3]);
    if (match === null || end > text.length) break;
    found.push({ subject: match[1]!, text: bytes.subarray(start, end).toString() });
    at = end;
  }
  return found;
}
