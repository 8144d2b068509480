/** A program to be run as a service, which notes what is asked of it. */

import type { ServiceProgram } from "../../src/windows/service-protocol.ts";

const DEADLINE_MS = 4_000;

export class TestProgram implements ServiceProgram {
  /** What was asked and logged, in order. */
  readonly events: string[] = [];
  readonly #end = Promise.withResolvers<void>();
  readonly ended = this.#end.promise;
  readonly log = {
    error: (text: string) => void this.events.push(`ERR ${text}`),
    debug: (text: string) => void this.events.push(`DBG ${text}`),
  };
  starting: () => Promise<void> = async () => {};
  stopping: () => Promise<void> = async () => {};
  reloading: () => Promise<void> = async () => {};
  reopening: () => Promise<void> = async () => {};

  start(): Promise<void> {
    this.events.push("start");
    return this.starting();
  }

  stop(): Promise<void> {
    this.events.push("stop");
    return this.stopping();
  }

  reload(): Promise<void> {
    this.events.push("reload");
    return this.reloading();
  }

  reopenLog(): Promise<void> {
    this.events.push("reopen");
    return this.reopening();
  }

  lameDuck(): void {
    this.events.push("lame duck");
  }

  /** Ends by itself, as after lame duck mode. */
  end(): void {
    this.#end.resolve();
  }
}

/** Waits for a condition. @throws Error when it is not met in time. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await Bun.sleep(2);
  }
}
