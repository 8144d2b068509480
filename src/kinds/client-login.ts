/**
 * How a client gets in: the time it has to say who it is, CONNECT, and the decision about it.
 *
 * A decision may take a while, as passwords can be hashed with bcrypt. The client's input waits
 * meanwhile, so nothing that it sends after CONNECT is read before the decision is there.
 */

import type { Authenticator, Login, LoginAttempt, LoginOutcome } from "../auth/authenticator.ts";
import type { ConnectionType } from "../config/options/auth.ts";
import type { Logger } from "../log/logger.ts";
import { type ConnectOptions, DEFAULT_CONNECT, parseConnect } from "../protocol/connect-options.ts";
import {
  ClosedReason,
  ERR_AUTHENTICATION_TIMEOUT,
  ERR_AUTHORIZATION,
  ERR_CLIENT_PROTOCOL,
  ERR_NO_RESPONDERS,
} from "../protocol/errors.ts";
import { describeUser } from "./client-label.ts";

/**
 * Longest wait for a decision. nats-server sets no limit to it, as it compares all passwords at once;
 * here they wait in a queue, out of which those drop whose clients have given up.
 */
const DECISION_MS_MAX = 30_000;

/** What a login needs of its client. */
export interface LoginClient {
  readonly label: string;
  readonly isClosed: boolean;
  readonly certificates: readonly Uint8Array[] | null;
  readonly ip: string;
  /** Lets input wait until the decision is there. */
  holdInput(): void;
  releaseInput(): void;
  sendError(text: string): void;
  close(reason: ClosedReason): void;
  onInternalError(error: Error): void;
  /** Takes back what an earlier CONNECT has brought. */
  onConnectAgain(): void;
  /** It is known who the client is, and what it may do. */
  onLogin(login: Login, isFirst: boolean): void;
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
    clearTimeout(this.#timer);
    this.#timer = undefined;
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
    if (outcome instanceof Promise || !outcome.ok) return false;
    this.end();
    this.#accept(outcome, false);
    this.#hasConnected = true;
    return true;
  }

  /**
   * Decides again, with the options that are in force now; the client is closed when it may not stay.
   * One that is not in yet, or whose CONNECT waits for its decision, is decided on by these later.
   *
   * @returns a promise when a password has to be compared, which takes half a minute at most.
   */
  recheck(): Promise<void> | undefined {
    if (this.#timer !== undefined && this.login === null && !this.isAwaited) this.end();
    else if (this.#hasBegun && this.#timer === undefined) {
      const outcome = this.#host.authenticator.recheck(this.login, this.#attempt());
      if (!(outcome instanceof Promise)) this.#reconsider(outcome);
      else return this.#await(outcome, (decided) => this.#reconsider(decided));
    }
    return undefined;
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
    return {
      options: this.options,
      nonce: this.nonce,
      connectionType: this.#type,
      ip: client.ip,
      // The TLS library is asked for them only if somebody wants to know.
      get certificates() {
        return client.certificates;
      },
      debug: (text) => log.debug(`${client.label} - ${text}`),
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
      const decided = await outcome;
      this.end();
      if (client.isClosed) return;
      conclude(decided);
      client.releaseInput();
    } catch (error) {
      client.onInternalError(error as Error);
    }
  }

  #reconsider(outcome: LoginOutcome): void {
    if (outcome.ok) this.#accept(outcome, false);
    // A user that is gone is let go without a word, as by nats-server.
    else if (outcome.reason === ClosedReason.ClientClosed) this.#client.close(outcome.reason);
    else this.#refuse(outcome.reason, outcome.options);
  }

  #conclude(outcome: LoginOutcome, isFirst: boolean): void {
    const { account, new_account, protocol, headers, no_responders } = outcome.options;
    if (!outcome.ok) this.#refuse(outcome.reason, outcome.options);
    else if (account !== "" || new_account) {
      this.#refuse(ClosedReason.AuthenticationViolation, outcome.options);
    } else {
      this.#accept(outcome, isFirst);
      if (protocol < 0 || protocol > 1) {
        this.#refuseConnect(ERR_CLIENT_PROTOCOL, ClosedReason.BadClientProtocolVersion);
      } else if (no_responders && (!headers || this.#host.options.noHeaderSupport)) {
        this.#refuseConnect(ERR_NO_RESPONDERS, ClosedReason.NoRespondersRequiresHeaders);
      } else this.#client.onConnected(this.options);
    }
  }

  #accept(login: Login, isFirst: boolean): void {
    this.login = login;
    this.options = login.options;
    this.#client.onLogin(login, isFirst);
  }

  /** The client is told nothing that would help to guess; the log has the user it claimed to be. */
  #refuse(reason: ClosedReason, options: Readonly<ConnectOptions>): void {
    if (reason === ClosedReason.AuthenticationTimeout) {
      this.#onTimeout();
      return;
    }
    const user = describeUser(options);
    const who = user === "" ? "" : ` - ${user}`;
    this.#host.log.error(`${this.#client.label} - authentication error${who}`);
    this.#client.sendError(ERR_AUTHORIZATION);
    this.#client.close(reason);
  }

  #refuseConnect(text: string, reason: ClosedReason): void {
    this.#client.sendError(text);
    this.#client.close(reason);
    this.#host.log.error(`${this.#client.label} - ${text}`);
  }
}
