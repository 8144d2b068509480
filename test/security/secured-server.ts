/** A server process with a configuration file, for tests of what attackers may try. */

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Folder, LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import type { Channel } from "../support/channel.ts";
import { Wire } from "../support/wire.ts";

const RELOADED = /^\[(?:INF|ERR)\] (?:Reloaded server configuration|Failed to reload)/;
const CONFIG = "server.conf";
const KIB = 1024;

export interface StartOptions {
  /** Command line before the arguments; ours by default. */
  readonly program?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Written beside the configuration file. */
  readonly files?: Readonly<Record<string, string>>;
}

export class SecuredServer implements AsyncDisposable {
  readonly process: ServerProcess;
  readonly folder: Folder;
  readonly port: number;

  private constructor(process: ServerProcess, folder: Folder) {
    this.process = process;
    this.folder = folder;
    this.port = process.port;
  }

  /** @throws Error with the log when it does not start. */
  static async start(config: string, options: StartOptions = {}): Promise<SecuredServer> {
    const { program = ours, args = [], env = {}, files = {} } = options;
    const folder = await Folder.make();
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(folder.join(name), text);
      await writeFile(folder.join(CONFIG), config);
      const command = [...program, ...LOOPBACK, "-c", folder.join(CONFIG), ...args];
      return new SecuredServer(await ServerProcess.start(command, env), folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Address for client libraries, without a scheme. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get configFile(): string {
    return this.folder.join(CONFIG);
  }

  /** Everything logged so far. */
  get log(): string {
    return this.process.text;
  }

  get memoryBytes(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * KIB;
  }

  /** Resolves when another configuration was taken over, or refused. */
  async reload(config: string): Promise<void> {
    await writeFile(this.configFile, config);
    const before = this.process.lines.length - 1;
    this.process.kill("SIGHUP");
    await this.process.loggedMatching(RELOADED, before);
  }

  /** Fails when the process has ended or has met a fault of its own. */
  async expectSound(): Promise<void> {
    const wire = await Wire.connect(this.port);
    if (!(await wire.waitFor("\r\n"))) throw new Error(`no greeting; logged:\n${this.log}`);
    wire.close();
    this.expectNoFault();
  }

  /** Fails when the log tells of a fault of the server's own. */
  expectNoFault(): void {
    const fault = /Internal error|Uncaught|Unhandled|panic|TypeError|RangeError/.exec(this.log);
    if (fault !== null) throw new Error(this.log.slice(Math.max(0, fault.index - 200)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** A CONNECT line, neither verbose nor pedantic. */
export function connectLine(options: Readonly<Record<string, unknown>> = {}): string {
  return `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...options })}\r\n`;
}

/** A connection that has sent CONNECT and has been answered, one way or the other. */
export async function login(
  port: number,
  options: Readonly<Record<string, unknown>> = {},
  hostname = "127.0.0.1",
): Promise<Wire> {
  const wire = await Wire.connect(port, hostname);
  await wire.send(`${connectLine(options)}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /, 4_000);
  return wire;
}

/** Whether a client with these options is let in. */
export async function isLetIn(
  port: number,
  options: Readonly<Record<string, unknown>> = {},
): Promise<boolean> {
  const wire = await login(port, options);
  wire.close();
  return wire.text.endsWith("PONG\r\n") && !wire.text.includes("-ERR");
}

/** A raw client, over TLS or not. */
export type AnyWire = Channel & { send(data: string): unknown; close(): void };

/** Two clients that exchange messages all the time, and complain when that stalls. */
export class HonestPair {
  exchanged = 0;
  slowestMs = 0;
  #isRunning = true;
  #loop: Promise<void> = Promise.resolve();
  readonly #asker: AnyWire;
  readonly #answerer: AnyWire;

  private constructor(asker: AnyWire, answerer: AnyWire) {
    this.#asker = asker;
    this.#answerer = answerer;
  }

  /** @param open connects a client and logs it in. */
  static async start(
    port: number,
    options: Readonly<Record<string, unknown>> = {},
    open: (port: number, options: Readonly<Record<string, unknown>>) => Promise<AnyWire> = login,
  ): Promise<HonestPair> {
    const asker = await open(port, options);
    const answerer = await open(port, options);
    await asker.send("SUB honest.answer 1\r\nPING\r\n");
    await answerer.send("SUB honest.question 1\r\nPING\r\n");
    const areThere = [asker, answerer].map((wire) => wire.waitFor(/PONG\r\n.*PONG\r\n/s));
    if ((await Promise.all(areThere)).includes(false)) throw new Error("no honest pair");
    const pair = new HonestPair(asker, answerer);
    pair.#loop = pair.#run();
    return pair;
  }

  /** @throws Error when a message was lost, came late, or there was an error. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#loop;
    const text = `${this.#asker.text}${this.#answerer.text}`;
    this.#asker.close();
    this.#answerer.close();
    if (text.includes("-ERR")) throw new Error(text.slice(text.indexOf("-ERR")));
    if (this.exchanged === 0) throw new Error("nothing was exchanged");
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const text = `n${this.exchanged}.`;
      const message = `${text.length}\r\n${text}\r\n`;
      const startedAt = performance.now();
      await this.#asker.send(`PUB honest.question ${message}`);
      const isAsked = await this.#answerer.waitFor(`\r\n${text}\r\n`, 4_000);
      await this.#answerer.send(`PUB honest.answer ${message}`);
      const isAnswered = await this.#asker.waitFor(`\r\n${text}\r\n`, 4_000);
      if (!isAsked || !isAnswered) throw new Error(`${text} was not exchanged`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
      this.exchanged++;
      // Texts of all exchanges are kept, and searched each time.
      await Bun.sleep(2);
    }
  }
}
