/**
 * One who watches the live feed. What it does not read is not kept for it: while its stream is full it
 * is sent nothing, and after a while it is let go.
 */

/** Bytes that wait for a viewer before it is sent no more. */
export const BACKLOG_BYTES_MAX = 64 * 1024;
/** How long it may read nothing. */
export const SILENCE_MS_MAX = 30_000;

export class Viewer {
  /** The answer's body. */
  readonly stream: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isOpen = true;
  /** Since when it has been full, by `performance.now`; 0 while it is not. */
  #fullSince = 0;

  /** @param onGone called once, when nobody watches any more. */
  constructor(onGone: (viewer: Viewer) => void) {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => {
          this.#isOpen = false;
          onGone(this);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG_BYTES_MAX }),
    );
  }

  /** @returns false when it has read nothing for too long and is to be let go. */
  send(event: Uint8Array, now: number): boolean {
    if (!this.#isOpen) return false;
    if ((this.#controller.desiredSize ?? 0) <= 0) {
      if (this.#fullSince === 0) this.#fullSince = now;
      return now - this.#fullSince < SILENCE_MS_MAX;
    }
    this.#fullSince = 0;
    this.#controller.enqueue(event);
    return true;
  }

  /** Ends the answer; one that is full breaks off. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#fullSince === 0) this.#controller.close();
    else this.#controller.error(new Error("the viewer does not read"));
  }
}

/** An event as `text/event-stream` has it. */
export function encodeEvent(name: string, data: unknown): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
