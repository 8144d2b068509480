/** A server process with a configuration file and the bytes of its log. */

import { createHash, X509Certificate } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import type { Files, Group } from "./scenario.ts";

export interface LogLine {
  readonly level: string;
  /** Latin-1 characters; what follows the line without a prefix of its own belongs to it. */
  readonly text: string;
}

type Program = Pick<Group, "config" | "files" | "args"> & {
  /** Of what is logged: everything, unless given. */
  readonly flags?: readonly string[];
};

const START_DEADLINE_MS = 10_000;
const RELOAD_DEADLINE_MS = 5_000;
const READY = "Server is ready";
const LISTENING = /Listening for client connections on \S+:(\d+)$/m;
/** `[4242] 2026/01/31 12:34:56.123456 [INF] text` */
const LINE = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/s;
const RELOADED = /^(?:Reloaded server configuration|Failed to reload server configuration)/;

/** Its name is the same for all servers, as it comes up in messages. */
const CONFIG = "server.conf";

export class LoggingServer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #folder: string;
  readonly #reading: Promise<void>;
  /** Complete lines. */
  readonly #lines: LogLine[] = [];
  #text = "";
  #ended = false;
  #port = 0;

  private constructor(command: readonly string[], folder: string) {
    this.#folder = folder;
    this.#child = Bun.spawn([...command], {
      cwd: folder,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#reading = this.#read();
  }

  /**
   * @param program command line of a server.
   * @param certificates folder that it sees as `certs`, if any.
   * @throws Error with the log when it does not start.
   */
  static async start(
    program: readonly string[],
    certificates: string | undefined,
    { config, files = {}, args = [], flags = ["-DV"] }: Program,
  ): Promise<LoggingServer> {
    const folder = await mkdtemp(join(tmpdir(), "nats-scenario-"));
    if (certificates !== undefined) await symlink(certificates, join(folder, "certs"));
    await copyFiles(folder, files);
    await writeFile(join(folder, CONFIG), await withPins(folder, textOf(config)));
    const always = ["-c", CONFIG, "-a", "127.0.0.1", "-p", "-1", ...flags];
    const server = new LoggingServer([...program, ...always, ...args], folder);
    const isReady = (): boolean => server.#text.includes(READY);
    try {
      await until("start", () => isReady() || server.#ended, START_DEADLINE_MS);
      if (!isReady()) throw new Error(`not started:\n${server.#text}`);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    server.#port = Number(LISTENING.exec(server.#text)![1]);
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Everything logged so far, as Latin-1. */
  get text(): string {
    return this.#text;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Resolves when the server has taken over the configuration, or has refused it. */
  async reload(config: Group["config"], files: Files = {}): Promise<void> {
    await copyFiles(this.#folder, files);
    await writeFile(join(this.#folder, CONFIG), await withPins(this.#folder, textOf(config)));
    const from = this.#lines.length;
    this.#child.kill("SIGHUP");
    const isDone = (): boolean => this.#lines.slice(from).some(({ text }) => RELOADED.test(text));
    try {
      await until("reload", isDone, RELOAD_DEADLINE_MS);
    } catch (error) {
      throw new Error(`${(error as Error).message}; logged:\n${this.#text}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#reading;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const chunk of this.#child.stderr) {
      const text = Buffer.from(chunk).toString("latin1");
      this.#text += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#add(line);
    }
    this.#ended = true;
  }

  #add(line: string): void {
    const match = LINE.exec(line);
    if (match !== null) {
      this.#lines.push({ level: match[1]!, text: match[2]! });
      return;
    }
    const last = this.#lines.pop() ?? { level: "", text: "" };
    this.#lines.push({ level: last.level, text: `${last.text}\n${line}` });
  }
}

function textOf(config: Group["config"]): string {
  return typeof config === "string" ? config : config();
}

async function copyFiles(folder: string, files: Files): Promise<void> {
  for (const [to, from] of Object.entries(files)) {
    await copyFile(join(folder, from), join(folder, to));
  }
}

/** Puts the hash of a certificate's key where the configuration has `<pin of name>`. */
async function withPins(folder: string, config: string): Promise<string> {
  let text = config;
  for (const [place, name] of config.matchAll(/<pin of ([\w-]+)>/g)) {
    const pem = await readFile(join(folder, "certs", `${name}.pem`));
    const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
    text = text.replace(place, createHash("sha256").update(key).digest("hex"));
  }
  return text;
}
