/**
 * What connections were refused, for the log and for monitoring: counters, the last denials, and the
 * decision whether a denial is worth a line in the log.
 *
 * What a connection is refused is logged once in a while, with the number of denials by the same rule
 * that were kept quiet in between. One that tries ever new subjects against the same rule is logged,
 * and remembered, for the first few of them.
 * Memory is bounded whatever is tried: by the named maxima below, and texts by `TEXT_MAX`.
 */

export type DeniedOperation = "publish" | "subscribe" | "reply";

export interface Denial {
  readonly operation: DeniedOperation;
  readonly cid: number;
  readonly account: string;
  readonly user: string;
  readonly subject: string;
  /** "" for none. */
  readonly queue: string;
  /** The rule that denied, as text; "" when no rule allowed it. */
  readonly rule: string;
}

/** A denial, and the like of it by the same connection that was kept quiet. */
export interface DenialRecord extends Denial {
  /** Of the first one, in milliseconds since 1970. */
  readonly time: number;
  readonly lastTime: number;
  readonly count: number;
}

/** Denials by operation, since the start of the server. */
export interface DenialCounts {
  total: number;
  publish: number;
  subscribe: number;
  reply: number;
  /** Those for which there was no line in the log. */
  quiet: number;
}

/** Denials that are remembered. */
export const DENIALS_MAX = 1024;
/** Pairs of connection and rule that are kept quiet. Beyond, denials are only counted. */
export const QUIET_MAX = 4096;
/** Subjects that a connection's denials by one rule are logged for, while they are kept quiet. */
export const SUBJECTS_MAX = 8;
/** How long a connection's denials by the same rule are kept quiet. */
export const QUIET_MS = 10_000;
/** Characters kept of a subject, a queue, a rule or a name. */
export const TEXT_MAX = 256;

/** `record` says so when the denial is not to be logged. */
export const QUIET = -1;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The denials of one connection by one rule while they are kept quiet. */
interface Run {
  readonly until: number;
  /** By subject and queue; further ones are counted with the first. */
  readonly records: Map<string, Writable<DenialRecord>>;
  quiet: number;
}

export class Denials {
  readonly counts: DenialCounts = { total: 0, publish: 0, subscribe: 0, reply: 0, quiet: 0 };
  readonly #clock: () => number;
  readonly #ring: Writable<DenialRecord>[] = [];
  /** Where the next record goes once the ring is full. */
  #next = 0;
  /** By connection, operation and rule; those that end first come first. */
  readonly #runs = new Map<string, Run>();

  /** @param clock milliseconds since 1970. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Takes note of a denial.
   *
   * @returns `QUIET` when it is not to be logged; otherwise how many of its kind were kept quiet since
   * the last one that was.
   */
  record(denial: Denial): number {
    const now = this.#clock();
    this.counts.total++;
    this.counts[denial.operation]++;
    const rule = shortened(denial.rule);
    const key = `${denial.cid} ${denial.operation} ${rule}`;
    const run = this.#runs.get(key);
    const what = shortened(`${denial.subject} ${denial.queue}`);
    if (run !== undefined && isQuiet(run, now)) {
      const like = run.records.get(what) ?? this.#overflowing(run);
      if (like === undefined) {
        run.records.set(what, this.#remember(denial, rule, now));
        return 0;
      }
      like.count++;
      like.lastTime = now;
      run.quiet++;
      this.counts.quiet++;
      return QUIET;
    }
    const record = this.#remember(denial, rule, now);
    if (run !== undefined) this.#runs.delete(key);
    else if (!this.#hasRoom(now)) {
      this.counts.quiet++;
      return QUIET;
    }
    this.#runs.set(key, { until: now + QUIET_MS, records: new Map([[what, record]]), quiet: 0 });
    return run?.quiet ?? 0;
  }

  /** What a further subject is counted with; undefined when there is room for it. */
  #overflowing({ records }: Run): Writable<DenialRecord> | undefined {
    if (records.size < SUBJECTS_MAX) return undefined;
    return records.values().next().value;
  }

  /** The last denials, oldest first. */
  recent(): DenialRecord[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  /** Makes room for another run by forgetting those that are over. */
  #hasRoom(now: number): boolean {
    for (const [key, run] of this.#runs) {
      if (this.#runs.size < QUIET_MAX) return true;
      if (isQuiet(run, now)) return false;
      this.#runs.delete(key);
    }
    return true;
  }

  #remember(denial: Denial, rule: string, now: number): Writable<DenialRecord> {
    const record = {
      operation: denial.operation,
      cid: denial.cid,
      account: shortened(denial.account),
      user: shortened(denial.user),
      subject: shortened(denial.subject),
      queue: shortened(denial.queue),
      rule,
      time: now,
      lastTime: now,
      count: 1,
    };
    if (this.#ring.length < DENIALS_MAX) {
      this.#ring.push(record);
    } else {
      this.#ring[this.#next] = record;
      this.#next = (this.#next + 1) % DENIALS_MAX;
    }
    return record;
  }
}

/** A clock that was set back ends the quiet. */
function isQuiet(run: Run, now: number): boolean {
  return now < run.until && now >= run.until - QUIET_MS;
}

/** A copy: a part of a long text would keep all of it in memory. */
function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${Buffer.from(text.slice(0, TEXT_MAX)).toString()}…`;
}
