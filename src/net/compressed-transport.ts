/**
 * A byte stream with S2 over it, as servers compress what they send each other.
 *
 * What is to be written goes in pieces, each of them a stream of its own as nats-server makes one per
 * flush. Of a piece that the socket takes in part the rest stays here, compressed, and the piece counts
 * as not written until that is gone: whoever writes knows at any time what waits.
 *
 * What comes in is decompressed chunk by chunk, and not before it can be handled: it may be a thousand
 * times as long afterwards.
 *
 * Neither way takes longer than a turn may: what is left is done in the next one.
 */

import { freeMemory, NO_BUFFER, releaseBuffer, takeBuffer } from "../bytes/buffer-pool.ts";
import { S2Decoder } from "../s2/s2-decoder.ts";
import { S2Encoder } from "../s2/s2-encoder.ts";
import { S2Error } from "../s2/s2-error.ts";
import type { S2Level } from "../s2/s2-level.ts";
import { guarded } from "./guarded.ts";
import type { Transport } from "./transport.ts";

/** Bytes that are compressed at a time. */
const PIECE_BYTES = 128 * 1024;
/** Bytes that are compressed in a turn: a millisecond or two of work. */
const TURN_BYTES: Readonly<Record<S2Level, number>> = {
  uncompressed: 1024 * 1024,
  fast: 512 * 1024,
  better: 128 * 1024,
  best: 64 * 1024,
};
/** Decompressed bytes after which a turn reads no further. */
const PLAIN_TURN_BYTES = 1024 * 1024;
/** Shorter input is left to the collector. */
const FREED_INPUT_MIN = 4096;

/** Whose input it is. */
export interface CompressedOwner {
  onPlain(plain: Buffer): void;
  /** What has come cannot be read, and nothing after it. */
  onBroken(): void;
  /** Input that had to wait has been read. */
  onCaughtUp(): void;
  /** More can be written. */
  onDrain(): void;
  /** A fault of ours in what the input means. */
  onInternalError(error: Error): void;
}

/** Bytes as they are for those who use them, and as they are on the wire. */
export interface CompressionCounts {
  plainIn: number;
  wireIn: number;
  plainOut: number;
  wireOut: number;
}

export class CompressedTransport implements Transport {
  readonly counts: CompressionCounts = { plainIn: 0, wireIn: 0, plainOut: 0, wireOut: 0 };
  readonly #under: Transport;
  readonly #owner: CompressedOwner;
  readonly #encoder: S2Encoder;
  readonly #decoder = new S2Decoder();
  readonly #onPlain: (plain: Buffer) => void;
  /** What is left of a piece. */
  #rest: Buffer = NO_BUFFER;
  #restStart = 0;
  #restEnd = 0;
  /** Bytes of that piece, as they were given. */
  #owed = 0;
  /** Input that waits, from a byte of the first chunk on. */
  readonly #input: Buffer[] = [];
  #inputStart = 0;
  #isPaused = false;
  #isReading = false;
  /** The socket is paused, as it may have been before this object was there. */
  #isHeld = true;
  /** Decompressed in this turn. */
  #plainBytes = 0;
  #nextRead: NodeJS.Immediate | undefined;
  #nextWrite: NodeJS.Immediate | undefined;

  constructor(under: Transport, owner: CompressedOwner, level: S2Level) {
    this.#under = under;
    this.#owner = owner;
    this.#encoder = new S2Encoder(level);
    this.#onPlain = (plain) => {
      this.#plainBytes += plain.length;
      this.counts.plainIn += plain.length;
      if (this.#plainBytes >= PLAIN_TURN_BYTES) this.#decoder.pause();
      owner.onPlain(plain);
    };
  }

  /** How hard it tries from now on. */
  set level(level: S2Level) {
    this.#encoder.level = level;
  }

  /** Input has come that could not be handled yet. */
  get hasInput(): boolean {
    return this.#input.length > 0;
  }

