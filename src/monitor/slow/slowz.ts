/** `/slowz`: who is about to be cut off for being too slow, and who was, and why. */

import { DocumentError } from "../../documents/document-error.ts";
import { encodeGo, type GoValue } from "../../documents/go-document.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { currentMicros } from "../../log/clock.ts";
import type { PendingSubjects } from "../../net/slow/pending-subjects.ts";
import type { SlowEvent, SlowNow, SlowPeer } from "../../net/slow/slow-consumer.ts";
import { CURRENT_MAX, type SlowFilter } from "../../net/slow/slow-consumers.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { faultAnswer, jsonAnswer } from "../http/answers.ts";
import type { Page } from "../http/page.ts";
import { Query } from "../http/query.ts";

const MICROS_PER_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;
const STATES: readonly string[] = ["all", "current", "recent"];
const LIMIT = 64;

export interface SlowzOptions {
  /** Entries of either list at most: 64 for 0 and below, and never more than 256. */
  readonly limit?: number;
  /** `current`, `recent`, or `all`, which is the default. */
  readonly state?: string;
  /** Only connections in this account; "" for all. */
  readonly acc?: string;
  /** Only this connection; 0 for all. */
  readonly cid?: number;
}

/** @throws DocumentError when no such state is known. */
export function slowz(view: ServerView, options: SlowzOptions = {}): GoValue {
  const state = options.state || "all";
  if (!STATES.includes(state)) throw new DocumentError(`Error decoding state for ${state}`);
  const asked = options.limit ?? 0;
  const limit = Math.min(asked > 0 ? asked : LIMIT, CURRENT_MAX);
  const filter: SlowFilter = { cid: options.cid || undefined, account: options.acc || undefined };
  const { slowConsumers, serverInfo } = view;
  const { maxPending, writeDeadlineMs, writeTimeout } = view.options;
  const current = state === "recent" ? [] : slowConsumers.current(limit, filter);
  const recent = state === "current" ? [] : slowConsumers.recent(filter);
  const { counts } = slowConsumers;
  return {
    server_id: serverInfo.id,
    now: rfc3339Nano(currentMicros()),
    max_pending: maxPending,
    write_deadline: writeDeadlineMs * NANOSECONDS_PER_MS,
    write_timeout: writeTimeout,
    slow_consumers: counts.detected,
    closed_pending_bytes: counts.closedForPendingBytes,
    closed_write_deadline: counts.closedForWriteDeadline,
    recovered: counts.recovered,
    blocked: slowConsumers.blockedCount,
    limit,
    num_current: current.length,
    current: current.map(currentEntry),
    num_recent: Math.min(recent.length, limit),
    total_recent: recent.length,
    recent: recent.slice(0, limit).map(recentEntry),
  };
}

/** The page; its parameters are `limit`, `state`, `acc` and `cid`. */
export function slowzPage(view: ServerView): Page {
  return {
    path: "/slowz",
    title: "Slow consumers",
    answer(_, { search }) {
      try {
        const query = new Query(search.slice(1));
        const document = slowz(view, {
          limit: query.integer("limit"),
          state: query.text("state").toLowerCase(),
          acc: query.text("acc"),
          cid: query.natural("cid"),
        });
        return jsonAnswer(encodeGo(document, "  "));
      } catch (error) {
        return faultAnswer(error);
      }
    },
  };
}

function currentEntry(slow: SlowNow): GoValue {
  return {
    ...peerFields(slow),
    state: slow.isSlow ? "slow" : "blocked",
    since: timeText(slow.since),
    blocked_ms: Math.round(slow.blockedMs),
    pending_bytes: slow.pendingBytes,
    pending_percent: percent(slow.pendingShare),
    drain_rate: Math.round(slow.drainRate),
    queue_rate: Math.round(slow.queueRate),
    limit_in_ms: slow.limitInMs === null ? undefined : Math.round(slow.limitInMs),
    deadline_in_ms: Math.round(slow.deadlineInMs),
    will_miss_deadline: slow.willMissDeadline,
    ...subjectFields(slow.subjects),
  };
}

function recentEntry(event: SlowEvent): GoValue {
  return {
    ...peerFields(event),
    time: timeText(event.time),
    outcome: event.outcome,
    detections: event.detections,
    blocked_ms: Math.round(event.blockedMs),
    pending_bytes: event.pendingBytes,
    pending_percent: percent(event.pendingBytes / event.maxPending),
    drain_rate: Math.round(event.drainRate),
    ...subjectFields(event.subjects),
  };
}

function peerFields(peer: SlowPeer): { readonly [field: string]: GoValue | undefined } {
  return {
    kind: peer.kind,
    cid: peer.cid,
    ip: peer.ip,
    port: peer.port,
    name: peer.name || undefined,
    lang: peer.lang || undefined,
    version: peer.version || undefined,
    user: peer.user || undefined,
    account: peer.account,
  };
}

function subjectFields(subjects: PendingSubjects | null): { readonly [field: string]: GoValue } {
  if (subjects === null) return {};
  const { top, isEstimate } = subjects;
  return {
    subjects: top.map(({ subject, bytes, frames }) => ({ subject, bytes, messages: frames })),
    subjects_estimated: isEstimate,
  };
}

/** With one digit behind the point. */
function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

function timeText(milliseconds: number): string {
  return rfc3339Nano(milliseconds * MICROS_PER_MS);
}
