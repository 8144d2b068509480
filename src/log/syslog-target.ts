/**
 * A syslog daemon as a log target.
 *
 * Lines are sent at once while the daemon takes them, and otherwise wait in a bounded queue. A lost
 * connection is made anew with growing pauses. As with a file, standard error is told when trouble
 * begins, at most once a minute, and the daemon how many lines it has missed.
 */

import { goErrorText } from "./go-error.ts";
import { LineQueue, lostLines } from "./line-queue.ts";
import type { LogTarget, TroubleReport } from "./log-target.ts";
import type { LogLevel } from "./logger.ts";
import type { SyslogFormat } from "./syslog-line.ts";
import type { SyslogDialer, SyslogSocket, SyslogSocketEvents } from "./syslog-socket.ts";
import { waitAtMost } from "./wait-at-most.ts";

const QUEUE_BYTES = 1024 * 1024;
/** Pause before a full socket is tried again: Unix datagram sockets do not tell when there is room. */
const FULL_MS = 10;
const REDIAL_MIN_MS = 100;
const REDIAL_MAX_MS = 10_000;
const REPORT_MS = 60_000;
/** Longest wait for the daemon at the end of the process. */
const FLUSH_MS = 1000;
const FLUSH_POLL_MS = 5;

export class SyslogTarget implements LogTarget, SyslogSocketEvents {
  readonly #name: string;
  readonly #dial: SyslogDialer;
  readonly #format: SyslogFormat;
  readonly #report: TroubleReport;
  readonly #queue = new LineQueue(QUEUE_BYTES);
  /** Null while there is no connection. */
  #socket: SyslogSocket | null = null;
  /** A message that was refused for lack of room. */
  #refused = "";
  #retryTimer: Timer | undefined;
  #redialMs = REDIAL_MIN_MS;
  #dialedAt = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  private constructor(
    name: string,
    dial: SyslogDialer,
    format: SyslogFormat,
    report: TroubleReport,
  ) {
    this.#name = name;
    this.#dial = dial;
    this.#format = format;
    this.#report = report;
  }

  /**
   * Connects to the daemon.
   *
   * @param name how to call the daemon in reports.
   * @throws LogTargetError when it cannot be reached.
   */
  static async open(
    name: string,
    dial: SyslogDialer,
    format: SyslogFormat,
    report: TroubleReport,
  ): Promise<SyslogTarget> {
    const target = new SyslogTarget(name, dial, format, report);
    target.#socket = await dial(target);
    return target;
  }

  write(level: LogLevel, text: string): void {
    if (this.#closed) return;
    const line = this.#format(level, text);
    const isFirst = this.#refused === "" && this.#queue.isEmpty;
    if (isFirst && this.#queue.dropped === 0 && this.#socket?.send(line)) return;
    this.#queue.push(line);
    if (isFirst && this.#socket !== null) this.#waitForRoom();
  }

  async flush(): Promise<void> {
    await waitAtMost(FLUSH_MS, this.#drain());
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    const lost = this.#queue.count + this.#queue.dropped + (this.#refused === "" ? 0 : 1);
    if (lost > 0) await this.#report("error", `${this.#name}: ${lostLines(lost)}`);
    this.#socket?.close();
    this.#socket = null;
  }

  onRoom(): void {
    this.#sendQueue();
  }

  onDropped(messages: number): void {
    this.#queue.countDropped(messages);
  }

  onLost(error: Error): void {
    if (this.#closed || this.#socket === null) return;
    this.#socket = null;
    if (performance.now() - this.#dialedAt > REDIAL_MAX_MS) this.#redialMs = REDIAL_MIN_MS;
    this.#complain(error);
    this.#redialLater();
  }

  async #drain(): Promise<void> {
    while (!this.#closed && this.#hasPending()) await Bun.sleep(FLUSH_POLL_MS);
  }

  #hasPending(): boolean {
    return this.#refused !== "" || !this.#queue.isEmpty || this.#socket?.isSending === true;
  }

  #sendQueue(): void {
    clearTimeout(this.#retryTimer);
    while (this.#socket !== null) {
      if (this.#refused === "") this.#refused = this.#next();
      if (this.#refused === "") return;
      if (!this.#socket.send(this.#refused)) break;
      this.#refused = "";
    }
    if (this.#socket !== null) this.#waitForRoom();
  }

  /** The next line, or the news of those that were lost; "" when there is none. */
  #next(): string {
    if (!this.#queue.isEmpty) return this.#queue.take(0);
    const lost = this.#queue.takeDropped();
    return lost > 0 ? this.#format("warn", lostLines(lost)) : "";
  }

  #waitForRoom(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#sendQueue(), FULL_MS);
  }

  #redialLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#redial(), this.#redialMs);
    this.#redialMs = Math.min(this.#redialMs * 2, REDIAL_MAX_MS);
  }

  async #redial(): Promise<void> {
    let socket: SyslogSocket;
    try {
      socket = await this.#dial(this);
    } catch {
      if (!this.#closed) this.#redialLater();
      return;
    }
    if (this.#closed) {
      socket.close();
      return;
    }
    this.#dialedAt = performance.now();
    this.#socket = socket;
    this.#sendQueue();
  }

  #complain(error: Error): void {
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#report(
      "error",
      `${this.#name} is lost: ${goErrorText(error)}; trying again until it is back`,
    );
  }
}
