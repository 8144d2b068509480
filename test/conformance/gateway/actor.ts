/** Somebody at the other end of one of the server's connections: its frames, and its answers to PING. */

import { shortHash } from "../../../src/protocol/server-hash.ts";
import type { RawPeer } from "../../kinds/route/raw-server.ts";
import type { Wire } from "../../support/wire.ts";
import { frameSize } from "./frames.ts";

const DEADLINE_MS = 4_000;
/** Longer than any case takes. */
const FOREVER_MS = 60_000;
const PIECE_PAUSE_MS = 1;

export class Actor {
  readonly name: string;
  /** Address at this side, or the one that the server has dialled, as its log has it. */
  readonly address: string;
  /** Whether it answers PING. */
  isAlive = true;
  /** Whether what it is asked for the sake of the test is answered: it has come in. */
  isIn = false;
  /** PING is shown. */
  showsPings = false;
  /** Nobody else's accounts are seen here. */
  isClient = false;
  readonly #channel: Wire | RawPeer;
  readonly #frames: string[] = [];
  #at = 0;
  #pongs = 0;
  /** A line has been sent in part. */
  #isInLine = false;
  #owedPongs = 0;
  #text = "";
  #taken = 0;
  #endShown = false;

  constructor(name: string, channel: Wire | RawPeer, address: string) {
    this.name = name;
    this.address = address;
    this.#channel = channel;
    void this.#listen();
  }

  get hasEnded(): boolean {
    return this.#channel.ended;
  }

  /** How often PING was answered. */
  get pongs(): number {
    return this.#pongs;
  }

  /** All frames so far. */
  get frames(): readonly string[] {
    this.#parse();
    return this.#frames;
  }

  /** @param inBytes one write for each byte. */
  async send(text: string, inBytes = false): Promise<void> {
    const bytes = Buffer.from(text, "latin1");
    if (!inBytes) return void (await this.#channel.send(bytes));
    this.#isInLine = true;
    for (const byte of bytes) {
      await this.#channel.send(Buffer.of(byte));
      await Bun.sleep(PIECE_PAUSE_MS);
    }
    this.#isInLine = false;
    await this.#channel.send("PONG\r\n".repeat(this.#owedPongs));
    this.#owedPongs = 0;
  }

  /** Whether the condition was met in time. */
  waitFor(is: (actor: Actor) => boolean, deadlineMs = DEADLINE_MS): Promise<boolean> {
    return this.#channel.waitFor(() => {
      this.#parse();
      return is(this);
    }, deadlineMs);
  }

  /** The server has read and answered everything that was sent, or has closed the connection. */
  async sync(): Promise<void> {
    if (!this.isIn || this.hasEnded) return;
    const pongs = this.#pongs;
    await this.#channel.send("PING\r\n");
    const isAnswered = await this.waitFor(() => this.#pongs > pongs);
    if (!isAnswered && !this.hasEnded) this.#frames.push("(no PONG)");
  }

  /** Nothing that was sent since is of interest. */
  skip(): void {
    this.#taken = this.frames.length;
  }

  /** Frames that have not been taken. */
  take(): string[] {
    const frames = this.frames.slice(this.#taken);
    this.#taken = this.frames.length;
    if (this.hasEnded && !this.#endShown) {
      this.#endShown = true;
      if (this.#at < this.#text.length) frames.push(this.#text.slice(this.#at));
      frames.push("(closed)");
    }
    return frames;
  }

  finish(): void {
    this.#channel.finish();
  }

  close(): void {
    this.#endShown = true;
    this.#channel.close();
  }

  async #listen(): Promise<void> {
    while (!this.hasEnded) {
      const size = this.#channel.received.length;
      this.#parse();
      await this.waitFor(() => this.#channel.received.length > size, FOREVER_MS);
    }
  }

  #pong(): void {
    if (this.#isInLine) this.#owedPongs++;
    else void this.#channel.send("PONG\r\n");
  }

  #parse(): void {
    const { received } = this.#channel;
    if (received.length > this.#text.length) {
      this.#text += received.toString("latin1", this.#text.length);
    }
    for (;;) {
      const size = frameSize(this.#text, this.#at);
      if (size === 0) return;
      const frame = this.#text.slice(this.#at, this.#at + size - 2);
      this.#at += size;
      if (frame === "PONG") this.#pongs++;
      else if (frame !== "PING" || this.showsPings) this.#frames.push(frame);
      if (frame === "PING" && this.isAlive) this.#pong();
    }
  }
}

/** Places of things that are others in each run. */
export class Masks {
  readonly #masks: (readonly [string, string])[] = [];

  add(text: string, name: string): void {
    this.#masks.push([text, name]);
  }

  /** A server's id, and what stands for it in reply subjects. */
  addId(id: string, name: string): void {
    this.add(id, `<${name}>`);
    this.add(`.${shortHash(6, id)}.`, `.<${name}>.`);
  }

  addPort(port: number, name: string): void {
    this.add(`127.0.0.1:${port}`, `<${name}>`);
    this.add(`"port":${port},`, `"port":<${name}>,`);
  }

  apply(text: string): string {
    let masked = text;
    for (const [from, to] of this.#masks) masked = masked.replaceAll(from, to);
    return masked
      .replace(/\b_R_\.\w+\.(?=>)/g, "_R_.<server>.")
      .replace(/\b_R_\.\w+\.\w+/g, "_R_.<reply>")
      .replace(/ \d+ \d+(\r\n.*"rtt":)\d+/s, " <sizes>$1<rtt>");
  }
}
