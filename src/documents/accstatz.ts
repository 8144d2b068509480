/** `accstatz`: the traffic of accounts. */

import type { AccountEntry } from "../accounts/account-entry.ts";
import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";
import { Slices } from "./slices.ts";
import { subscriptionCount } from "./sublist-stats.ts";

/** Names and meanings are those of the JSON body of nats-server's service. */
export interface AccstatzOptions {
  /** Only these; none for all. */
  readonly accounts?: readonly string[] | null;
  /** Those without a connection too. */
  readonly include_unused?: boolean;
}

export interface Accstatz {
  readonly [field: string]: GoValue;
  readonly server_id: string;
  readonly now: string;
  readonly account_statz: readonly AccountStat[];
}

export type AccountStat = ReturnType<typeof accountStat>;

const NONE = { msgs: 0, bytes: 0 };

export async function accstatz(view: ServerView, options: AccstatzOptions = {}): Promise<Accstatz> {
  const now = rfc3339Nano(currentMicros());
  const slices = new Slices();
  const found: AccountStat[] = [];
  for (const entry of wanted(view, options.accounts ?? [])) {
    const { members } = entry.account;
    if (options.include_unused === true || members.size > 0) found.push(accountStat(entry));
    if (slices.isOver) await slices.pause();
  }
  return { server_id: view.serverInfo.id, now, account_statz: found };
}

/** Numbers of one account, as events tell them too. */
export function accountStat(entry: AccountEntry) {
  const { account } = entry;
  const { name, nameTag, members, slowConsumers, routed, gatewayed } = account;
  const { inMsgs, inBytes, outMsgs, outBytes } = account.traffic();
  return {
    acc: name,
    name: nameTag || name,
    conns: members.size,
    leafnodes: 0,
    total_conns: members.size,
    num_subscriptions: subscriptionCount(entry),
    sent: {
      msgs: outMsgs,
      bytes: outBytes,
      gateways: { msgs: gatewayed.outMsgs, bytes: gatewayed.outBytes },
      routes: { msgs: routed.outMsgs, bytes: routed.outBytes },
      leafs: NONE,
    },
    received: {
      msgs: inMsgs,
      bytes: inBytes,
      gateways: { msgs: gatewayed.inMsgs, bytes: gatewayed.inBytes },
      routes: { msgs: routed.inMsgs, bytes: routed.inBytes },
      leafs: NONE,
    },
    slow_consumers: slowConsumers,
  };
}

function wanted(view: ServerView, names: readonly string[]): AccountEntry[] {
  if (names.length === 0) return [...view.accounts.entries];
  return names.map((name) => view.accounts.entry(name)).filter((entry) => entry !== undefined);
}
