/** The traffic of accounts: of the largest ones each, and of all others together. */

import { Largest } from "../../bytes/largest.ts";
import { type AccountStat, accountStat } from "../../documents/accstatz.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { Slices } from "../../documents/slices.ts";

/** An account, as metrics tell of it. */
export interface AccountNumbers {
  readonly id: string;
  readonly name: string;
  connections: number;
  totalConnections: number;
  subscriptions: number;
  leafNodes: number;
  sentMsgs: number;
  sentBytes: number;
  receivedMsgs: number;
  receivedBytes: number;
  slowConsumers: number;
}

export interface AccountSums {
  /** By traffic, the largest first. */
  readonly largest: readonly AccountNumbers[];
  /** Null when there are no others. */
  readonly others: AccountNumbers | null;
}

export async function accountSums(view: ServerView, max: number): Promise<AccountSums> {
  const slices = new Slices();
  const largest = new Largest<AccountNumbers>(max, isLarger);
  const others = numbersOf(undefined);
  let count = 0;
  for (const entry of [...view.accounts.entries]) {
    const dropped = largest.add(numbersOf(accountStat(entry)));
    count++;
    if (dropped !== undefined) addTo(others, dropped);
    if (slices.isOver) await slices.pause();
  }
  return { largest: largest.items, others: count > max ? others : null };
}

/** With the same traffic that account is larger that more connections are in. */
function isLarger(one: AccountNumbers, other: AccountNumbers): boolean {
  const more = one.sentBytes + one.receivedBytes - (other.sentBytes + other.receivedBytes);
  return more !== 0 ? more > 0 : one.connections > other.connections;
}

function numbersOf(stat: AccountStat | undefined): AccountNumbers {
  return {
    id: stat?.acc ?? "",
    name: stat?.name ?? "",
    connections: stat?.conns ?? 0,
    totalConnections: stat?.total_conns ?? 0,
    subscriptions: stat?.num_subscriptions ?? 0,
    leafNodes: stat?.leafnodes ?? 0,
    sentMsgs: stat?.sent.msgs ?? 0,
    sentBytes: stat?.sent.bytes ?? 0,
    receivedMsgs: stat?.received.msgs ?? 0,
    receivedBytes: stat?.received.bytes ?? 0,
    slowConsumers: stat?.slow_consumers ?? 0,
  };
}

function addTo(sums: AccountNumbers, numbers: AccountNumbers): void {
  sums.connections += numbers.connections;
  sums.totalConnections += numbers.totalConnections;
  sums.subscriptions += numbers.subscriptions;
  sums.leafNodes += numbers.leafNodes;
  sums.sentMsgs += numbers.sentMsgs;
  sums.sentBytes += numbers.sentBytes;
  sums.receivedMsgs += numbers.receivedMsgs;
  sums.receivedBytes += numbers.receivedBytes;
  sums.slowConsumers += numbers.slowConsumers;
}
