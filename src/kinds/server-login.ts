/**
 * How another server gets in: the time it has to say who it is, its CONNECT, and whether its password
 * is right.
 *
 * A decision may take a while, as the password can be a hash. Its input waits meanwhile.
 */

import { isSameSecret } from "../auth/plain-secret.ts";
import { type ConnectOptions, DEFAULT_CONNECT, parseConnect } from "../protocol/connect-options.ts";
import { ClosedReason, ERR_AUTHENTICATION_TIMEOUT, ERR_AUTHORIZATION } from "../protocol/errors.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import { describeUser, userLabel } from "./client-label.ts";
import type { ServerHost } from "./server-host.ts";
import type { ServerSession } from "./server-session.ts";

/** Longest wait for a decision: many may wait for theirs at a time. */
const DECISION_MS_MAX = 30_000;
/** What holds before CONNECT: servers ask for no acknowledgements. */
const BEFORE_CONNECT: Readonly<ConnectOptions> = { ...DEFAULT_CONNECT, verbose: false };

/** Null when nobody had the time to decide. */
type Verdict = boolean | null;

/** Options of who may come in, as they are now. */
export interface LoginSettings<Session> {
  /** Who may; null for everybody. */
  readonly authorization: { readonly user: string; readonly password: string } | null;
  /**
   * Whether a certificate lets its owner in, where that is what is looked at instead of a password;
   * null where it is not.
   */
  readonly admitsCertificate: ((session: Session) => boolean) | null;
  readonly authTimeoutMs: number;
}

/** The server is let in; what else its CONNECT says is another question. */
type OnAdmitted = (json: string, options: Readonly<ConnectOptions>) => void;

export class ServerLogin<Session extends ServerSession> {
  readonly #passwords: ServerHost["passwords"];
  readonly #session: Session;
  readonly #owner: { readonly settings: LoginSettings<Session> };
  #options = BEFORE_CONNECT;
  #timer: Timer | undefined;

  /** @param owner has the settings, which are read anew each time. */
  constructor(
    passwords: ServerHost["passwords"],
    session: Session,
    owner: { readonly settings: LoginSettings<Session> },
  ) {
    this.#passwords = passwords;
    this.#session = session;
    this.#owner = owner;
  }

  /** From now on the other server's time to say who it is runs. */
  begin(): void {
    this.#startTimer(this.#owner.settings.authTimeoutMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * CONNECT has come. Decides, at once where nothing has to be computed, and closes the connection of a
   * server that may not come in.
   */
  onConnect(buf: Buffer, start: number, end: number, onAdmitted: OnAdmitted): void {
    const session = this.#session;
    // Nobody need say it again, let alone without end.
    if (!session.isAwaited) session.inbound.rest();
    const json = buf.toString("utf8", start, end);
    try {
      this.#options = parseConnect(json, this.#options);
    } catch (error) {
      session.refuseLine((error as Error).message);
      return;
    }
    this.end();
    const conclude = (isAdmitted: boolean): void => this.#decided(isAdmitted, json, onAdmitted);
    const verdict = this.#judge(this.#options);
    if (!(verdict instanceof Promise)) this.#conclude(verdict, conclude);
    else this.#await(verdict, conclude);
  }

  #decided(isAdmitted: boolean, json: string, onAdmitted: OnAdmitted): void {
    const { account, new_account } = this.#options;
    if (!isAdmitted || account !== "" || new_account) {
      this.#refuse();
      return;
    }
    const who = userLabel(this.#options, null);
    this.#session.user = who === "" ? "" : ` - ${who}`;
    onAdmitted(json, this.#options);
  }

  #refuse(): void {
    const session = this.#session;
    const user = describeUser(this.#options, null);
    session.logError(`authentication error${user === "" ? "" : ` - ${user}`}`);
    session.sendError(ERR_AUTHORIZATION);
    session.close(ClosedReason.AuthenticationViolation);
  }

  #judge({ user, pass }: Readonly<ConnectOptions>): Verdict | Promise<Verdict> {
    const session = this.#session;
    const { admitsCertificate, authorization } = this.#owner.settings;
    if (admitsCertificate !== null) return admitsCertificate(session);
    if (authorization === null) return true;
    const isUser = isSameSecret(authorization.user, user);
    const { password } = authorization;
    if (!isBcryptHash(password)) return isSameSecret(password, pass) && isUser;
    if (!isUser) return false;
    const attempt = { ip: session.peer.ip, isAbandoned: () => session.isClosed };
    return this.#passwords.verify(password, pass, attempt);
  }

  #await(verdict: Promise<Verdict>, conclude: (isAdmitted: boolean) => void): void {
    const session = this.#session;
    session.inbound.hold();
    this.#startTimer(Math.max(this.#owner.settings.authTimeoutMs, DECISION_MS_MAX));
    verdict
      .then((decided) => {
        this.end();
        if (session.isClosed) return;
        this.#conclude(decided, conclude);
        session.inbound.release();
      })
      .catch((error: Error) => session.onInternalError(error));
  }

  #conclude(verdict: Verdict, conclude: (isAdmitted: boolean) => void): void {
    if (verdict === null) this.#onTimeout();
    else conclude(verdict);
  }

  #startTimer(ms: number): void {
    this.#timer = setTimeout(() => this.#onTimeout(), ms);
  }

  #onTimeout(): void {
    this.#timer = undefined;
    const session = this.#session;
    session.sendError(ERR_AUTHENTICATION_TIMEOUT);
    session.debug(ERR_AUTHENTICATION_TIMEOUT);
    session.close(ClosedReason.AuthenticationTimeout);
  }
}
