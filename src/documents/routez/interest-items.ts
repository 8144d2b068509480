/** What another server asks for, as it stands in the list of its route. */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Exchange } from "../../core/exchange.ts";
import { SUB_DELIVERED } from "../../core/subscriptions.ts";
import type { Route } from "../../kinds/route/route.ts";
import { goText } from "../../protocol/go-json-text.ts";
import type { GoValue } from "../go-document.ts";
import { omitEmpty } from "../go-texts.ts";

/** @param isDetailed an object, rather than the subject alone. */
export function interestItem(
  { subs, remoteInterest }: Exchange,
  route: Route,
  id: number,
  isDetailed: boolean,
): GoValue {
  const account = remoteInterest.accountOf(id);
  const subject = goText(account.sublist.subjectOf(id));
  if (!isDetailed) return subject;
  const queue = goText(Buffer.from(subs.queueName(id), "latin1"));
  const origin = goText(Buffer.from(remoteInterest.originOf(id), "latin1"));
  return {
    subject,
    qgroup: omitEmpty(queue),
    sid: keyOf(route, { account: account.name, origin, subject, queue }),
    msgs: subs.pool.words[(id << RECORD_SHIFT) + SUB_DELIVERED]!,
    cid: route.cid,
  };
}

/** The line without its weight: by that nats-server finds it, and shows it as the sid. */
function keyOf(
  { isDedicated, hasUnsubOrigin }: Route,
  { account, origin, subject, queue }: Readonly<Record<string, string>>,
): string {
  // Servers that leave the origin out when interest ends are known without it.
  const kind = hasUnsubOrigin ? (origin === "" ? ["R"] : ["L", origin]) : [];
  const parts = [...kind, isDedicated ? "" : account, subject, queue];
  return parts.filter((part) => part !== "").join(" ");
}
