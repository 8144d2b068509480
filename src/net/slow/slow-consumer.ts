/** What is told of connections that do not take what they are sent fast enough. */

import type { PendingSubjects } from "./pending-subjects.ts";

/** Who a connection is. All of it is what the peer says, without secrets. */
export interface SlowPeer {
  /** What nats-server calls its kind. */
  readonly kind: "Client" | "Router" | "Gateway";
  readonly cid: number;
  readonly ip: string;
  readonly port: number;
  readonly name: string;
  readonly lang: string;
  /** Of its library, or of the other server. */
  readonly version: string;
  /** Name or public key; "" for none. */
  readonly user: string;
  readonly account: string;
}

/** A connection that is blocked now. It may recover, or be cut off. */
export interface SlowNow extends SlowPeer {
  /** It has missed a write deadline already, and was left open. */
  readonly isSlow: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly blockedMs: number;
  readonly pendingBytes: number;
  /** Of max_pending: 1 is the limit. */
  readonly pendingShare: number;
  /** Bytes that the socket takes in a second. */
  readonly drainRate: number;
  /** Bytes that come to it in a second. */
  readonly queueRate: number;
  /** Estimated time until max_pending is reached; null when it does not look like that. */
  readonly limitInMs: number | null;
  /** Until the write deadline. */
  readonly deadlineInMs: number;
  /** At this drain rate the deadline will be missed. */
  readonly willMissDeadline: boolean;
  /** Null when there were too many connections to look at. */
  readonly subjects: PendingSubjects | null;
}

export const Outcome = {
  PendingBytes: "closed: pending bytes",
  WriteDeadline: "closed: write deadline",
  StillSlow: "still slow",
  Recovered: "recovered",
  /** Closed for another reason, by whichever side, while it was still slow. */
  Disconnected: "disconnected",
} as const;

export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** What became of a connection that was a slow consumer. */
export interface SlowEvent extends SlowPeer {
  /** Milliseconds since 1970: of the outcome. */
  readonly time: number;
  readonly outcome: Outcome;
  /** How often it was found to be slow until then. */
  readonly detections: number;
  readonly blockedMs: number;
  /** At its last detection. */
  readonly pendingBytes: number;
  readonly maxPending: number;
  readonly drainRate: number;
  readonly subjects: PendingSubjects;
}
