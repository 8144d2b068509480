/**
 * Statistics from time to time: soon after the start, then less and less often, and at once when
 * somebody asks. Nothing is said, or worked out, while nobody listens, and a server in whose system
 * account nobody has ever been is not even woken. All times are nats-server's.
 *
 *     0.25   1.25      3.25            7.25                    15.25                  25.25 ...  seconds
 */

import type { Announcing } from "../../core/internal-messaging.ts";
import { encodeGo } from "../../documents/go-document.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { statsz } from "../../documents/statsz.ts";
import type { SystemOutbox } from "../system-outbox.ts";

const FIRST_MS = 250;
const INTERVAL_MS = 10_000;
/** Nobody gets them more often, except by asking. */
const RATE_MS = 1000;
/** Statistics that may be in work at a time; whoever wants more than that gets none. */
const IN_WORK_MAX = 64;

export interface StatisticsHost {
  readonly view: ServerView;
  readonly messaging: Announcing;
  readonly outbox: SystemOutbox;
}

export class Statistics {
  readonly #host: StatisticsHost;
  readonly #subject: string;
  #intervalMs = FIRST_MS;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When the next ones are due; none are before the start, or after the end. */
  #dueAt = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #inWork = 0;

  constructor(host: StatisticsHost) {
    this.#host = host;
    this.#subject = `$SYS.SERVER.${host.view.serverInfo.id}.STATSZ`;
  }

  /** Times count from now on. */
  start(): void {
    this.#dueAt = performance.now() + FIRST_MS;
  }

  /** Somebody may listen from now on. */
  wake(): void {
    if (this.#timer !== undefined || this.#dueAt === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    while (this.#dueAt <= now) this.#passOver(now);
    this.#sleep(this.#dueAt - now);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** Tells everybody now, however short a time ago that was. */
  force(): void {
    this.#sentAt = Number.NEGATIVE_INFINITY;
    this.update();
  }

  /** Tells everybody, now or as soon as they may be told again. */
  update(): void {
    const now = performance.now();
    const earliest = this.#earliest;
    if (now < earliest) {
      if (this.#timer !== undefined) this.#sleep(earliest - now);
      return;
    }
    this.#sentAt = now;
    void this.#send();
  }

  async #send(): Promise<void> {
    const { view, messaging, outbox } = this.#host;
    const { system } = view.accounts;
    const subject = this.#subject;
    if (system === null || outbox.isClosed || !messaging.hears(system, subject)) return;
    if (this.#inWork >= IN_WORK_MAX) return;
    this.#inWork++;
    try {
      const json = encodeGo(await statsz(view), "").toString();
      const write = (server: string): string => `{"server":${server},"statsz":${json}}`;
      outbox.add({ account: system, subject, write });
    } finally {
      this.#inWork--;
    }
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer);
    // Timers know whole milliseconds only, and one that is early would count as a pause of its own.
    this.#timer = setTimeout(() => this.#tick(), Math.ceil(ms));
    this.#timer.unref();
  }

  #tick(): void {
    this.#lengthen();
    this.#sleep(this.#intervalMs);
    this.update();
  }

  /** What `#tick` would have done when nobody was there, as often as it takes in one go. */
  #passOver(now: number): void {
    const at = this.#dueAt;
    this.#lengthen();
    const earliest = this.#earliest;
    if (at < earliest) this.#dueAt = earliest;
    else {
      this.#sentAt = at;
      const isSteady = this.#intervalMs === INTERVAL_MS;
      this.#dueAt += isSteady
        ? Math.ceil((now - at + 1) / INTERVAL_MS) * INTERVAL_MS
        : this.#intervalMs;
    }
  }

  /**
   * Before that nobody may be told again. Compared with times as it is: a difference of times, which is
   * rounded, may stay too small for ever.
   */
  get #earliest(): number {
    return this.#sentAt + Math.min(RATE_MS, this.#intervalMs);
  }

  #lengthen(): void {
    this.#intervalMs = Math.min(this.#intervalMs * 2, INTERVAL_MS);
  }
}
