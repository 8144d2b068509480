/** What connections to other servers need from their own. */

import type { BcryptVerifier } from "../auth/bcrypt/bcrypt-verifier.ts";
import type { Account } from "../core/account.ts";
import type { Exchange } from "../core/exchange.ts";
import type { ConnectionHost } from "../net/connection.ts";
import type { KeepaliveHost } from "../net/keepalive.ts";
import type { Message } from "../protocol/message.ts";

export interface ServerHost extends ConnectionHost {
  readonly log: ConnectionHost["log"];
  readonly exchange: Exchange;
  /** Filled by the parsers of these connections, which have more to say of a message than others. */
  readonly routedMessage: Message;
  /** Keep-alive of these connections has options of its own. */
  readonly serverKeepalive: KeepaliveHost;
  /** Compares passwords that are configured as hashes. */
  readonly passwords: Pick<BcryptVerifier, "verify">;
  /** Where a connection is that is no single account's. */
  readonly account: Account;
}
