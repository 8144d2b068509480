/** Who wants to know what becomes of clients: events, statistics, and the history of closed ones. */

import type { LoginFailure } from "../auth/login.ts";
import type { Account } from "../core/account.ts";
import type { ClientSession } from "./client-session.ts";

/** Called in the middle of other work: what is to be published has to wait for the end of the turn. */
export interface ClientObserver {
  /**
   * The client is in: for the first time, or because it, or the configuration, has made the server
   * decide again.
   *
   * @param from where it has been until now.
   */
  onLogin(client: ClientSession, from: Account): void;
  /** The client is not let in, or not any more; it is closed right after that. */
  onRefused(client: ClientSession, failure: LoginFailure): void;
  /** The client is about to lose its subscriptions; `closedReason` says why. */
  onClosing(client: ClientSession): void;
}
