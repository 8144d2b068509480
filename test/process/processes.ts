/** Server processes for tests of everything that concerns the process: ours, the fixture, the peer. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findPeer } from "../support/peer.ts";
import { until } from "../support/until.ts";
import type { FixtureInput } from "./fixtures/run-server.ts";

const ROOT = resolve(import.meta.dir, "../..");
const BUN = join(ROOT, "node_modules/.bin/bun");
const FIXTURE = join(import.meta.dir, "fixtures/run-server.ts");
const START_DEADLINE_MS = 10_000;
const EXIT_DEADLINE_MS = 10_000;

/** `[4242] 2026/01/31 12:34:56.123456 ` */
const PREFIX = /^\[\d+\] \S+ \S+ /;
const LISTENING = /Listening for client connections on \S+:(\d+)$/;

export const peer = findPeer();

/** The executable if there is one to test, otherwise the same from source. */
export const ours =
  process.env.NATS_SERVER_BINARY === undefined
    ? [BUN, join(ROOT, "src/main.ts")]
    : [resolve(process.env.NATS_SERVER_BINARY)];

export const LOOPBACK = ["-a", "127.0.0.1", "-p", "-1"];

export const CRASH_WITH_LOG = [BUN, join(import.meta.dir, "fixtures/crash-with-log.ts")];

/** Command line of the fixture that runs a server. */
export function fixture(input: FixtureInput): string[] {
  return [BUN, FIXTURE, JSON.stringify(input)];
}

export class ServerProcess implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #reading: Promise<void>;
  #text = "";
  #ended = false;

  private constructor(command: readonly string[], env: Record<string, string>) {
    this.#child = Bun.spawn([...command], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      env: { ...process.env, ...env },
    });
    this.#reading = this.#read();
  }

  static spawn(command: readonly string[], env: Record<string, string> = {}): ServerProcess {
    return new ServerProcess(command, env);
  }

  /** @throws Error with the log when it does not start. */
  static async start(
    command: readonly string[],
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(command, env);
    const isReady = (): boolean => server.lines.includes("[INF] Server is ready");
    await until("start", () => isReady() || server.#ended, START_DEADLINE_MS);
    if (!isReady()) throw new Error(`not started:\n${server.text}`);
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get port(): number {
    const line = this.lines.find((text) => LISTENING.test(text)) ?? "";
    return Number(LISTENING.exec(line)?.[1]);
  }

  /** Everything on standard error so far. */
  get text(): string {
    return this.#text;
  }

  /** The same in lines without process id and time. */
  get lines(): string[] {
    return this.#text.split("\n").map((line) => line.replace(PREFIX, ""));
  }

  /** Lines that have come since the server was ready. */
  get linesSinceReady(): string[] {
    const { lines } = this;
    return lines.slice(lines.indexOf("[INF] Server is ready") + 1).filter((line) => line !== "");
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async logged(line: string): Promise<void> {
    try {
      await until(line, () => this.lines.includes(line));
    } catch (error) {
      throw new Error(`${(error as Error).message}; logged:\n${this.text}`);
    }
  }

  /** @param from how many lines are passed over. */
  async loggedMatching(pattern: RegExp, from = 0): Promise<void> {
    try {
      await until(String(pattern), () => this.lines.slice(from).some((line) => pattern.test(line)));
    } catch (error) {
      throw new Error(`${(error as Error).message}; logged:\n${this.text}`);
    }
  }

  /** The exit code, once everything logged has been read. */
  async exit(): Promise<number> {
    const force = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_DEADLINE_MS);
    const code = await this.#child.exited;
    clearTimeout(force);
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exit();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      this.#text += decoder.decode(chunk, { stream: true });
    }
    this.#ended = true;
  }
}

/** A folder that is gone at the end of the test. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), "nats-process-")));
  }

  join(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
