/** A transport without a socket: it takes what the test lets it take, and remembers what was done. */

import type { Transport } from "../../src/net/transport.ts";

export class FakeTransport implements Transport {
  /** Bytes taken so far, in order. */
  readonly taken: Buffer[] = [];
  /** Lengths that were offered. */
  readonly offers: number[] = [];
  isPaused = false;
  isEnded = false;
  isTerminated = false;
  pauses = 0;
  /** How many of the offered bytes are taken; all of them unless the test says otherwise. */
  take: (offered: number) => number = (offered) => offered;

  /** Everything taken, one character per byte. */
  get text(): string {
    return Buffer.concat(this.taken).toString("latin1");
  }

  get takenBytes(): number {
    return this.taken.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(buf: Buffer, offset: number, length: number): number {
    if (this.isEnded || this.isTerminated) return -1;
    this.offers.push(length);
    const count = this.take(length);
    // A copy: the buffer goes back to its pool.
    if (count > 0) this.taken.push(Buffer.from(buf.subarray(offset, offset + count)));
    return count;
  }

  /** Takes nothing from now on, like the socket of a peer that does not read. */
  block(): void {
    this.take = () => 0;
  }

  unblock(): void {
    this.take = (offered) => offered;
  }

  pause(): void {
    this.isPaused = true;
    this.pauses++;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

/** Resolves after the end of the current turn of the event loop, when pending output is written. */
export function turnEnd(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
