/**
 * How another server gets in: the time it has to say who it is, and whether its password is right.
 *
 * A decision may take a while, as the password can be a hash. Its input waits meanwhile.
 */

import { isSameSecret } from "../../auth/plain-secret.ts";
import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { ClosedReason, ERR_AUTHENTICATION_TIMEOUT } from "../../protocol/errors.ts";
import { isBcryptHash } from "../../protocol/secret-shapes.ts";
import type { Route } from "./route.ts";
import type { RouteHost } from "./route-host.ts";

/** Longest wait for a decision: many may wait for theirs at a time. */
const DECISION_MS_MAX = 30_000;

/** Null when nobody had the time to decide. */
type Verdict = boolean | null;

export class RouteLogin {
  readonly #host: RouteHost;
  readonly #route: Route;
  #timer: Timer | undefined;

  constructor(host: RouteHost, route: Route) {
    this.#host = host;
    this.#route = route;
  }

  /** From now on the other server's time to say who it is runs. */
  begin(): void {
    const { authorization, authTimeoutMs } = this.#host.cluster.settings;
    if (authorization !== null) this.#startTimer(authTimeoutMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Decides, at once where nothing has to be computed; `conclude` is not told if it takes too long. */
  decide(options: Readonly<ConnectOptions>, conclude: (isAdmitted: boolean) => void): void {
    this.end();
    const verdict = this.#judge(options);
    if (!(verdict instanceof Promise)) this.#conclude(verdict, conclude);
    else this.#await(verdict, conclude);
  }

  #judge({ user, pass }: Readonly<ConnectOptions>): Verdict | Promise<Verdict> {
    const route = this.#route;
    const { admitsCertificate, authorization } = this.#host.cluster.settings;
    if (admitsCertificate !== null) return admitsCertificate(route);
    if (authorization === null) return true;
    const isUser = isSameSecret(authorization.user, user);
    const { password } = authorization;
    if (!isBcryptHash(password)) return isSameSecret(password, pass) && isUser;
    if (!isUser) return false;
    const attempt = { ip: route.peer.ip, isAbandoned: () => route.isClosed };
    return this.#host.passwords.verify(password, pass, attempt);
  }

  #await(verdict: Promise<Verdict>, conclude: (isAdmitted: boolean) => void): void {
    const route = this.#route;
    const { authTimeoutMs } = this.#host.cluster.settings;
    route.inbound.hold();
    this.#startTimer(Math.max(authTimeoutMs, DECISION_MS_MAX));
    verdict
      .then((decided) => {
        this.end();
        if (route.isClosed) return;
        this.#conclude(decided, conclude);
        route.inbound.release();
      })
      .catch((error: Error) => route.onInternalError(error));
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
    const route = this.#route;
    route.sendError(ERR_AUTHENTICATION_TIMEOUT);
    route.debug(ERR_AUTHENTICATION_TIMEOUT);
    route.close(ClosedReason.AuthenticationTimeout);
  }
}
