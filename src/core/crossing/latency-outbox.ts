/**
 * Latency events on their way out. They are published after the turn, as nothing may be delivered
 * while another message is, and in parts, so that a great many do not hold up everything else.
 */

import type { Account } from "../account.ts";
import type { InternalMessaging } from "../internal-messaging.ts";

/** What may wait, in characters; events beyond it are dropped. */
export const WAITING_LENGTH_MAX = 16 * 1024 * 1024;
/** Events that are published in one go. */
const BATCH = 256;

interface WaitingEvent {
  readonly account: Account;
  readonly subject: string;
  readonly json: string;
}

export class LatencyOutbox {
  /** Whether what is delivered just now is an event. */
  isPublishing = false;
  readonly #messaging: InternalMessaging;
  #waiting: WaitingEvent[] = [];
  #length = 0;

  constructor(messaging: InternalMessaging) {
    this.#messaging = messaging;
  }

  add(account: Account, subject: string, json: string): void {
    if (this.#length + json.length > WAITING_LENGTH_MAX) return;
    this.#length += json.length;
    if (this.#waiting.length === 0) queueMicrotask(() => this.#publish());
    this.#waiting.push({ account, subject, json });
  }

  #publish(): void {
    const batch = this.#waiting.slice(0, BATCH);
    this.isPublishing = true;
    for (const { account, subject, json } of batch) {
      this.#length -= json.length;
      this.#messaging.publish(account, subject, "", json);
    }
    this.isPublishing = false;
    this.#waiting = this.#waiting.slice(batch.length);
    if (this.#waiting.length > 0) setImmediate(() => this.#publish());
  }
}
