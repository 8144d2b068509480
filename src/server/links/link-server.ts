/** The server, as far as other servers are concerned. */

import type { Cluster } from "../../cluster/cluster.ts";
import type { Options } from "../../config/options/options.ts";
import type { Account } from "../../core/account.ts";
import type { Logger } from "../../log/logger.ts";
import type { ConnectionHost } from "../../net/connection.ts";
import type { Deadlines } from "../../net/deadlines.ts";
import type { ServerInfo } from "../../protocol/info.ts";
import type { ClientGate } from "../client-gate.ts";
import type { Tenancy } from "../tenancy.ts";

export interface LinkServer extends ConnectionHost {
  readonly log: Logger;
  readonly options: Readonly<Options>;
  readonly serverInfo: ServerInfo;
  readonly deadlines: Deadlines;
  readonly tenancy: Tenancy;
  readonly gate: ClientGate;
  /** Where a connection is that is no single account's. */
  readonly account: Account;
  /** Null without a port for routes. */
  readonly cluster: Cluster | null;
  /** Port for clients that is really bound. */
  readonly port: number;
}
