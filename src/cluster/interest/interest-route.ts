/** A route, as those see it who tell another server of interest. */

import type { Account } from "../../core/account.ts";
import type { Sink } from "../../core/sink.ts";
import type { Laggard } from "../../net/turn.ts";

export interface InterestRoute {
  readonly outbound: Sink &
    Laggard & { readonly pendingBytes: number; readonly isBlocked: boolean };
  /** False from the moment on at which the connection ends. */
  readonly isOpen: boolean;
  /** The account that the connection is for; "" for the pool's. */
  readonly accountName: string;
  /** False when all accounts share the one connection to the other server. */
  readonly isPooled: boolean;
  /** Place in the pool. */
  readonly poolIndex: number;
  /** Lines about interest that were sent; counted by whoever sends them. */
  toldLines: number;
  /** Whether this server takes messages on the subject from the other one. */
  mayImport(subject: Buffer, start: number, end: number): boolean;
  /** Whether the other server is sent messages on the subject. */
  mayExport(subject: Buffer, start: number, end: number): boolean;
  /** Shows something of the protocol to those who trace. */
  trace(text: string): void;
  /** Logs something for those who debug. */
  debug(text: string): void;
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