  write(buf: Buffer, offset: number, length: number): number {
    if (this.#owed !== 0 && !this.#writeRest()) return 0;
    let taken = this.#owed;
    this.#owed = 0;
    const most = Math.min(length, taken + TURN_BYTES[this.#encoder.level]);
    while (taken < most) {
      const bytes = Math.min(PIECE_BYTES, most - taken);
      const written = this.#writePiece(buf, offset + taken, bytes);
      if (written < 0) return written;
      if (this.#owed !== 0) return taken;
      taken += bytes;
    }
    // The socket has taken everything: it will not ask for more.
    if (taken < length) this.#nextWrite ??= setImmediate(() => this.#writeOn());
    return taken;
  }

  /** A chunk has arrived; its memory is this object's from now on. */
  onData(chunk: Buffer): void {
    this.#input.push(chunk);
    this.counts.wireIn += chunk.length;
    if (!this.#isPaused) this.#read();
  }

  pause(): void {
    this.#isPaused = true;
    this.#decoder.pause();
    this.#hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#read();
  }

  /** Nothing more is read. */
  stopInput(): void {
    this.#isPaused = true;
    this.#decoder.pause();
    this.#input.length = 0;
  }

  end(): void {
    this.#drop();
    this.#under.end();
  }

  terminate(): void {
    this.#drop();
    this.#under.terminate();
  }

  /** Reads what there is, until it is to be paused or has read enough for a turn. */
  #read(): void {
    // Whoever gets a part may pause, and resume at once.
    if (this.#isReading || this.#nextRead !== undefined) return;
    this.#isReading = true;
    this.#plainBytes = 0;
    try {
      while (this.#mayRead && this.#plainBytes < PLAIN_TURN_BYTES) {
        this.#readChunk(this.#input[0]!);
      }
    } catch (error) {
      if (!(error instanceof S2Error)) throw error;
      this.stopInput();
      this.#owner.onBroken();
    } finally {
      this.#isReading = false;
    }
    if (this.#mayRead) {
      this.#hold();
      this.#nextRead = setImmediate(() => guarded(this.#owner, () => this.#readOn()));
    } else if (this.#isHeld && !this.#isPaused) {
      this.#isHeld = false;
      this.#under.resume();
      this.#owner.onCaughtUp();
    }
  }

  get #mayRead(): boolean {
    return this.#input.length > 0 && !this.#isPaused;
  }

  #readOn(): void {
    this.#nextRead = undefined;
    if (!this.#isPaused) this.#read();
  }

  /** Lets the other side wait. */
  #hold(): void {
    this.#isHeld = true;
    this.#under.pause();
  }

  #readChunk(chunk: Buffer): void {
    this.#inputStart = this.#decoder.decode(chunk, this.#onPlain, this.#inputStart);
    // Nothing is there any more when whoever has got a part has stopped all input.
    if (this.#inputStart < chunk.length || this.#input.length === 0) return;
    this.#input.shift();
    this.#inputStart = 0;
    const { length } = chunk;
    if (length >= FREED_INPUT_MIN && chunk.buffer.byteLength === length) freeMemory(chunk);
  }

  /** @returns bytes that the socket has taken; negative when it is closed. */
  #writePiece(buf: Buffer, start: number, bytes: number): number {
    const out = takeBuffer(this.#encoder.maxLength(bytes));
    const end = this.#encoder.encode(buf, start, start + bytes, out, 0);
    this.counts.plainOut += bytes;
    this.counts.wireOut += end;
    const written = this.#under.write(out, 0, end);
    if (written < 0 || written === end) {
      releaseBuffer(out);
      return written;
    }
    this.#rest = out;
    this.#restStart = written;
    this.#restEnd = end;
    this.#owed = bytes;
    return written;
  }

  /** @returns whether all of it is written. */
  #writeRest(): boolean {
    const pending = this.#restEnd - this.#restStart;
    const written = this.#under.write(this.#rest, this.#restStart, pending);
    if (written > 0) this.#restStart += written;
    if (this.#restStart < this.#restEnd) return false;
    releaseBuffer(this.#rest);
    this.#rest = NO_BUFFER;
    return true;
  }

  #writeOn(): void {
    this.#nextWrite = undefined;
    this.#owner.onDrain();
  }

  /** Nothing is sent any more. */
  #drop(): void {
    this.stopInput();
    clearImmediate(this.#nextRead);
    clearImmediate(this.#nextWrite);
    releaseBuffer(this.#rest);
    this.#rest = NO_BUFFER;
    this.#restStart = 0;
    this.#restEnd = 0;
    this.#owed = 0;
  }
}
