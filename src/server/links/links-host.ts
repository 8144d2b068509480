/** What connections of this server to others share. */

import { BcryptVerifier } from "../../auth/bcrypt/bcrypt-verifier.ts";
import { WorkerEngine } from "../../auth/bcrypt/worker-engine.ts";
import type { Account } from "../../core/account.ts";
import type { ServerHost } from "../../kinds/server-host.ts";
import type { Connection } from "../../net/connection.ts";
import type { KeepaliveHost } from "../../net/keepalive.ts";
import type { Counters } from "../../net/server-stats.ts";
import { Message } from "../../protocol/message.ts";
import type { LinkOptions } from "./link-options.ts";
import type { LinkServer } from "./link-server.ts";

export class LinksHost implements ServerHost {
  readonly routedMessage = new Message();
  readonly passwords: BcryptVerifier;
  readonly options: LinkOptions;
  readonly serverKeepalive: KeepaliveHost;
  readonly log: ServerHost["log"];
  readonly turn: ServerHost["turn"];
  readonly message: Message;
  readonly stats: ServerHost["stats"];
  readonly slowConsumers: ServerHost["slowConsumers"];
  readonly exchange: ServerHost["exchange"];
  readonly account: Account;
  readonly #server: LinkServer;
  readonly #counters: Counters;

  /** @param counters of connections of this kind. */
  constructor(server: LinkServer, options: LinkOptions, counters: Counters) {
    this.#server = server;
    this.#counters = counters;
    this.options = options;
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

  get sampler(): ServerHost["sampler"] {
    return this.#server.sampler;
  }

  onConnectionClosed(connection: Connection): void {
    this.#counters.outMsgs += connection.outbound.outMsgs;
    this.#counters.outBytes += connection.outbound.outBytes;
    this.#server.onConnectionClosed(connection);
  }
}
