/** What the routes of a server share. */

import { BcryptVerifier } from "../../auth/bcrypt/bcrypt-verifier.ts";
import { WorkerEngine } from "../../auth/bcrypt/worker-engine.ts";
import type { Account } from "../../core/account.ts";
import type { RouteCluster, RouteHost } from "../../kinds/route/route-host.ts";
import type { Connection } from "../../net/connection.ts";
import type { KeepaliveHost } from "../../net/keepalive.ts";
import { Message } from "../../protocol/message.ts";
import type { RouteOptions } from "./route-options.ts";
import type { RoutingServer } from "./routing-server.ts";

export class RoutesHost implements RouteHost {
  readonly routedMessage = new Message();
  readonly passwords: BcryptVerifier;
  readonly options: RouteOptions;
  readonly serverKeepalive: KeepaliveHost;
  readonly cluster: RouteCluster;
  readonly log: RouteHost["log"];
  readonly turn: RouteHost["turn"];
  readonly message: Message;
  readonly stats: RouteHost["stats"];
  readonly slowConsumers: RouteHost["slowConsumers"];
  readonly exchange: RouteHost["exchange"];
  readonly account: Account;
  readonly #server: RoutingServer;

  constructor(server: RoutingServer, options: RouteOptions, cluster: RouteCluster) {
    this.#server = server;
    this.options = options;
    this.cluster = cluster;
    this.serverKeepalive = { deadlines: server.deadlines, options };
    this.passwords = new BcryptVerifier(server.log, new WorkerEngine());
    this.log = server.log;
    this.turn = server.turn;
    this.message = server.message;
    this.stats = server.stats;
    this.slowConsumers = server.slowConsumers;
    this.exchange = server.tenancy.exchange;
    this.account = server.account;
  }

  get sampler(): RouteHost["sampler"] {
    return this.#server.sampler;
  }

  onConnectionClosed(connection: Connection): void {
    const { routes } = this.stats;
    routes.outMsgs += connection.outbound.outMsgs;
    routes.outBytes += connection.outbound.outBytes;
    this.#server.onConnectionClosed(connection);
  }
}
