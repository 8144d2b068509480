/**
 * What other servers tell this one in the system account: that they are there, that they go, how many
 * members accounts have there, and how long services have taken to answer.
 *
 * It is taken at once, as it comes: a question to this server may wait, but what is known of others
 * must not be older than it need be.
 */

import type { Account } from "../../core/account.ts";
import type { InternalMessage } from "../../core/internal-messaging.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { Inboxes } from "./inboxes.ts";
import {
  checkServer,
  readConnections,
  readStatistics,
  type ToldConnections,
} from "./peer-bodies.ts";
import { RemoteAccounts } from "./remote-accounts.ts";
import { RemoteServers } from "./remote-servers.ts";

/** Longer messages are not looked at. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Position of the server's id in the subject. */
const SERVER_TOKEN = 2;

export class Peers {
  readonly servers: RemoteServers;
  readonly accounts: RemoteAccounts;
  readonly #view: ServerView;
  #inboxes: Inboxes | null = null;

  /** @param onNew is called when another server has come. */
  constructor(view: ServerView, onNew: () => void) {
    this.#view = view;
    this.accounts = new RemoteAccounts(view.log);
    const onGone = (id: string): void => this.accounts.forget(id);
    this.servers = new RemoteServers({ log: view.log, onNew, onGone });
  }

  /** Where answers of other servers come to. */
  get inboxes(): Inboxes {
    this.#inboxes ??= new Inboxes(this.#view.serverInfo.name);
    return this.#inboxes;
  }

  /** @param name of what is told, see `serviceAddresses`. */
  take(name: string, message: InternalMessage): void {
    if (message.payload.length > BODY_BYTES_MAX) return;
    switch (name) {
      case "INBOX":
        this.inboxes.take(message);
        break;
      case "CONNS":
        this.#onConnections(message);
        break;
      case "STATSZ":
        this.#onStatistics(message);
        break;
      case "GONE":
        this.#onGone(message);
        break;
      case "LATENCY":
        this.#onLatency(message);
        break;
      default:
      // Matters of gateways.
    }
  }

  /** Nothing is known of others any more. */
  stop(): void {
    this.servers.stop();
  }

  #onConnections({ payload }: InternalMessage): void {
    const { log, accounts, serverInfo } = this.#view;
    if (payload.length === 0) {
      log.error("SYSTEM - No message body provided");
      return;
    }
    let told: ToldConnections;
    try {
      told = readConnections(payload);
    } catch (error) {
      const problem = (error as Error).message;
      log.error(`SYSTEM - Error unmarshalling account connection event message: ${problem}`);
      return;
    }
    const account = accounts.find(told.account);
    if (account === undefined) return;
    const { server } = told;
    if (server.id === serverInfo.id) {
      log.error("SYSTEM - Processing our own account connection event message: ignored");
      return;
    }
    this.servers.seen(server.id, server.sequence);
    // What cannot be forgotten is not noted.
    if (this.servers.has(server.id)) this.accounts.update(server.id, account, told);
  }

  #onStatistics({ payload }: InternalMessage): void {
    const { log, serverInfo } = this.#view;
    if (payload.length === 0) {
      log.debug("Received empty server info for remote server update");
      return;
    }
    try {
      const { id, sequence } = readStatistics(payload);
      if (id !== serverInfo.id) this.servers.seen(id, sequence);
    } catch {
      log.debug("Received bad server info for remote server update");
    }
  }

  #onGone({ subject, payload }: InternalMessage): void {
    const { log } = this.#view;
    if (payload.length === 0) {
      const where = goQuoteText(subject);
      log.error(`Remote server sent invalid (empty) shutdown message to ${where}`);
      return;
    }
    try {
      checkServer(payload);
    } catch {
      log.debug("Received bad server info for remote server shutdown");
      return;
    }
    this.servers.forget(subject.split(".")[SERVER_TOKEN]!);
  }

  #onLatency({ payload }: InternalMessage): void {
    const { accounts, exchange, log } = this.#view;
    const find = (name: string): Account | null => {
      const account = accounts.find(name);
      if (account !== undefined) return account;
      log.warn(`Could not lookup account ${goQuoteText(name)} for latency measurement`);
      return null;
    };
    const problem = exchange.latencies.onRemote(payload.toString(), find);
    if (problem !== "") log.error(problem);
  }
}
