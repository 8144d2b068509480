/**
 * The byte stream under a connection: a Bun socket, or a pair of callbacks inside this process.
 * A Bun socket fits as it is.
 */
export interface Transport {
  /**
   * Sends what it can now.
   *
   * @returns bytes taken, which may be fewer than `length`: the rest must be offered again after the
   *     connection's `onDrain`. Negative when the stream is closed.
   */
  write(buf: Buffer, offset: number, length: number): number;
  /** Stops and restarts the arrival of data. */
  pause(): void;
  resume(): void;
  /** Closes after what was written has been sent. */
  end(): void;
  /** Closes now, whatever is unsent. */
  terminate(): void;
}
