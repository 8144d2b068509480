/** The real nats-server and ours with the same configuration, asked for the same documents. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { encodeGo, type GoValue } from "../../src/documents/go-document.ts";
import { Server } from "../../src/server/server.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";

const STOP_DEADLINE_MS = 5_000;
const CLIENTS = /Listening for client connections on 127\.0\.0\.1:(\d+)/;
const MONITOR = /Starting http monitor on 127\.0\.0\.1:(\d+)/;

/** What our server says, and what is asked of theirs for the same. */
export interface Question {
  /** Path and parameters. */
  readonly path: string;
  readonly ours: (server: Server) => Promise<GoValue> | GoValue;
}

export interface Answers {
  readonly theirs: JsonObject;
  readonly ours: JsonObject;
  /** As they came. */
  readonly texts: { readonly theirs: string; readonly ours: string };
}

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [field: string]: Json };

export class DocumentPair implements AsyncDisposable {
  readonly server: Server;
  readonly #child: Bun.Subprocess;
  readonly #folder: string;
  readonly #clients: number;
  readonly #monitor: number;
  readonly #wires: Wire[] = [];

  private constructor(server: Server, child: Bun.Subprocess, folder: string, log: string) {
    this.server = server;
    this.#child = child;
    this.#folder = folder;
    this.#clients = Number(CLIENTS.exec(log)![1]);
    this.#monitor = Number(MONITOR.exec(log)![1]);
  }

  /** @param config besides the addresses to listen on. */
  static async start(peer: string, config: string): Promise<DocumentPair> {
    const folder = await mkdtemp(join(tmpdir(), "nats-test-"));
    const path = join(folder, "nats-server.conf");
    const listen = "listen: 127.0.0.1:-1\nhttp: 127.0.0.1:-1\n";
    await writeFile(path, listen + config);
    const child = Bun.spawn([peer, "-c", path], { stdout: "ignore", stderr: "pipe" });
    try {
      const log = await readUntilReady(child);
      const { options, digest } = await loadConfig(path, {});
      const server = new Server(options, null, { path, digest });
      await server.start();
      return new DocumentPair(server, child, folder, log);
    } catch (error) {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
      throw new Error(`${config}\n${error}`);
    }
  }

  /** Where clients connect to: theirs, then ours. */
  get ports(): readonly [number, number] {
    return [this.#clients, this.server.port];
  }

  async ask({ path, ours }: Question): Promise<Answers> {
    const response = await fetch(`http://127.0.0.1:${this.#monitor}${path}`);
    const texts = {
      theirs: await response.text(),
      ours: encodeGo(await ours(this.server), "  ").toString(),
    };
    return { theirs: JSON.parse(texts.theirs), ours: JSON.parse(texts.ours), texts };
  }

  /** The same client at both, which has said this, a byte a character, and heard the last PONG. */
  async client(connect: object, lines = ""): Promise<(lines: string) => Promise<void>> {
    const wires = await Promise.all(
      [this.#clients, this.server.port].map((at) => Wire.connect(at)),
    );
    this.#wires.push(...wires);
    let pongs = 0;
    const say = async (text: string): Promise<void> => {
      pongs++;
      for (const wire of wires) {
        await wire.send(Buffer.from(`${text}PING\r\n`, "latin1"));
        const heard = await wire.waitFor((w) => w.text.split("PONG\r\n").length > pongs);
        if (!heard) throw new Error(`no PONG: ${wire.text}`);
      }
    };
    await say(`CONNECT ${JSON.stringify({ verbose: false, ...connect })}\r\n${lines}`);
    return say;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of this.#wires) wire.close();
    this.#child.kill("SIGTERM");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await Promise.all([this.#child.exited, this.server.stop()]);
    clearTimeout(force);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Fields with these names stand for what type they have only; the rest stays, in its order. */
export function withoutVolatile(value: Json, names: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((item) => withoutVolatile(item, names));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => {
    return [name, names.has(name) ? typeof member : withoutVolatile(member, names)] as const;
  });
  return Object.fromEntries(members);
}

/** Lists in the order of their texts: nats-server's are in none. */
export function withSortedLists(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(withSortedLists);
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withSortedLists(member)]);
  return Object.fromEntries(members);
}

/** One name in a line, in the order of the fields, so that order counts in a comparison. */
export function inOrder(value: Json): string {
  return JSON.stringify(value, null, 1);
}

/** @returns its log; the rest is read, and forgotten. */
async function readUntilReady(child: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<string> {
  const log = { text: "" };
  let hasEnded = false;
  void follow(child.stderr, log).then(() => {
    hasEnded = true;
  });
  await until("start of the peer", () => hasEnded || log.text.includes("Server is ready"));
  if (hasEnded) throw new Error(log.text);
  return log.text;
}

async function follow(stream: ReadableStream<Uint8Array>, log: { text: string }): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) log.text += decoder.decode(chunk, { stream: true });
}
