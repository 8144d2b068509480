/** A route, as those see it who tell another server of interest. */

import type { Account } from "../../core/account.ts";
import type { InterestTarget } from "./interest-target.ts";

export interface InterestRoute extends InterestTarget {
  /** False when all accounts share the one connection to the other server. */
  readonly isPooled: boolean;
  /** Place in the pool. */
  readonly poolIndex: number;
  /** Whether the other server is sent messages on the subject. */
  mayExport(subject: Buffer, start: number, end: number): boolean;
}

/** Which connections accounts have. */
export interface AccountRouting {
  /** Place in the pools; -1 for an account with connections of its own. */
  slotOf(account: Account): number;
}

/** Whether the other server is told of the account's interest by this connection. */
export function carries(route: InterestRoute, account: Account, routing: AccountRouting): boolean {
  if (route.accountName !== "") return route.accountName === account.name;
  return !route.isPooled || route.poolIndex === routing.slotOf(account);
}
