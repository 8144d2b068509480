/**
 * Keep-alive of one connection, with nats-server's timing: the first PING a good two seconds after
 * CONNECT, then one per interval unless the peer was heard of, and the end when too many are open.
 */

/** First PING after CONNECT, plus up to a fifth so that reconnecting clients spread out. */
const FIRST_PING_MS = 2000;
const FIRST_PING_JITTER = 0.2;
/** A measured round-trip time is good for an hour; until then a quiet peer is pinged anyway. */
const RTT_VALID_MS = 60 * 60 * 1000;

/** The longest delay that the runtime's timers know, some 25 days. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

export interface KeepaliveOwner {
  /** The interval has passed; one of the others may follow. */
  onPingTimer(): void;
  sendPing(): void;
  /** More PINGs than allowed are unanswered. */
  onStale(): void;
  /** A PING was due but the peer was active. */
  onPingDelayed(sinceActivityMs: number): void;
}

/** Read anew each time, so a reload takes effect with the next PING. */
export interface KeepaliveSettings {
  readonly pingIntervalMs: number;
  readonly pingMax: number;
}

export class Keepalive {
  /** Last round trip in milliseconds; 0 while unknown. */
  rttMs = 0;
  readonly #owner: KeepaliveOwner;
  readonly #settings: KeepaliveSettings;
  #timer: Timer | undefined;
  #open = 0;
  #pingedAt = 0;
  #measuredAt = 0;
  #activeAt = 0;

  constructor(owner: KeepaliveOwner, settings: KeepaliveSettings) {
    this.#owner = owner;
    this.#settings = settings;
    this.#arm(settings.pingIntervalMs);
  }

  /** CONNECT was accepted. */
  onConnect(): void {
    const jitter = 1 + Math.random() * FIRST_PING_JITTER;
    this.#arm(Math.min(this.#settings.pingIntervalMs, FIRST_PING_MS) * jitter);
  }

  /** The peer sent something that shows it is alive. */
  onActivity(): void {
    this.#activeAt = performance.now();
  }

  onPong(): void {
    const now = performance.now();
    if (this.#open > 0) {
      this.rttMs = Math.max(now - this.#pingedAt, Number.EPSILON);
      this.#measuredAt = now;
    }
    this.#open = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    // The runtime takes anything else for no delay at all, and says so on standard error.
    const delay = Math.min(Math.max(delayMs, 1), TIMER_MS_MAX);
    this.#timer = setTimeout(onTimer, delay, this);
    this.#timer.unref();
  }

  /** The interval has passed. */
  onTimer(): void {
    this.#owner.onPingTimer();
    const now = performance.now();
    const quietMs = now - this.#activeAt;
    const isMeasured = this.rttMs > 0 && now - this.#measuredAt < RTT_VALID_MS;
    if (isMeasured && this.#activeAt > 0 && quietMs < this.#settings.pingIntervalMs) {
      this.#owner.onPingDelayed(quietMs);
    } else {
      if (this.#open + 1 > this.#settings.pingMax) {
        this.#owner.onStale();
        return;
      }
      this.#open++;
      this.#pingedAt = now;
      this.#owner.sendPing();
    }
    this.#arm(this.#settings.pingIntervalMs);
  }
}

/** One function for all connections: a closure each would cost memory per idle connection. */
function onTimer(keepalive: Keepalive): void {
  keepalive.onTimer();
}
