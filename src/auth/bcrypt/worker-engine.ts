/**
 * Compares passwords with bcrypt hashes in a thread of its own, one after another. The thread begins
 * with the first comparison and then stays. One that dies takes its comparison with it, and the next
 * has a new thread.
 */

import type { BcryptEngine } from "./bcrypt-verifier.ts";
import type { ComparisonRequest } from "./worker.ts";

/** The thread's program, where it was built into the executable. */
declare const BCRYPT_WORKER_CODE: string | undefined;

/** How often it is looked whether a long comparison is still wanted. */
const CHECK_MS = 1000;
/** Longer than anybody waits: the cost of a hash may ask for days. */
const COMPARISON_MS_MAX = 60_000;

/** The comparison that the thread is at. */
interface Running {
  resolve(verdict: boolean | null): void;
  reject(error: Error): void;
}

export class WorkerEngine implements BcryptEngine {
  #worker: Worker | undefined;
  #program: string | undefined;
  #running: Running | undefined;

  /** @param program address of another program for the thread, for tests. */
  constructor(program?: string) {
    this.#program = program;
  }

  async compare(hash: string, secret: string, isWanted: () => boolean): Promise<boolean | null> {
    this.#worker ??= this.#start();
    const { promise, resolve, reject } = Promise.withResolvers<boolean | null>();
    this.#running = { resolve, reject };
    const startedAt = performance.now();
    const timer = setInterval(() => {
      if (!isWanted()) this.#abort();
      else if (performance.now() - startedAt > COMPARISON_MS_MAX) {
        this.#fail(new Error(`it takes longer than ${COMPARISON_MS_MAX / 1000} s`));
      }
    }, CHECK_MS);
    this.#worker.postMessage({ hash, secret } satisfies ComparisonRequest);
    try {
      return await promise;
    } finally {
      clearInterval(timer);
    }
  }

  stop(): void {
    this.#abort();
  }

  #start(): Worker {
    this.#program ??= programUrl();
    const worker = new Worker(this.#program, { name: "bcrypt" });
    // It does not keep the process alive.
    worker.unref();
    worker.onmessage = ({ data }: MessageEvent<boolean>) => {
      this.#running?.resolve(data);
      this.#running = undefined;
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#fail(new Error(event.message));
    };
    // A thread says nothing when it ends without an error.
    worker.addEventListener("close", () => {
      if (worker === this.#worker) this.#fail(new Error("the thread has ended"));
    });
    return worker;
  }

  /** Ends the thread, and with it what it is at. */
  #abort(): void {
    const running = this.#running;
    this.#end();
    running?.resolve(null);
  }

  #fail(error: Error): void {
    const running = this.#running;
    this.#end();
    running?.reject(error);
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#running = undefined;
    worker?.terminate();
  }
}

function programUrl(): string {
  return typeof BCRYPT_WORKER_CODE === "string"
    ? URL.createObjectURL(new Blob([BCRYPT_WORKER_CODE], { type: "text/javascript" }))
    : new URL("./worker.ts", import.meta.url).href;
}
