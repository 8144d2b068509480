/** The real server, to log in at. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import { until } from "../support/until.ts";
import type { LoginRecord } from "./logins.ts";

/** `[4242] 2026/01/31 12:34:56.123456 [INF] text`, whole: what is read may end within a line. */
const LINE = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)\n/gm;
const OF_CLIENT = /^\S+ - cid:\d+ - (?:"(?:[^"]*\/(?:jwt|user|nkey):[^"]*|\$G.*?)" - )?/;
/** What every connection logs, whoever it is, and what the resolver says. */
const USUAL =
  /^(?:Client connection|Starting TLS|TLS handshake|TLS version|TLS client|authentication error|maximum account|Account fetch failed|Error flushing)/;
/** An address in the memory of the process. */
const ADDRESS = / accused 0x[0-9a-f]+$/;
const CLOSED = /Client connection closed: (.*)/;
const READY = "Server is ready\n";

/** CONNECT, made when the nonce is known. */
export type Connect = Partial<ConnectOptions> | ((nonce: string) => Partial<ConnectOptions>);

export interface ClientCertificate {
  /** Both in PEM. */
  readonly cert: string;
  readonly key: string;
}

export class LoginPeer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #folder: string;
  readonly #reading: Promise<void>;
  #log = "";
  #hasEnded = false;

  private constructor(binary: string, folder: string) {
    const file = join(folder, "nats.conf");
    this.#folder = folder;
    this.#child = Bun.spawn([binary, "-D", "-c", file], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#reading = this.#read();
  }

  /** @throws Error with its log when it does not start. */
  static async start(binary: string, config: string): Promise<LoginPeer> {
    const folder = await mkdtemp(join(tmpdir(), "nats-login-peer-"));
    await writeFile(join(folder, "nats.conf"), `listen: "127.0.0.1:-1"\n${config}`);
    const peer = new LoginPeer(binary, folder);
    await until("the peer's start", () => peer.#hasEnded || peer.#log.includes(READY));
    if (peer.#hasEnded) throw new Error(`the peer has not started:\n${peer.#log}`);
    return peer;
  }

  /** Logs in, and leaves. Of several at a time, any gets the warnings of all. */
  async login(connect: Connect, certificate?: ClientCertificate): Promise<LoginRecord> {
    const from = this.#log.length;
    let received = "";
    let hasEnded = false;
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: this.port,
      ...(certificate && { tls: { ...certificate, rejectUnauthorized: false } }),
      socket: {
        data: (_, chunk) => {
          received += chunk.toString();
        },
        close: () => {
          hasEnded = true;
        },
        error: () => {},
      },
    });
    await until("INFO", () => hasEnded || received.includes("\r\n"));
    const nonce = /"nonce":"([^"]*)"/.exec(received)?.[1] ?? "";
    const cid = ` cid:${/"client_id":(\d+)/.exec(received)?.[1]} `;
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, ...fields })}\r\nPING\r\n`);
    await until("an answer", () => hasEnded || /PONG\r\n|-ERR/.test(received));
    const isIn = received.includes("PONG\r\n");
    socket.terminate();
    const closed = (): string | undefined => CLOSED.exec(this.#linesOf(cid, from).join("\n"))?.[1];
    await until("the end", () => closed() !== undefined);
    const lines = this.#linesOf(cid, from).filter((line) => !USUAL.test(line));
    return { isIn, closed: isIn ? "" : closed()!, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#reading;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Debug and error lines of one connection, and warnings. */
  #linesOf(cid: string, from: number): string[] {
    return [...this.#log.slice(from).matchAll(LINE)].flatMap(([, level, text = ""]) => {
      const isShown = level === "WRN" || (level !== "INF" && text.includes(cid));
      return isShown ? [text.replace(OF_CLIENT, "").replace(ADDRESS, "")] : [];
    });
  }

  get port(): number {
    return Number(/Listening for client connections on \S+:(\d+)/.exec(this.#log)![1]);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      this.#log += decoder.decode(chunk, { stream: true });
    }
    this.#hasEnded = true;
  }
}
