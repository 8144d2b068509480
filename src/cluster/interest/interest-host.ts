/** What those need of the server who tell others of its interest. */

import type { Account } from "../../core/account.ts";
import type { Exchange } from "../../core/exchange.ts";
import type { Flushable } from "../../net/turn.ts";

export interface InterestHost {
  readonly exchange: Exchange;
  readonly turn: { addFirst(flushable: Flushable): void };
  /** All accounts there are. */
  accounts(): Iterable<Account>;
}
