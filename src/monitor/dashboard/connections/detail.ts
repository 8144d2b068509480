/** One connection with its subjects, and what it was denied. */

import { RECORD_SHIFT } from "../../../bytes/record-pool.ts";
import { SUB_DELIVERED } from "../../../core/subscriptions.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { denialRow, latestFirst } from "../denials.ts";
import type { ConnectionDetail, SubscriptionRow } from "../shapes.ts";
import { shown } from "../shown.ts";
import { slowNow } from "../slow.ts";
import type { ConnectionRates } from "./rates.ts";
import { rowOf } from "./row.ts";
import { rulesOf } from "./rules.ts";

/** Subscriptions that are shown: few enough to be read at once. */
const SUBSCRIPTIONS_MAX = 500;
const DENIALS_MAX = 20;

/** Null when there is no such connection. */
export function connectionDetail(
  view: ServerView,
  rates: ConnectionRates,
  cid: number,
): ConnectionDetail | null {
  const client = view.clients.get(cid);
  if (client === undefined) return null;
  const { outbound, account } = client;
  const { subs } = view.exchange;
  const subscriptions: SubscriptionRow[] = [];
  let id = outbound.firstSub;
  for (; id !== 0 && subscriptions.length < SUBSCRIPTIONS_MAX; id = subs.nextOfSink(id)) {
    const base = id << RECORD_SHIFT;
    subscriptions.push({
      sid: subs.sid(id),
      subject: shown(account.sublist.subjectOf(id).toString("utf8")),
      queue: shown(Buffer.from(subs.queueName(id), "latin1").toString()),
      delivered: subs.pool.words[base + SUB_DELIVERED]!,
      max: subs.maxOf(id),
    });
  }
  const denials = view.denials.recent().filter((denial) => denial.cid === cid);
  return {
    connection: rowOf(client, rates),
    stalls: client.stalls,
    pendingBytesMax: view.options.maxPending,
    slow: slowNow(view, 1, cid)[0] ?? null,
    writeDeadlineMs: view.options.writeDeadlineMs,
    rules: rulesOf(client.permissions),
    subscriptions,
    hasMore: id !== 0,
    denials: latestFirst(denials)
      .slice(0, DENIALS_MAX)
      .map((denial) => denialRow(view, denial)),
  };
}
