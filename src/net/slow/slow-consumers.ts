/**
 * The slow consumers of a server: those that are blocked now, worst first, and what became of the last
 * ones that were cut off or have recovered.
 */

import { Largest } from "../../bytes/largest.ts";
import { type PendingSubjects, readPendingSubjects } from "./pending-subjects.ts";
import { Outcome, type SlowEvent, type SlowNow } from "./slow-consumer.ts";

/** Events that are kept. */
const RECENT_MAX = 256;
/** Blocked connections that are told of at a time. */
export const CURRENT_MAX = 256;
/** Frames that are read in such a time to find out about subjects, of all connections together. */
const FRAMES_MAX = 4096;
const FRAMES_MS = 200;
/** Frames of one connection that are read at a time. */
const CONNECTION_FRAMES_MAX = 512;

/** A connection that is blocked now. */
export interface BlockedConnection {
  readonly cid: number;
  /** Name of its account. */
  readonly account: string;
  readonly pendingBytes: number;
  describe(): SlowNow;
}

/** Which connections are wanted; all of them unless it is said. */
export interface SlowFilter {
  readonly cid?: number | undefined;
  readonly account?: string | undefined;
}

export interface SlowCounts {
  /** Detections, as nats-server counts slow consumers. */
  detected: number;
  closedForPendingBytes: number;
  closedForWriteDeadline: number;
  recovered: number;
}

export class SlowConsumers {
  readonly #counts: SlowCounts = {
    detected: 0,
    closedForPendingBytes: 0,
    closedForWriteDeadline: 0,
    recovered: 0,
  };
  readonly #blocked = new Set<BlockedConnection>();
  /** Frames that may still be read, and since when that counts. */
  #frames = FRAMES_MAX;
  #framesAt = 0;
  /** Oldest first. */
  readonly #recent: SlowEvent[] = [];

  get counts(): Readonly<SlowCounts> {
    return this.#counts;
  }

  /** Connections that are blocked now. */
  get blockedCount(): number {
    return this.#blocked.size;
  }

  add(connection: BlockedConnection): void {
    this.#blocked.add(connection);
  }

  delete(connection: BlockedConnection): void {
    this.#blocked.delete(connection);
  }

  /** Those blocked connections that most bytes wait for, most first. */
  current(limit: number = CURRENT_MAX, filter: SlowFilter = {}): SlowNow[] {
    const worst = this.#worst(Math.min(limit, CURRENT_MAX), filter);
    return worst.map((connection) => connection.describe());
  }

  /** The subjects of what waits; null when too many others were read just before. */
  readSubjects(pending: Buffer, namesAccounts: boolean): PendingSubjects | null {
    const now = performance.now();
    if (now - this.#framesAt > FRAMES_MS) {
      this.#framesAt = now;
      this.#frames = FRAMES_MAX;
    }
    if (this.#frames <= 0) return null;
    const framesMax = Math.min(this.#frames, CONNECTION_FRAMES_MAX);
    const { subjects, cost } = readPendingSubjects(pending, framesMax, namesAccounts);
    this.#frames -= cost;
    return subjects;
  }

  /** The last events, newest first. */
  recent(filter: SlowFilter = {}): SlowEvent[] {
    return this.#recent.filter((event) => passes(event, filter)).reverse();
  }

  /**
   * Keeps what became of a connection.
   *
   * @param earlier what was kept of it before; it is replaced.
   */
  keep(event: SlowEvent, earlier: SlowEvent | null): void {
    const known = earlier === null ? -1 : this.#recent.lastIndexOf(earlier);
    if (known >= 0) this.#recent.splice(known, 1);
    this.#recent.push(event);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#count(event.outcome);
  }

  #count(outcome: Outcome): void {
    const counts = this.#counts;
    if (outcome === Outcome.Disconnected) return;
    if (outcome === Outcome.Recovered) counts.recovered++;
    else counts.detected++;
    if (outcome === Outcome.PendingBytes) counts.closedForPendingBytes++;
    if (outcome === Outcome.WriteDeadline) counts.closedForWriteDeadline++;
  }

  /** There may be thousands of them: they are not all sorted. */
  #worst(limit: number, filter: SlowFilter): BlockedConnection[] {
    const worst = new Largest<BlockedConnection>(limit, hasMorePending);
    if (limit <= 0) return worst.items;
    for (const connection of this.#blocked) if (passes(connection, filter)) worst.add(connection);
    return worst.items;
  }
}

function hasMorePending(one: BlockedConnection, other: BlockedConnection): boolean {
  return one.pendingBytes > other.pendingBytes;
}

function passes(
  { cid, account }: { readonly cid: number; readonly account: string },
  filter: SlowFilter,
): boolean {
  if (filter.cid !== undefined && cid !== filter.cid) return false;
  return filter.account === undefined || account === filter.account;
}
