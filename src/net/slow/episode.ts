/** The time for which one connection is blocked without a break, and what is told of it. */

import type { Logger } from "../../log/logger.ts";
import { diagnosis } from "./diagnosis.ts";
import { FlowMeter } from "./flow-meter.ts";
import { NOT_READ, NOTHING_PENDING, type PendingSubjects } from "./pending-subjects.ts";
import { Outcome, type SlowEvent, type SlowNow, type SlowPeer } from "./slow-consumer.ts";
import type { BlockedConnection, SlowConsumers } from "./slow-consumers.ts";

/** What is known of subjects is told again for so long. */
const SUBJECTS_MS = 1000;

/** What there is to know of a connection. */
export interface DiagnosedConnection {
  readonly label: string;
  readonly cid: number;
  readonly account: { readonly name: string };
  readonly namesAccounts: boolean;
  readonly outbound: {
    readonly buf: Buffer;
    readonly end: number;
    readonly pendingBytes: number;
    readonly sentBytes: number;
  };
  slowPeer(): SlowPeer;
}

export interface DiagnosisHost {
  readonly log: Logger;
  readonly options: { readonly maxPending: number };
  readonly slowConsumers: SlowConsumers;
}

export class Episode implements BlockedConnection {
  /** By when `outbound.sentBytes` must be what, as `performance.now` tells. */
  deadline = { at: 0, goal: 0 };
  readonly #connection: DiagnosedConnection;
  readonly #host: DiagnosisHost;
  readonly #since = Date.now();
  readonly #beganAt = performance.now();
  readonly #meter: FlowMeter;
  #detections = 0;
  #event: SlowEvent | null = null;
  #subjects: PendingSubjects | null = null;
  #subjectsAt = 0;

  constructor(connection: DiagnosedConnection, host: DiagnosisHost) {
    this.#connection = connection;
    this.#host = host;
    const { sentBytes, pendingBytes } = connection.outbound;
    this.#meter = new FlowMeter(this.#beganAt, sentBytes, pendingBytes);
  }

  get cid(): number {
    return this.#connection.cid;
  }

  get account(): string {
    return this.#connection.account.name;
  }

  get pendingBytes(): number {
    return this.#connection.outbound.pendingBytes;
  }

  /** From now on it counts as blocked. */
  begin(): void {
    this.#host.slowConsumers.add(this);
  }

  /** It is blocked no more, or closed. */
  end(): void {
    this.#host.slowConsumers.delete(this);
    if (this.#event?.outcome === Outcome.StillSlow) {
      this.#keep({ ...this.#event, time: Date.now(), outcome: Outcome.Disconnected });
    }
  }

  onProgress(): void {
    const { sentBytes, pendingBytes } = this.#connection.outbound;
    this.#meter.observe(performance.now(), sentBytes, pendingBytes);
  }

  onDetected(outcome: Outcome): void {
    this.#detections++;
    this.#tell(outcome, {
      pendingBytes: this.pendingBytes,
      subjects: this.#read() ?? this.#subjects ?? NOT_READ,
    });
  }

  onRecovered(): void {
    const { pendingBytes = 0, subjects = NOTHING_PENDING } = this.#event ?? {};
    this.#tell(Outcome.Recovered, { pendingBytes, subjects });
  }

  describe(): SlowNow {
    const now = performance.now();
    const { maxPending } = this.#host.options;
    const { pendingBytes, sentBytes } = this.#connection.outbound;
    const { drained, queued } = this.#meter.flow(now, sentBytes, pendingBytes);
    const growth = queued - drained;
    const deadlineInMs = Math.max(0, this.deadline.at - now);
    if (this.#subjects === null || now - this.#subjectsAt > SUBJECTS_MS) {
      const subjects = this.#read();
      if (subjects !== null) this.#subjectsAt = now;
      this.#subjects = subjects ?? this.#subjects;
    }
    return {
      ...this.#connection.slowPeer(),
      isSlow: this.#event !== null,
      since: this.#since,
      blockedMs: now - this.#beganAt,
      pendingBytes,
      pendingShare: pendingBytes / maxPending,
      drainRate: drained,
      queueRate: queued,
      limitInMs: growth > 0 ? (Math.max(0, maxPending - pendingBytes) / growth) * 1000 : null,
      deadlineInMs,
      willMissDeadline: (drained * deadlineInMs) / 1000 < this.deadline.goal - sentBytes,
      subjects: this.#subjects,
    };
  }

  #read(): PendingSubjects | null {
    const { outbound, namesAccounts } = this.#connection;
    const { buf, end, pendingBytes } = outbound;
    const pending = buf.subarray(end - pendingBytes, end);
    return this.#host.slowConsumers.readSubjects(pending, namesAccounts);
  }

  #tell(outcome: Outcome, about: Pick<SlowEvent, "pendingBytes" | "subjects">): void {
    const now = performance.now();
    const { pendingBytes, sentBytes } = this.#connection.outbound;
    const event: SlowEvent = {
      ...this.#connection.slowPeer(),
      ...about,
      time: Date.now(),
      outcome,
      detections: this.#detections,
      blockedMs: now - this.#beganAt,
      maxPending: this.#host.options.maxPending,
      drainRate: this.#meter.flow(now, sentBytes, pendingBytes).drained,
    };
    this.#keep(event);
    this.#host.log.info(`${this.#connection.label} - ${diagnosis(event)}`);
  }

  #keep(event: SlowEvent): void {
    this.#host.slowConsumers.keep(event, this.#event);
    this.#event = event;
  }
}
