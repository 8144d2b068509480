/**
 * What another cluster wants, account by account, as `gatewayz` tells it.
 *
 * There may be a million subscriptions, so they are counted bit by bit, and listed so as well. Those that
 * come meanwhile are left out, and those that go too.
 */

import { GREATER } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../../core/account.ts";
import type { Exchange } from "../../core/exchange.ts";
import type { GatewayAccount } from "../../core/gateway/gateway-interest.ts";
import { SUB_QUEUE, SUB_SINK } from "../../core/subscriptions.ts";
import type { OutboundGateway } from "../../kinds/gateway/outbound-gateway.ts";
import { goText } from "../../protocol/go-json-text.ts";
import type { SubscriptionWalk } from "../connz/subscription-walk.ts";
import type { GoValue } from "../go-document.ts";
import { omitEmpty } from "../go-texts.ts";
import type { Slices } from "../slices.ts";

/** Refusals of one account after which nats-server wants to be told all that is wanted in it. */
const INTEREST_ONLY_THRESHOLD = 1000;
/** Subscriptions between two looks at the clock. */
const STEP = 256;

export type ListField = "subscriptions_list" | "subscriptions_list_detail" | "";

export interface WantedAccount {
  readonly told: GatewayAccount;
  subscriptions: number;
  queueSubscriptions: number;
  /** Empty unless they are to be listed. */
  readonly ids: number[];
}

/**
 * Counts what is wanted in accounts.
 *
 * @param how `isListed`: subscriptions are to be listed. `isOptimistic`: the other server does not tell
 *     all its interest at once.
 */
export async function countWanted(
  { subs }: Exchange,
  walk: SubscriptionWalk,
  accounts: readonly GatewayAccount[],
  how: { readonly isListed: boolean; readonly isOptimistic: boolean },
  slices: Slices,
): Promise<readonly WantedAccount[]> {
  const { isListed, isOptimistic } = how;
  const byNumber = new Map<number, WantedAccount>();
  for (const told of accounts) {
    const counts = { subscriptions: 0, queueSubscriptions: 0, ids: [] };
    byNumber.set(told.account.number, { told, ...counts });
    if (slices.isOver) await slices.pause();
  }
  for (let ids = walk.next(STEP); ids.length > 0; ids = walk.next(STEP)) {
    for (const id of ids) {
      const wanted = byNumber.get(subs.accountOf(id));
      if (wanted === undefined) continue;
      const isQueue = subs.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE] !== 0;
      if (isOptimistic && !isQueue && standsForAll(wanted.told, id)) continue;
      wanted.subscriptions++;
      if (isQueue) wanted.queueSubscriptions++;
      if (isListed) wanted.ids.push(id);
    }
    if (slices.isOver) await slices.pause();
  }
  return [...byNumber.values()];
}

/** Whether it is nobody's subscription, but stands for all that is sent by chance. */
function standsForAll({ account, mode }: GatewayAccount, id: number): boolean {
  if (mode === "Optimistic") return true;
  if (mode === "Interest-Only") return false;
  const subject = account.sublist.subjectOf(id);
  return subject.length === 1 && subject[0] === GREATER;
}

/** With an empty list where items are to follow. */
export function accountDocument(
  { told, subscriptions, queueSubscriptions, ids }: WantedAccount,
  field: ListField,
): { readonly [field: string]: GoValue | undefined } {
  const { account, mode, refused } = told;
  const list = field === "" || ids.length === 0 ? {} : { [field]: [] };
  return {
    ...accountHead(account.name, mode),
    no_interest_count: omitEmpty(refused.size),
    interest_only_threshold: INTEREST_ONLY_THRESHOLD,
    num_subs: omitEmpty(subscriptions),
    num_queue_subs: omitEmpty(queueSubscriptions),
    ...list,
  };
}

/** Of an inbound gateway. @param mode what its cluster knows of the interest here. */
export function toldAccountDocument(
  name: string,
  mode: GatewayAccount["mode"],
): { readonly [field: string]: GoValue } {
  return { ...accountHead(name, mode), interest_only_threshold: INTEREST_ONLY_THRESHOLD };
}

function accountHead(name: string, mode: GatewayAccount["mode"]) {
  return { name: goText(Buffer.from(name)), interest_mode: mode };
}

/** Those of the subscriptions that are still there, as nats-server lists them. */
export function subscriptionItems(
  { subs }: Exchange,
  gateway: OutboundGateway,
  account: Account,
  ids: readonly number[],
  isDetailed: boolean,
): GoValue[] {
  const { words } = subs.pool;
  const { slot } = gateway.outbound;
  const items: GoValue[] = [];
  for (const id of ids) {
    const isThere = slot !== 0 && words[(id << RECORD_SHIFT) + SUB_SINK] === slot;
    if (!isThere || subs.accountOf(id) !== account.number) continue;
    const subject = goText(account.sublist.subjectOf(id));
    items.push(isDetailed ? detail(subject, subs.queueName(id), gateway.cid) : subject);
  }
  return items;
}

/** Messages are not counted by subscription where they go to another cluster. */
function detail(subject: string, queue: string, cid: number): GoValue {
  const qgroup = omitEmpty(goText(Buffer.from(queue, "latin1")));
  return { subject, qgroup, sid: "", msgs: 0, cid };
}
