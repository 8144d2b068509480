/**
 * What happens in a server, as its system account is told: who comes and goes, who is not let in, how
 * many are in each account, how the server is doing, and that it is about to end.
 *
 * Observers are called in the middle of other work. What they are told is put into the outbox with just
 * what it may not be the same later; everything else is looked up when it is sent.
 */

import type { OwnDecision } from "../../auth/callout/callout-service.ts";
import type { LoginAttempt, LoginFailure } from "../../auth/login.ts";
import type { Account } from "../../core/account.ts";
import type { Announcing } from "../../core/internal-messaging.ts";
import { openLocalTime } from "../../documents/go-texts.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { ClientObserver } from "../../kinds/client-observer.ts";
import type { ClientSession } from "../../kinds/client-session.ts";
import { currentMicros } from "../../log/clock.ts";
import { ClosedReason, ERR_AUTHORIZATION } from "../../protocol/errors.ts";
import { goJsonText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { type MessageSource, SystemOutbox } from "../system-outbox.ts";
import { CalloutRefusal } from "./callout-refusal.ts";
import { AUTH_ERROR_SUBJECT, ConnectEvent, DisconnectEvent } from "./client-events.ts";
import { ConnectionCounts } from "./connection-counts.ts";
import { Statistics } from "./statistics.ts";
import type { TimeText } from "./told-client.ts";

/** Messages that nats-server has counted before its first client, besides one for each account. */
const EARLY_MESSAGES = 5;

export interface EventsSource extends MessageSource {
  /** @param count messages that have been counted already. */
  begin(count: number): void;
}

export class SystemEvents implements ClientObserver {
  readonly outbox: SystemOutbox;
  readonly statistics: Statistics;
  readonly #view: ServerView;
  readonly #source: EventsSource;
  readonly #counts: ConnectionCounts;
  /** Clients whose refusal the account of a callout service has been told of, by id. */
  readonly #toldOf = new Set<number>();
  /** The client that is about to be closed because it may not stay, and why. */
  #refused: { readonly client: ClientSession; readonly failure: LoginFailure } | null = null;
  #localTime: TimeText = rfc3339Nano;

  constructor(view: ServerView, messaging: Announcing, source: EventsSource) {
    this.#view = view;
    this.#source = source;
    this.outbox = new SystemOutbox(messaging, source, view.log);
    const { outbox } = this;
    this.statistics = new Statistics({ view, messaging, outbox });
    this.#counts = new ConnectionCounts({ outbox, accounts: view.accounts });
  }

  /** Comes before the first client. */
  async start(): Promise<void> {
    const { accounts } = this.#view;
    this.#source.begin(EARLY_MESSAGES + accounts.count);
    accounts.onCreated.push(({ name }) => this.#askForCounts(name));
    if (accounts.system !== null || this.#view.trustedAccounts !== null) this.statistics.start();
    this.#localTime = await openLocalTime();
  }

  /** Says that the server ends, and nothing after that. */
  stop(): void {
    this.#end("SHUTDOWN");
  }

  /** Says that the server is about to end, and, as nats-server, nothing after that. */
  lameDuck(): void {
    this.#end("LAMEDUCK");
  }

  onLogin(client: ClientSession, from: Account): void {
    const { system } = this.#view.accounts;
    if (system === null || this.outbox.isClosed) return;
    const { account } = client;
    // As in nats-server, it leaves and comes again even if it stays.
    const rest = from.members.size - (from === account ? 1 : 0);
    this.#counts.changed(from, rest);
    this.#counts.changed(account, account.members.size);
    // Who is in the system account may be about to listen, so that it sees how it has come itself.
    if (account !== system && this.outbox.skips(system, 1)) return;
    this.outbox.add(new ConnectEvent(system, client, currentMicros(), this.#localTime));
  }

  onRefused(client: ClientSession, failure: LoginFailure): void {
    const isTold = this.#toldOf.delete(client.cid);
    const { system } = this.#view.accounts;
    if (system === null || this.outbox.isClosed) return;
    const account = isTold ? null : toldAccount(client, failure);
    if (account !== null) {
      this.outbox.add(this.#authError({ account, subject: AUTH_ERROR_SUBJECT }, client, failure));
    }
    // The account loses it before the server tells of it.
    if (client.closedReason === null) this.#refused = { client, failure };
    else this.#tellRefusal(system, client, failure);
  }

  onClosing(client: ClientSession): void {
    this.#toldOf.delete(client.cid);
    const refused = this.#refused;
    this.#refused = null;
    const { system } = this.#view.accounts;
    const reason = client.closedReason;
    if (system === null || reason === null || this.outbox.isClosed) return;
    const { account } = client;
    this.#counts.changed(account, account.members.size - 1);
    const failure = refused?.client === client ? refused.failure : null;
    // Whoever begins with something else than CONNECT is refused as well.
    if (failure !== null || reason === ClosedReason.AuthenticationViolation) {
      this.#tellRefusal(system, client, failure);
    }
    if (account !== system && this.outbox.skips(system, 1)) return;
    const where = failure?.account ?? account;
    const to = { account: system, subject: `$SYS.ACCOUNT.${where.name}.DISCONNECT` };
    const now = currentMicros();
    const time = this.#localTime;
    this.outbox.add(new DisconnectEvent(to, client, failure, reason, now, time, time));
  }

  /** A callout service has refused a client, or a client that is its own. */
  onCalloutRefused(
    account: Account,
    attempt: LoginAttempt,
    own: OwnDecision,
    reason: string,
  ): void {
    if (this.#view.accounts.system === null || this.outbox.isClosed) return;
    const { cid } = attempt.origin;
    if (this.#view.clients.has(cid)) this.#toldOf.add(cid);
    this.outbox.add(new CalloutRefusal(account, attempt, own, reason));
  }

  /** As nats-server asks the other servers for what they know of an account. There is none yet. */
  #askForCounts(account: string): void {
    const { accounts, serverInfo } = this.#view;
    if (accounts.system === null) return;
    this.outbox.add({
      account: accounts.system,
      subject: `$SYS.REQ.ACCOUNT.${account}.CONNS`,
      reply: `$SYS._INBOX_.${serverInfo.id}`,
      write: (server) => `{"server":${server},"acc":${goJsonText(Buffer.from(account))}}`,
    });
  }

  #tellRefusal(system: Account, client: ClientSession, failure: LoginFailure | null): void {
    if (failure !== null && !isViolation(client, failure)) return;
    const subject = `$SYS.SERVER.${this.#view.serverInfo.id}.CLIENT.AUTH.ERR`;
    this.outbox.add(this.#authError({ account: system, subject }, client, failure));
  }

  #authError(
    to: { readonly account: Account; readonly subject: string },
    client: ClientSession,
    failure: LoginFailure | null,
  ): DisconnectEvent {
    const reason = failure?.reason ?? ClosedReason.AuthenticationViolation;
    const isFull = reason === ClosedReason.MaxAccountConnectionsExceeded;
    const shown = isFull ? ClosedReason.AuthenticationViolation : reason;
    const now = currentMicros();
    return new DisconnectEvent(to, client, failure, shown, now, this.#localTime, rfc3339Nano);
  }

  #end(what: string): void {
    const { system } = this.#view.accounts;
    this.statistics.stop();
    this.#counts.stop();
    this.#toldOf.clear();
    const subject = `$SYS.SERVER.${this.#view.serverInfo.id}.${what}`;
    if (system === null) this.outbox.abandon();
    else this.outbox.close({ account: system, subject, write: (server) => server });
  }
}

/** Whose owner is told that the client is not let in; null for nobody. */
function toldAccount(client: ClientSession, failure: LoginFailure): Account | null {
  if (isViolation(client, failure)) return client.account;
  // As in nats-server, owners of accounts of operators are told that they are full.
  const { account, identity } = failure;
  return account !== undefined && identity?.jwt ? account : null;
}

/**
 * Clients of an account that is full, or whose time is over, have done no wrong. After a reload
 * nats-server lets them log in again, and those that are too many fail.
 */
function isViolation({ login: { login } }: ClientSession, failure: LoginFailure): boolean {
  if (failure.text === ERR_AUTHORIZATION) return true;
  const isFull = failure.reason === ClosedReason.MaxAccountConnectionsExceeded;
  return isFull && login !== null && failure.identity === null;
}
