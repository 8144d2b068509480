/**
 * Events about messages on their way out. They are published after the turn, as nothing may be
 * delivered while another message is, and in parts, so that a great many do not hold up everything else.
 */

import { encodeContent } from "../../protocol/content-encoding.ts";
import type { InternalMessaging } from "../internal-messaging.ts";
import type { MessageTrace } from "./message-trace.ts";
import { encodeTraceEvent } from "./trace-event.ts";

/** Weight of the messages that may wait; events about others are dropped. */
export const WAITING_WEIGHT_MAX = 262_144;
/** Time after which everything else has its turn. */
const SLICE_MS = 1;

export class TraceOutbox {
  /** Traces for which there was no room. */
  dropped = 0;
  readonly #messaging: InternalMessaging;
  readonly #server: () => string;
  #waiting: MessageTrace[] = [];
  #weight = 0;
  #isPublishing = false;

  /** @param server gives the object `server`, as JSON, anew for each event. */
  constructor(messaging: InternalMessaging, server: () => string) {
    this.#messaging = messaging;
    this.#server = server;
  }

  add(trace: MessageTrace): void {
    if (this.#weight + trace.weight > WAITING_WEIGHT_MAX) {
      this.dropped++;
      return;
    }
    this.#weight += trace.weight;
    this.#waiting.push(trace);
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    setImmediate(() => void this.#publishAll());
  }

  async #publishAll(): Promise<void> {
    const slice = new Slice();
    while (this.#waiting.length > 0) {
      const traces = this.#waiting;
      this.#waiting = [];
      for (const trace of traces) {
        await this.#publish(trace, slice);
        this.#weight -= trace.weight;
      }
    }
    this.#isPublishing = false;
  }

  async #publish(trace: MessageTrace, slice: Slice): Promise<void> {
    let json = "";
    for (const piece of encodeTraceEvent(trace, this.#server())) {
      json += piece;
      await slice.pause();
    }
    const { body, headers } = await encodeContent(Buffer.from(json), trace.acceptEncoding);
    this.#messaging.publish(trace.ingress.account, trace.dest, "", body, headers);
  }
}

/** A stretch of time that may be used without a pause. */
class Slice {
  #since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
