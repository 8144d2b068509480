/** What was denied, to whom, and by which rule. */

import type { DenialRecord } from "../../core/permissions/denials.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { DenialList, DenialRow } from "./shapes.ts";
import { shown } from "./shown.ts";

const ROWS_MAX = 200;

export function denialList(view: ServerView): DenialList {
  const { total, publish, subscribe, reply } = view.denials.counts;
  const rows = latestFirst(view.denials.recent()).slice(0, ROWS_MAX);
  return {
    counts: { total, publish, subscribe, reply },
    rows: rows.map((denial) => denialRow(view, denial)),
  };
}

/** A client that goes on trying the same is one row, however often that was logged. */
export function latestFirst(denials: readonly DenialRecord[]): DenialRecord[] {
  const found = new Map<string, DenialRecord>();
  for (const denial of denials.toReversed()) {
    const { cid, operation, subject, queue, rule } = denial;
    const key = JSON.stringify([cid, operation, subject, queue, rule]);
    const later = found.get(key);
    if (later === undefined) found.set(key, denial);
    else {
      const { time, count } = denial;
      found.set(key, { ...later, time, count: later.count + count });
    }
  }
  return [...found.values()].sort((a, b) => b.lastTime - a.lastTime);
}

export function denialRow(view: ServerView, denial: DenialRecord): DenialRow {
  const { time, lastTime, count, operation, cid } = denial;
  return {
    time,
    lastTime,
    count,
    operation,
    cid,
    isConnected: view.clients.has(cid),
    account: shown(denial.account),
    user: shown(denial.user),
    subject: shown(denial.subject),
    queue: shown(denial.queue),
    rule: shown(denial.rule),
  };
}
