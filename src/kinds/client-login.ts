/**
 * How a client gets in: the time it has to say who it is, CONNECT, and the decision about it.
 *
 * A decision may take a while, as passwords can be hashed with bcrypt. The client's input waits
 * meanwhile, so nothing that it sends after CONNECT is read before the decision is there.
 */

import { isFull } from "../auth/account-members.ts";
import type {
  Authenticator,
  Login,
  LoginAttempt,
  LoginFailure,
  LoginOutcome,
  UserIdentity,
} from "../auth/authenticator.ts";
import { ExpiryTimer } from "../auth/expiry-timer.ts";
import { shared } from "../auth/grant.ts";
import type { AttemptOrigin } from "../auth/login.ts";
import { dismiss, refuse } from "../auth/refusal.ts";
import type { ConnectionType } from "../config/options/auth.ts";
import type { AccountMember } from "../core/account.ts";
import type { Logger } from "../log/logger.ts";
import { type ConnectOptions, DEFAULT_CONNECT, parseConnect } from "../protocol/connect-options.ts";
import {
  ClosedReason,
  ERR_AUTHENTICATION_TIMEOUT,
  ERR_AUTHORIZATION,
  ERR_CLIENT_PROTOCOL,
  ERR_MAX_ACCOUNT_CONNECTIONS,
  ERR_NO_RESPONDERS,
  ERR_USER_EXPIRED,
} from "../protocol/errors.ts";
import { describeMembership, describeUser } from "./client-label.ts";

/**
 * Longest wait for a decision. nats-server sets no limit to it, as it compares all passwords at once;
 * here they wait in a queue, out of which those drop whose clients have given up.
 */
const DECISION_MS_MAX = 30_000;

/** Decisions that have been overtaken are made anew so often, until one of them is the last. */
const OVERTAKEN_MAX = 3;

interface Traffic {
  readonly outMsgs: number;
  readonly outBytes: number;
}

/** What a login needs of its client. */
export interface LoginClient extends AccountMember {
  readonly cid: number;
  readonly isClosed: boolean;
  readonly tls: AttemptOrigin["tls"];
  readonly startedAt: number;
  readonly keepalive: { readonly rttMs: number };
  readonly inMsgs: number;
  readonly inBytes: number;
  readonly outbound: AccountMember["outbound"] & Traffic;
  readonly certificates: readonly Uint8Array[] | null;
  readonly ip: string;
  /** Lets input wait until the decision is there. */
  holdInput(): void;
  releaseInput(): void;
  sendError(text: string): void;
  onInternalError(error: Error): void;
  /** Takes back what an earlier CONNECT has brought. */
  onConnectAgain(): void;
  /** It is known who the client is, and what it may do. */
  onLogin(login: Login, isFirst: boolean, isReview: boolean): void;
  /** It may not stay, and is about to be closed. */
  onRefused(failure: LoginFailure): void;
  /** Nothing stands against its CONNECT. */
  onConnected(options: Readonly<ConnectOptions>): void;
}

/** What all logins of a server share. */
export interface LoginHost {
  readonly log: Logger;
  readonly authenticator: Authenticator;
  readonly options: { readonly noHeaderSupport: boolean };
  /** How long a client has to say who it is. */
  readonly authTimeoutMs: number;
}

export class ClientLogin {
  /** What the client has said of itself. */
  options: Readonly<ConnectOptions> = DEFAULT_CONNECT;
  /** Why it is in; null while it is not. */
  login: Login | null = null;
  readonly nonce: string;
  readonly #client: LoginClient;
  readonly #host: LoginHost;
  readonly #type: ConnectionType;
  #timer: Timer | undefined;
  /** Null for the many clients that may stay for ever. */
  #expiry: ExpiryTimer | null = null;
  /** There is no handshake, or it is over. */
  #hasBegun = false;
  /** CONNECT has been received, whatever came of it. */
  #hasConnected = false;

  constructor(client: LoginClient, host: LoginHost, type: ConnectionType) {
    this.#client = client;
    this.#host = host;
    this.#type = type;
    this.nonce = host.authenticator.needsNonce ? host.authenticator.createNonce() : "";
  }

  /** Who the client is where no file says so; null otherwise, and while it is not in. */
  get identity(): UserIdentity | null {
    return this.login?.identity ?? null;
  }

  /** Whether a token in CONNECT means something. */
  get areTokensAsked(): boolean {
    return this.#host.authenticator.areTokensAsked;
  }

  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Whether the client must say who it is before it does anything else. */
  get isAwaited(): boolean {
    return this.login === null && this.#host.authenticator.isRequired;
  }

