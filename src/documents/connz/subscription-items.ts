/** Subscriptions as they stand in the lists of connections. */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../../core/account.ts";
import type { Exchange } from "../../core/exchange.ts";
import { SUB_DELIVERED } from "../../core/subscriptions.ts";
import { goText } from "../../protocol/go-json-text.ts";
import type { ClosedSubscription } from "../closed-clients.ts";
import type { GoValue } from "../go-document.ts";
import { omitEmpty } from "../go-texts.ts";

/** Which lists there are: `details` are objects, `subjects` texts. */
export type ListKind = "none" | "subjects" | "details";

/** @param id of a subscription of that account. */
export function openItem(
  { subs }: Exchange,
  { sublist }: Account,
  id: number,
  cid: number,
  kind: ListKind,
): GoValue {
  const subject = goText(sublist.subjectOf(id));
  if (kind === "subjects") return subject;
  const { words } = subs.pool;
  const base = id << RECORD_SHIFT;
  return {
    subject,
    qgroup: omitEmpty(goText(Buffer.from(subs.queueName(id), "latin1"))),
    sid: subs.sid(id),
    msgs: words[base + SUB_DELIVERED]!,
    max: omitEmpty(subs.maxOf(id)),
    cid,
  };
}

/** nats-server tells the account as well, but not when the subscription was to end. */
export function closedItem(
  { subject, queue, sid, msgs }: ClosedSubscription,
  account: { readonly name: string; readonly tag: string },
  cid: number,
  kind: ListKind,
): GoValue {
  if (kind === "subjects") return goText(subject);
  const qgroup = omitEmpty(goText(queue));
  return {
    account: account.name,
    account_tag: account.tag,
    subject: goText(subject),
    qgroup,
    sid,
    msgs,
    cid,
  };
}
