/**
 * Long answers on their way. Whoever asks for many and reads none of them would fill the memory: all
 * together they have a limit, and are given to the connection in pieces, so that what is still to be
 * sent is known.
 */

/** Shorter answers are neither counted nor cut. */
const LONG_BYTES_MIN = 256 * 1024;
const PIECE_BYTES = 64 * 1024;
/** Long answers that are not all sent yet, in bytes together. One alone may be longer. */
export const OUTGOING_BYTES_MAX = 64 * 1024 * 1024;

export class OutgoingAnswers {
  #bytes = 0;

  /** Of those on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is room for one more. */
  hasRoom(length: number): boolean {
    return (
      length < LONG_BYTES_MIN || this.#bytes === 0 || this.#bytes + length <= OUTGOING_BYTES_MAX
    );
  }

  /** @returns what a response is to have as its body. */
  bodyOf(answer: Buffer): Uint8Array | ReadableStream<Uint8Array> {
    if (answer.length < LONG_BYTES_MIN) return answer;
    let at = 0;
    this.#bytes += answer.length;
    const leave = (): void => {
      if (at < 0) return;
      at = -1;
      this.#bytes -= answer.length;
    };
    const source = {
      pull(controller: ReadableStreamDefaultController<Uint8Array>) {
        const piece = answer.subarray(at, at + PIECE_BYTES);
        at += piece.length;
        controller.enqueue(piece);
        if (at < answer.length) return;
        controller.close();
        leave();
      },
      // Also when the connection does nothing for too long.
      cancel: leave,
    };
    return new ReadableStream(source, { highWaterMark: 0 });
  }
}
