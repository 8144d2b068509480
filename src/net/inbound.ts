/**
 * Hot path. What a peer sends, on its way to the parser, and the reasons to let it wait.
 *
 * Each chunk of input is an array of its own, up to half a megabyte. Its memory is given back as soon
 * as it is parsed: left to the collector, such chunks pile up to hundreds of megabytes.
 */

import { freeMemory } from "../bytes/buffer-pool.ts";
import type { Parser } from "../protocol/parser.ts";
import { guarded } from "./guarded.ts";
import type { Transport } from "./transport.ts";
import type { Laggard, Producer, Turn } from "./turn.ts";

/** How long input waits for the log, where that lags with traces of it. */
const TRACE_STALL_MS = 10;
/** In place of a timer: the input waits for the next turn. */
const RESTING = "resting";
/** Shorter chunks are left to the collector: taking their memory back costs more than it gives. */
const FREED_CHUNK_MIN = 4096;

/** What the input needs from its connection. */
export interface InboundOwner {
  readonly isClosed: boolean;
  /** A chunk was parsed. */
  onParsed(): void;
  /** Everything was parsed, and the peer will send no more. */
  onInputDone(): void;
  /** The input waits for a receiver. */
  onStall(receiver: Laggard): void;
  /** A fault of ours in what the input means. */
  onInternalError(error: Error): void;
  /** Whether so many bytes may be kept while input is held; false ends the connection. */
  mayHold(bytes: number): boolean;
}

export class Inbound implements Producer {
  transport: Transport;
  readonly #owner: InboundOwner;
  readonly #parser: Parser;
  readonly #turn: Turn;
  /** Chunks not parsed yet, while the input waits; null before it has ever waited. */
  #backlog: Buffer[] | null = null;
  #stallTimer: Timer | typeof RESTING | undefined;
  #isHeld = false;
  #hasEnded = false;

  constructor(owner: InboundOwner, parser: Parser, transport: Transport, turn: Turn) {
    this.#owner = owner;
    this.#parser = parser;
    this.transport = transport;
    this.#turn = turn;
  }

  /** Bytes of memory that input takes which could not be handled yet. */
  get heldBytes(): number {
    let bytes = this.#parser.heldBytes;
    const backlog = this.#backlog;
    if (backlog === null) return bytes;
    for (let i = 0; i < backlog.length; i++) bytes += backlog[i]!.length;
    return bytes;
  }

  get #isWaiting(): boolean {
    return this.#isHeld || this.#stallTimer !== undefined;
  }

  /** A chunk has arrived; its memory is this object's from now on. */
  onData(chunk: Buffer): void {
    if (!this.#isHeld && this.#stallTimer === undefined) this.#consume(chunk);
    else if (this.#mayKeep(chunk.length)) this.#keep(chunk, false);
  }

  /** The peer will send no more; what it has sent is still parsed. */
  onEnd(): void {
    this.#hasEnded = true;
    if (!this.#isWaiting) this.#owner.onInputDone();
  }

  /** Lets the input wait until `release`; the operation under way is the last one that is parsed. */
  hold(): void {
    this.#isHeld = true;
    this.#parser.pause();
    this.transport.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#goOn();
  }

  /** Lets others have their turn before more than the operation under way is parsed. */
  rest(): void {
    if (this.#isWaiting) return;
    this.#stallTimer = RESTING;
    this.#parser.pause();
    this.transport.pause();
    setImmediate(() => {
      if (this.#stallTimer === RESTING) this.resumeInput();
    });
  }

  resumeInput(): void {
    if (this.#stallTimer === undefined) return;
    this.#clearStall();
    guarded(this.#owner, () => this.#goOn());
  }

  /** Drops what has not been parsed. */
  stop(): void {
    this.#clearStall();
    this.#isHeld = false;
    this.#backlog = null;
  }

  #clearStall(): void {
    if (this.#stallTimer !== RESTING) clearTimeout(this.#stallTimer);
    this.#stallTimer = undefined;
  }

  #goOn(): void {
    while (!this.#owner.isClosed && !this.#isWaiting) {
      const chunk = this.#backlog?.shift();
      if (chunk === undefined) break;
      this.#consume(chunk);
    }
    if (this.#owner.isClosed || this.#isWaiting) return;
    if (this.#hasEnded) this.#owner.onInputDone();
    else this.transport.resume();
  }

  #consume(chunk: Buffer): void {
    const length = chunk.length;
    const at = this.#parser.parse(chunk, 0, length);
    this.#owner.onParsed();
    const lagging = this.#turn.lagging;
    this.#turn.lagging = null;
    // Whoever has paused the parser wants a pause, whatever has become of the reason meanwhile.
    if ((lagging !== null || at < length) && !this.#owner.isClosed) {
      if (lagging !== null || !this.#isWaiting) this.#stall(lagging);
      if (at < length && this.#mayKeep(length - at)) {
        this.#keep(chunk.subarray(at), true);
        return;
      }
    }
    if (length >= FREED_CHUNK_MIN && chunk.buffer.byteLength === length) freeMemory(chunk);
  }

  #keep(chunk: Buffer, isFirst: boolean): void {
    this.#backlog ??= [];
    if (isFirst) this.#backlog.unshift(chunk);
    else this.#backlog.push(chunk);
  }

  /** Held input is not kept without a limit, as whoever sends it may be anybody. */
  #mayKeep(bytes: number): boolean {
    if (!this.#isHeld) return true;
    let held = bytes;
    const backlog = this.#backlog;
    if (backlog === null) return this.#owner.mayHold(held);
    for (let i = 0; i < backlog.length; i++) held += backlog[i]!.length;
    return this.#owner.mayHold(held);
  }

  /**
   * Takes no input until the receiver has caught up, but not longer than the stall time; without a
   * receiver it is the log that lags, with traces of what comes in.
   */
  #stall(receiver: Laggard | null): void {
    this.transport.pause();
    const stallMs = receiver?.stallMs ?? TRACE_STALL_MS;
    this.#stallTimer = setTimeout(() => this.resumeInput(), stallMs);
    if (receiver !== null) this.#owner.onStall(receiver);
  }
}
