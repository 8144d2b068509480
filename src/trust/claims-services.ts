/**
 * Services of the system account about the JWTs of accounts: updates, and with a directory also
 * lookups, lists, deletions and comparisons with other servers.
 */

import type { Account } from "../core/account.ts";
import type {
  InternalCallback,
  InternalMessage,
  InternalMessaging,
  InternalSubscription,
} from "../core/internal-messaging.ts";
import type { Logger } from "../log/logger.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { ClaimsAnswers, type ServerInfoSource } from "./claims-answers.ts";
import {
  ACCOUNT_UPDATE_SUBJECTS,
  accountOf,
  DELETE_SUBJECT,
  LIST_SUBJECT,
  LOOKUP_SUBJECT,
  PACK_QUEUE,
  PACK_SUBJECT,
  UPDATE_SUBJECT,
} from "./claims-subjects.ts";
import { deleteAccounts } from "./delete-service.ts";
import type { DirectoryResolver } from "./directory-resolver.ts";
import { answerPack, mergePack } from "./pack-service.ts";
import { PeerLookup } from "./peer-lookup.ts";
import { RequestQueue } from "./request-queue.ts";
import { MissingAccountError } from "./resolver.ts";
import type { TrustedAccounts } from "./trusted-accounts.ts";
import { conclude, type DirectoryUpdate, updateDirectory, updateLoaded } from "./update-service.ts";

/** What services need of the server. */
export interface ServiceHost {
  readonly messaging: InternalMessaging;
  /** The system account. */
  readonly account: Account;
  readonly serverInfo: ServerInfoSource;
  readonly log: Logger;
}

/** Resolves to what others need not wait for, if there is such a thing. */
type Handler = (message: InternalMessage) => Promise<unknown>;

export class ClaimsServices {
  readonly #host: ServiceHost;
  readonly #accounts: TrustedAccounts;
  readonly #answers: ClaimsAnswers;
  readonly #peers: PeerLookup;
  readonly #subscriptions: InternalSubscription[] = [];
  /** One after the other, as they come: whoever has updated an account can look it up. */
  readonly #requests: RequestQueue;
  #timer: Timer | undefined;

  constructor(accounts: TrustedAccounts, host: ServiceHost) {
    const { messaging, account, serverInfo, log } = host;
    this.#accounts = accounts;
    this.#host = host;
    this.#answers = new ClaimsAnswers(messaging, account, serverInfo, log);
    this.#peers = new PeerLookup(messaging, account);
    this.#requests = new RequestQueue(log);
  }

  /**
   * @param resolver null when JWTs do not come from a directory.
   * @throws Error in nats-server's words.
   */
  start(resolver: DirectoryResolver | null): void {
    if (resolver === null) {
      for (const subject of ACCOUNT_UPDATE_SUBJECTS) {
        this.#serve(subject, async ({ subject, reply, payload }) => {
          const account = accountOf(subject);
          const outcome = await updateLoaded(this.#accounts, account, payload.toString());
          return () => conclude(this.#answers, reply, outcome);
        });
      }
      return;
    }
    if (!this.#accounts.operators.hasOperatorKey) throw new Error("no operator key found");
    const { log } = this.#host;
    const update = { accounts: this.#accounts, resolver, log };
    this.#serveUpdates(update);
    this.#serveRequests(resolver);
    if (!resolver.isCache) this.#serveOthers(update);
    resolver.peers = this.#peers;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    this.#peers.close();
  }

  #serveUpdates(update: DirectoryUpdate): void {
    const serve = (subject: string, accountIn: (subject: string) => string | null): void =>
      this.#serve(subject, async ({ subject, reply, payload }) => {
        const outcome = await updateDirectory(update, accountIn(subject), payload.toString());
        return () => conclude(this.#answers, reply, outcome);
      });
    for (const subject of ACCOUNT_UPDATE_SUBJECTS) serve(subject, accountOf);
    serve(UPDATE_SUBJECT, () => null);
  }

  #serveRequests({ directory }: DirectoryResolver): void {
    this.#serve(LIST_SUBJECT, async ({ reply }) => {
      if (reply === "") return;
      const keys = await directory.keys();
      this.#host.log.debug(`list request responded with ${keys.length} account ids`);
      this.#answers.list(reply, keys);
    });
    this.#serve(DELETE_SUBJECT, async ({ reply, payload }) => {
      const systemAccount = this.#host.account.name;
      const request = { token: payload.toString(), reply, systemAccount };
      await deleteAccounts(directory, this.#accounts, this.#answers, request);
    });
  }

  /** What only those offer, and ask of others, that have all JWTs. */
  #serveOthers(update: DirectoryUpdate): void {
    const { directory, compareMs } = update.resolver;
    const { log, messaging, account } = this.#host;
    this.#serve(LOOKUP_SUBJECT, async ({ subject, reply }) => {
      if (reply !== "") await this.#answerLookup(update.resolver, accountOf(subject), reply);
    });
    const pack: Handler = async ({ reply, payload }) => {
      if (reply !== "") await answerPack(directory, this.#answers, log, reply, payload);
    };
    this.#serve(PACK_SUBJECT, pack, PACK_QUEUE);
    const inbox = this.#peers.newInbox();
    this.#serve(inbox, ({ payload }) => mergePack(update, payload.toString()));
    this.#timer = setInterval(async () => {
      const hash = await directory.hash();
      log.debug(`DirResolver - Checking store state: ${hash.toString("hex")}`);
      messaging.publish(account, PACK_SUBJECT, inbox, hash);
    }, compareMs);
    this.#timer.unref();
  }

  async #answerLookup(
    { directory }: DirectoryResolver,
    account: string,
    reply: string,
  ): Promise<void> {
    const { log } = this.#host;
    try {
      this.#answers.raw(reply, await directory.loadToken(account));
    } catch (error) {
      if (error instanceof MissingAccountError) {
        log.debug(`DirResolver - Could not find account ${goQuoteText(account)}`);
        this.#answers.raw(reply, "");
        return;
      }
      const what = `DirResolver - Error looking up account ${goQuoteText(account)}`;
      log.error(`${what}: ${(error as Error).message}`);
    }
  }

  #serve(subject: string, handle: Handler, queue = ""): void {
    const { messaging, account } = this.#host;
    const take: InternalCallback = (message) => {
      // The server's own questions are for others.
      if (this.#peers.isOwn(message.reply)) return;
      this.#requests.add(message.payload.length, () => handle(message));
    };
    const subscription = messaging.subscribe(account, subject, take, queue);
    this.#subscriptions.push(subscription);
  }
}
