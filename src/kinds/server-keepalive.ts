/**
 * Keep-alive of a connection to another server, with nats-server's timing: the first PING a good second
 * after the beginning, then one per interval whatever else has come, and the end when too many are open.
 */

import type { Due } from "../net/deadlines.ts";
import type { KeepaliveHost } from "../net/keepalive.ts";

const FIRST_PING_MS = 1000;
/** Up to a fifth more, so that the connections of a server spread out. */
const FIRST_PING_JITTER = 0.2;

export interface ServerKeepaliveOwner {
  /** The interval has passed; one of the others follows. */
  onPingTimer(): void;
  sendPing(): void;
  /** More PINGs than allowed are unanswered, or nothing has come of a greeting. */
  onStale(): void;
}

export class ServerKeepalive implements Due {
  /** Last round trip in milliseconds; 0 while unknown. */
  rttMs = 0;
  dueAt = 0;
  place = 0;
  readonly #host: KeepaliveHost;
  readonly #owner: ServerKeepaliveOwner;
  /** Round-trip times decide about much, so they are measured this often at least. */
  readonly #intervalMsMax: number;
  #open = 0;
  #pingedAt = 0;
  /** No PING may be sent yet. */
  #isWaiting = false;

  constructor(host: KeepaliveHost, owner: ServerKeepaliveOwner, intervalMsMax: number) {
    this.#host = host;
    this.#owner = owner;
    this.#intervalMsMax = intervalMsMax;
  }

  /** The peer has as much time as for all its PINGs, of which none is sent. */
  await(): void {
    this.#isWaiting = true;
    this.#host.deadlines.set(this, this.#intervalMs * (this.#host.options.pingMax + 1));
  }

  /** PINGs are sent from now on. */
  begin(): void {
    this.#isWaiting = false;
    const jitter = 1 + Math.random() * FIRST_PING_JITTER;
    this.#host.deadlines.set(this, Math.min(this.#intervalMs, FIRST_PING_MS) * jitter);
  }

  /** A PING is being sent, by the timer or for another reason. */
  onPing(): void {
    this.#open++;
    this.#pingedAt = performance.now();
  }

  /** @returns false for one that no PING has asked for. */
  onPong(): boolean {
    if (this.#open === 0) return false;
    this.#open = 0;
    this.rttMs = Math.max(performance.now() - this.#pingedAt, Number.EPSILON);
    return true;
  }

  stop(): void {
    this.#host.deadlines.clear(this);
  }

  onDue(): void {
    if (this.#isWaiting) {
      this.#owner.onStale();
      return;
    }
    this.#owner.onPingTimer();
    if (this.#open + 1 > this.#host.options.pingMax) {
      this.#owner.onStale();
      return;
    }
    // The PING may be the one byte too many that ends the connection, and this with it.
    this.#host.deadlines.set(this, this.#intervalMs);
    this.#owner.sendPing();
  }

  get #intervalMs(): number {
    return Math.min(this.#host.options.pingIntervalMs, this.#intervalMsMax);
  }
}