  /** From now on the client's time to say who it is runs. */
  begin(): void {
    this.#hasBegun = true;
    if (this.isAwaited) this.#startTimer(this.#host.authTimeoutMs);
  }

  end(): void {
    this.#stopTimer();
    this.#expiry?.stop();
  }

  /** Ends the wait for a decision, as if there was no time left. */
  giveUp(): void {
    this.end();
    this.#onTimeout();
  }

  /** Handles the argument of CONNECT. */
  connect(json: string): void {
    this.end();
    try {
      this.options = parseConnect(json, this.options);
    } catch (error) {
      this.#host.log.error(`${this.#client.label} - ${(error as Error).message}`);
      this.#client.close(ClosedReason.ProtocolViolation);
      return;
    }
    if (this.#hasConnected) this.#client.onConnectAgain();
    const isFirst = !this.#hasConnected;
    this.#hasConnected = true;
    const outcome = this.#host.authenticator.login(this.#attempt());
    if (!(outcome instanceof Promise)) this.#conclude(outcome, isFirst);
    else void this.#await(outcome, (decided) => this.#conclude(decided, isFirst));
  }

  /**
   * Lets a client in that does not begin with CONNECT, as the user of those that say nothing.
   *
   * @returns false when there is no such user, or it may not be used in this way.
   */
  admitWithoutConnect(): boolean {
    const { authenticator } = this.#host;
    if (!authenticator.admitsWithoutConnect(this.#type)) return false;
    const outcome = authenticator.login(this.#attempt());
    if (!(outcome instanceof Promise) && !outcome.ok) return false;
    this.end();
    this.#hasConnected = true;
    if (!(outcome instanceof Promise)) this.#settle(outcome, false);
    else void this.#await(outcome, (decided) => this.#settle(decided, false));
    return true;
  }

  /**
   * Decides again, with the options that are in force now; the client is closed when it may not stay.
   * One that is not in yet, or whose CONNECT waits for its decision, is decided on by these later.
   *
   * @param isReview nobody is to be told that it is in, as it has been all the time.
   * @returns a promise when a password has to be compared, which takes half a minute at most.
   */
  recheck(isReview: boolean): Promise<void> | undefined {
    try {
      return this.#recheck(isReview);
    } catch (error) {
      // Others are rechecked with it, and have nothing to do with what is wrong here.
      this.#client.onInternalError(error as Error);
      return undefined;
    }
  }

  #recheck(isReview: boolean): Promise<void> | undefined {
    if (this.#timer !== undefined && this.login === null && !this.isAwaited) this.end();
    else if (this.#hasBegun && this.#timer === undefined) {
      const outcome = this.#host.authenticator.recheck(this.login, this.#attempt());
      if (!(outcome instanceof Promise)) this.#settle(outcome, isReview);
      else return this.#await(outcome, (decided) => this.#settle(decided, isReview));
    }
    return undefined;
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #startTimer(ms: number): void {
    this.#timer = setTimeout(() => this.#onTimeout(), ms);
  }

  #onTimeout(): void {
    this.#timer = undefined;
    this.#client.sendError(ERR_AUTHENTICATION_TIMEOUT);
    this.#host.log.debug(`${this.#client.label} - ${ERR_AUTHENTICATION_TIMEOUT}`);
    this.#client.close(ClosedReason.AuthenticationTimeout);
  }

  #attempt(): LoginAttempt {
    const client = this.#client;
    const { log } = this.#host;
    // Until it is measured: how long CONNECT has taken, as in nats-server.
    const rttMs = client.keepalive.rttMs || Math.max(Date.now() - client.startedAt, 1);
    return {
      options: this.options,
      nonce: this.nonce,
      connectionType: this.#type,
      ip: client.ip,
      get origin() {
        const { cid, tls, startedAt, inMsgs, inBytes } = client;
        const { outMsgs, outBytes } = client.outbound;
        return { cid, tls, startedAt, rttMs, traffic: { inMsgs, inBytes, outMsgs, outBytes } };
      },
      // The TLS library is asked for them only if somebody wants to know.
      get certificates() {
        return client.certificates;
      },
      debug: (text) => log.debug(`${client.label} - ${text}`),
      error: (text) => log.error(`${client.label} - ${text}`),
      warn: (text) => log.warn(text),
      isAbandoned: () => client.isClosed,
    };
  }

  /** A decision that does not come is the same as none. */
  async #await(
    outcome: Promise<LoginOutcome>,
    conclude: (decided: LoginOutcome) => void,
  ): Promise<void> {
    const client = this.#client;
    client.holdInput();
    this.#startTimer(Math.max(this.#host.authTimeoutMs, DECISION_MS_MAX));
    try {
      const decided = await this.#latest(await outcome);
      this.#stopTimer();
      if (client.isClosed) return;
      conclude(decided);
      client.releaseInput();
    } catch (error) {
      client.onInternalError(error as Error);
    }
  }

  /** Options or claims may have changed since the decision was made. */
  async #latest(outcome: LoginOutcome): Promise<LoginOutcome> {
    const { authenticator } = this.#host;
    let decided = outcome;
    for (let i = 0; i < OVERTAKEN_MAX; i++) {
      if (!decided.ok || authenticator.isCurrent(decided)) break;
      const again = authenticator.recheck(decided, this.#attempt());
      decided = again instanceof Promise ? await again : again;
    }
    return decided;
  }

  #settle(outcome: LoginOutcome, isReview: boolean): void {
    if (!outcome.ok) this.#refuse(outcome);
    else if (this.#hasRoom(outcome)) this.#accept(outcome, false, isReview);
  }

  #conclude(outcome: LoginOutcome, isFirst: boolean): void {
    if (!outcome.ok) this.#refuse(outcome);
    else if (this.#hasRoom(outcome)) this.#enter(outcome, isFirst);
  }

  /** Nothing but CONNECT itself stands against the client. */
  #enter(login: Login, isFirst: boolean): void {
    const { account, new_account, protocol, headers, no_responders } = login.options;
    if (account !== "" || new_account) {
      this.#refuse(refuse(ClosedReason.AuthenticationViolation, login.options, login.identity));
      return;
    }
    this.#accept(login, isFirst);
    if (this.#client.isClosed) return;
    if (protocol < 0 || protocol > 1) {
      this.#refuseConnect(ERR_CLIENT_PROTOCOL, ClosedReason.BadClientProtocolVersion);
    } else if (no_responders && (!headers || this.#host.options.noHeaderSupport)) {
      this.#refuseConnect(ERR_NO_RESPONDERS, ClosedReason.NoRespondersRequiresHeaders);
    } else this.#client.onConnected(this.options);
  }

  /** Clients that are one too many for the account have to go. */
  #hasRoom(login: Login): boolean {
    if (!isFull(login.account, this.#client)) return true;
    const reason = ClosedReason.MaxAccountConnectionsExceeded;
    const { account } = login;
    this.#refuse({ ...dismiss(reason, ERR_MAX_ACCOUNT_CONNECTIONS, login), account });
    return false;
  }

  #accept(outcome: Login, isFirst: boolean, isReview = false): void {
    const login = shared(outcome);
    const isKnown = this.login !== null;
    this.login = login;
    this.options = login.options;
    if (login.expiresAtMs === 0) this.#expiry?.stop();
    else {
      this.#expiry ??= new ExpiryTimer();
      this.#expiry.start(login.expiresAtMs, () => this.#onExpired(login));
    }
    this.#client.onLogin(login, isFirst, isReview && isKnown);
  }

  #onExpired(login: Login): void {
    this.#refuse(dismiss(ClosedReason.AuthenticationExpired, ERR_USER_EXPIRED, login));
  }

  /** Whoever is refused at the door learns nothing; the log has the user it claimed to be. */
  #refuse(failure: LoginFailure): void {
    const { reason, text, options, identity } = failure;
    if (reason === ClosedReason.AuthenticationTimeout) {
      this.#onTimeout();
      return;
    }
    const { label } = this.#client;
    const { log } = this.#host;
    if (text === ERR_AUTHORIZATION) this.#logRefusal(options, identity);
    if (text !== "") this.#client.sendError(text);
    // Of clients that are in, nats-server says twice where they are.
    const where = this.login === null ? "" : describeMembership(this.login);
    if (text === ERR_MAX_ACCOUNT_CONNECTIONS) {
      log.error(`${label} - ${text}${where}`);
      // After a reload nats-server lets its users log in again, and they fail.
      if (this.login !== null && identity === null) this.#logRefusal(options, null);
    } else if (text !== ERR_AUTHORIZATION && text !== "") log.debug(`${label} - ${text}${where}`);
    this.#client.onRefused(failure);
    this.#client.close(reason);
  }

  #logRefusal(options: Readonly<ConnectOptions>, identity: UserIdentity | null): void {
    const user = describeUser(options, identity);
    const who = user === "" ? "" : ` - ${user}`;
    this.#host.log.error(`${this.#client.label} - authentication error${who}`);
  }

  #refuseConnect(text: string, reason: ClosedReason): void {
    this.#client.sendError(text);
    this.#client.close(reason);
    this.#host.log.error(`${this.#client.label} - ${text}`);
  }
}
