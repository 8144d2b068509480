/**
 * Everything that the server says by itself, in the order in which it happened. It is published after
 * the turn, as nothing may be delivered while another message is, and in slices, so that a great many
 * events do not hold up everything else.
 *
 * Each message counts, whether anybody wants it or not: those who listen see by the numbers what they
 * have missed, as with nats-server. What nobody wants is not even made.
 */

import type { Account } from "../core/account.ts";
import type { Announcing } from "../core/internal-messaging.ts";
import type { Logger } from "../log/logger.ts";

/** Messages that may wait; those beyond it are dropped, and count nevertheless. */
export const WAITING_MAX = 65_536;
/** How long one slice may take, in milliseconds. */
const SLICE_MS = 1;
/** Messages between two looks at the clock. */
const STEPS = 16;
/**
 * In a burst, messages are sent together after this time, in milliseconds: receivers, and the sockets
 * to them, are spared many small portions.
 */
const BURST_MS = 2;
/** How long the last messages of a server may hold up its end. */
const CLOSE_MS_MAX = 100;

export interface SystemMessage {
  readonly account: Account;
  readonly subject: string;
  /** None by default. */
  readonly reply?: string;
  /** A whole header block; none by default. */
  readonly headers?: string;
  /**
   * Made when it is its turn.
   *
   * @param server the object `server` as JSON.
   */
  write(server: string): Uint8Array | string;
}

/** What every message says of its server. */
export interface MessageSource {
  /** The object `server` as JSON; counts up. */
  envelopeJson(): string;
  /** Counts a message that is not made. */
  skip(): void;
}

export class SystemOutbox {
  readonly #messaging: Announcing;
  readonly #source: MessageSource;
  readonly #log: Logger;
  #waiting: SystemMessage[] = [];
  #at = 0;
  #isScheduled = false;
  #publishedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #hasLogged = false;

  constructor(messaging: Announcing, source: MessageSource, log: Logger) {
    this.#messaging = messaging;
    this.#source = source;
    this.#log = log;
  }

  /** Nothing is said any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Counts messages that need not be made, as nobody listens and nobody can begin to before they are
   * sent.
   *
   * @returns false when they have to be made.
   */
  skips(account: Account, count: number): boolean {
    if (this.#isScheduled || this.#messaging.hasAudience(account)) return false;
    for (let i = 0; i < count; i++) this.#source.skip();
    return true;
  }

  add(message: SystemMessage): void {
    if (this.#isClosed) return;
    if (this.#waiting.length - this.#at >= WAITING_MAX) this.#drop();
    else {
      this.#waiting.push(message);
      if (!this.#isScheduled) this.#schedule(performance.now() - this.#publishedAt < BURST_MS);
    }
  }

  /** Publishes what waits, if that can be done in no time, and then a last message. */
  close(last: SystemMessage): void {
    if (this.#isClosed) return;
    this.#publish(CLOSE_MS_MAX);
    this.#send(last);
    this.abandon();
  }

  /** Says nothing more, and nothing of what waits either. */
  abandon(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#at = 0;
  }

  /** @param isBurst the next ones may come together with some more. */
  #schedule(isBurst: boolean): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (isBurst) setTimeout(this.#onDue, BURST_MS);
    else setImmediate(this.#onDue);
  }

  readonly #onDue = (): void => {
    this.#isScheduled = false;
    this.#publish(SLICE_MS);
    if (this.#at < this.#waiting.length) this.#schedule(false);
  };

  /** @param lengthMs how long it may take. */
  #publish(lengthMs: number): void {
    const until = performance.now() + lengthMs;
    while (this.#at < this.#waiting.length) {
      const end = Math.min(this.#at + STEPS, this.#waiting.length);
      while (this.#at < end) this.#send(this.#waiting[this.#at++]!);
      this.#publishedAt = performance.now();
      if (this.#publishedAt >= until) break;
    }
    // What is done is let go of now and then, which is cheaper than each time.
    if (this.#at === this.#waiting.length) this.#waiting = [];
    else if (this.#at > WAITING_MAX) this.#waiting = this.#waiting.slice(this.#at);
    else return;
    this.#at = 0;
  }

  #send(message: SystemMessage): void {
    const { account, subject, reply = "", headers } = message;
    if (!this.#messaging.hears(account, subject)) {
      this.#source.skip();
      return;
    }
    const payload = message.write(this.#source.envelopeJson());
    this.#messaging.announce(account, subject, reply, payload, headers);
  }

  #drop(): void {
    this.#source.skip();
    if (this.#hasLogged) return;
    this.#hasLogged = true;
    this.#log.warn(`More than ${WAITING_MAX} system events wait to be sent, some are dropped`);
  }
}
