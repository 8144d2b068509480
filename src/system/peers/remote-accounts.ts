/** How many members accounts have on other servers: they count where an account may have so many only. */

import type { Account } from "../../core/account.ts";
import type { Logger } from "../../log/logger.ts";
import { ClosedReason, ERR_MAX_ACCOUNT_CONNECTIONS } from "../../protocol/errors.ts";

interface Counts {
  readonly members: number;
  readonly leafnodes: number;
}

const NONE: Counts = { members: 0, leafnodes: 0 };

export class RemoteAccounts {
  readonly #log: Logger;
  readonly #byServer = new Map<string, Map<Account, Counts>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Another server has told how many members an account has there. */
  update(server: string, account: Account, counts: Counts): void {
    const known = this.#byServer.get(server) ?? new Map<Account, Counts>();
    const before = known.get(account) ?? NONE;
    account.remoteMembers += counts.members - before.members;
    if (counts.members > 0 || counts.leafnodes > 0) known.set(account, counts);
    else known.delete(account);
    if (known.size > 0) this.#byServer.set(server, known);
    else this.#byServer.delete(server);
    this.#closeExcess(account);
  }

  /** The server is gone. */
  forget(server: string): void {
    for (const [account, { members }] of this.#byServer.get(server) ?? []) {
      account.remoteMembers -= members;
    }
    this.#byServer.delete(server);
  }

  /** Other servers on which somebody is in the account. */
  serversWith(account: Account): number {
    let count = 0;
    for (const accounts of this.#byServer.values()) if (accounts.has(account)) count++;
    return count;
  }

  /**
   * Members that have come on several servers at the same time may be too many together: the newest
   * ones go. As in nats-server each server sees to that, so it may be a few more than necessary.
   */
  #closeExcess({ members, remoteMembers, limits }: Account): void {
    if (limits.maxConnections === -1) return;
    const excess = members.size + remoteMembers - limits.maxConnections;
    if (excess <= 0) return;
    for (const member of [...members].slice(-excess).reverse()) {
      this.#log.error(`${member.label} - ${ERR_MAX_ACCOUNT_CONNECTIONS}`);
      const reason = ClosedReason.MaxAccountConnectionsExceeded;
      member.closeWithError(ERR_MAX_ACCOUNT_CONNECTIONS, reason);
    }
  }
}
