/** Slow consumers, before they are cut off and after. */

import type { ServerView } from "../../documents/server-view.ts";
import { goDuration } from "../../log/go-duration.ts";
import type { SlowNow as Blocked, SlowEvent } from "../../net/slow/slow-consumer.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import type { CutOff, SlowList, SlowNow, SlowPast } from "./shapes.ts";
import { shown } from "./shown.ts";

const ADVICE = {
  Client: {
    stopped:
      "Look at the client's process: it is connected, and does not read. It may be stopped, or stuck in the handling of a message.",
    slow: "Let the client do less for each message, subscribe to less, or share the work in a queue group.",
  },
  Router: {
    stopped:
      "Look at the other server, and at the network between: it is connected, and does not read.",
    slow: "Look at the network between the servers, and at whether the other one keeps up. Compression or a larger pool may help.",
  },
  Gateway: {
    stopped:
      "Look at the other server, and at the network between: it is connected, and does not read.",
    slow: "Look at the network between the clusters, and at whether the other server keeps up.",
  },
} as const;
/** Blocked connections that are shown, worst first. */
const SHOWN_MAX = 50;
/** For so long it is news that somebody was cut off. */
const LATELY_MS = 10 * 60_000;

/** @param cid of the only connection that is of interest. */
export function slowNow(view: ServerView, limit: number, cid?: number): SlowNow[] {
  const { writeDeadlineMs } = view.options;
  return view.slowConsumers.current(limit, { cid }).map((blocked) => ({
    ...clientOf(blocked),
    pendingShare: blocked.pendingShare,
    deadlineShare: Math.min(Math.max(1 - blocked.deadlineInMs / writeDeadlineMs, 0), 1),
    queueRate: blocked.queueRate,
    leftMs: leftMs(blocked),
    ...reasonOf(blocked, writeDeadlineMs),
  }));
}

/** In the last minutes. */
export function recentlyCutOff(view: ServerView): CutOff {
  const since = Date.now() - LATELY_MS;
  const events = view.slowConsumers
    .recent()
    .filter(({ time, outcome }) => time >= since && outcome.startsWith("closed"));
  const last = events[0];
  if (last === undefined) return { count: 0, last: "", time: 0 };
  const who = shown(last.name) || joinHostPort(last.ip, last.port);
  return { count: events.length, last: who, time: last.time };
}

export function slowList(view: ServerView): SlowList {
  const { writeDeadlineMs, maxPending } = view.options;
  const past = view.slowConsumers.recent().map((event): SlowPast => {
    return { ...clientOf(event), time: event.time, outcome: event.outcome };
  });
  return { now: slowNow(view, SHOWN_MAX), past, writeDeadlineMs, pendingBytesMax: maxPending };
}

function clientOf(slow: Blocked | SlowEvent): Omit<SlowPast, "time" | "outcome"> {
  return {
    cid: slow.cid,
    kind: slow.kind,
    address: joinHostPort(slow.ip, slow.port),
    name: shown(slow.name),
    account: shown(slow.account),
    library: shown([slow.lang, slow.version].filter((part) => part !== "").join(" ")),
    user: shown(slow.user),
    pendingBytes: slow.pendingBytes,
    drainRate: slow.drainRate,
    blockedMs: slow.blockedMs,
    subjects: (slow.subjects?.top ?? []).map(({ subject, bytes }) => {
      return { subject: shown(subject), bytes };
    }),
  };
}

/** Until the first of the two limits that it will run into. */
function leftMs({ limitInMs, deadlineInMs, willMissDeadline }: Blocked): number | null {
  const deadline = willMissDeadline ? deadlineInMs : null;
  if (limitInMs === null) return deadline;
  return deadline === null ? limitInMs : Math.min(limitInMs, deadline);
}

/** What is the matter with it, and where to look first. */
function reasonOf(blocked: Blocked, writeDeadlineMs: number): Pick<SlowNow, "why" | "advice"> {
  const { limitInMs, deadlineInMs, willMissDeadline, drainRate, kind } = blocked;
  const isStopped = drainRate < 1;
  const advice = ADVICE[kind][isStopped ? "stopped" : "slow"];
  if (willMissDeadline && (limitInMs === null || deadlineInMs <= limitInMs)) {
    const how = isStopped ? "It takes nothing at all" : "It takes too little";
    const deadline = `write_deadline (${goDuration(writeDeadlineMs)})`;
    return { why: `${how}: what waits will not be gone within ${deadline}.`, advice };
  }
  if (limitInMs !== null) {
    return { why: "More comes than it takes: what waits is growing towards max_pending.", advice };
  }
  return { why: "Its socket is full, but at this rate it will catch up.", advice: "" };
}
