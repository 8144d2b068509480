/** The event in a callout service's account when a client is not let in: who it was, and why. */

import type { OwnDecision } from "../../auth/callout/callout-service.ts";
import type { LoginAttempt } from "../../auth/login.ts";
import type { Account } from "../../core/account.ts";
import { issuerOf } from "../../kinds/client-info.ts";
import { currentMicros } from "../../log/clock.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { SystemMessage } from "../system-outbox.ts";
import { AUTH_ERROR_SUBJECT, encodeDisconnect } from "./client-events.ts";
import { rttNanos, toldClient } from "./told-client.ts";

export class CalloutRefusal implements SystemMessage {
  readonly account: Account;
  readonly subject = AUTH_ERROR_SUBJECT;
  readonly #attempt: LoginAttempt;
  readonly #own: OwnDecision;
  readonly #reason: string;
  readonly #micros = currentMicros();
  readonly #origin: LoginAttempt["origin"];

  /** @param reason "" for none. */
  constructor(account: Account, attempt: LoginAttempt, own: OwnDecision, reason: string) {
    this.account = account;
    this.#attempt = attempt;
    this.#origin = attempt.origin;
    this.#own = own;
    this.#reason = reason;
  }

  write(server: string): string {
    const { cid, startedAt, rttMs, traffic } = this.#origin;
    const { outcome, options, user, account } = this.#own;
    const stop = rfc3339Nano(this.#micros);
    const client = { cid, startedAt, peer: { ip: this.#attempt.ip } };
    const claimant = {
      options:
        options.nkey === "" && options.user === ""
          ? { ...options, user: user?.subject ?? "" }
          : options,
      identity: outcome.ok ? outcome.identity : null,
      issuer: issuerOf(outcome.ok ? outcome : null),
    };
    const told = {
      ...toldClient(client, this.account, claimant),
      jwt: this.#token,
      name_tag: account.nameTag || account.name,
      rtt: rttNanos(rttMs),
      stop,
    };
    return encodeDisconnect(server, told, traffic, this.#reason, stop);
  }

  /** Whoever has a bearer token may use it, so it is nobody else's to know. */
  get #token(): string {
    const { user, accountClaims } = this.#own;
    if (user === null || user.bearerToken) return "";
    const scope = accountClaims?.signingKeys.get(user.issuer) ?? null;
    return scope?.template.bearerToken ? "" : user.token;
  }
}
