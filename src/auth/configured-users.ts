/** Decides about clients of a server whose users are configured: with a key, a password or a token. */

import type { Logger } from "../log/logger.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import type { AccessRules } from "./access-rules.ts";
import type { AccountDirectory } from "./account-directory.ts";
import { BcryptVerifier } from "./bcrypt/bcrypt-verifier.ts";
import { WorkerEngine } from "./bcrypt/worker-engine.ts";
import { type Candidate, candidateOf, type Proof } from "./candidate.ts";
import { Grant } from "./grant.ts";
import type { LoginAttempt, LoginOutcome } from "./login.ts";
import { hasSignedNonce } from "./nonce-signature.ts";
import type { OwnOutcome } from "./own-outcome.ts";
import { isSameSecret } from "./plain-secret.ts";
import { refuse } from "./refusal.ts";
import type { SignatureVerifier } from "./signature.ts";

/** Whether a proof holds; null when there was no time to look at it. */
type Verdict = boolean | null;

export class ConfiguredUsers {
  readonly #accounts: AccountDirectory;
  readonly #bcrypt: BcryptVerifier;

  constructor(log: Logger, accounts: AccountDirectory) {
    this.#accounts = accounts;
    this.#bcrypt = new BcryptVerifier(log, new WorkerEngine());
  }

  /** Users have changed. */
  forget(): void {
    this.#bcrypt.forget();
  }

  /** Passwords that still wait are not verified any more. */
  stop(): void {
    this.#bcrypt.stop();
  }

  /**
   * @param verifier null only where nobody signs.
   * @param proxyKey of the trusted proxy that the client came through, "" for none.
   * @param previous what was decided before; null when the client was not in.
   */
  decide(
    rules: AccessRules,
    verifier: SignatureVerifier | null,
    attempt: LoginAttempt,
    options: Readonly<ConnectOptions>,
    proxyKey: string,
    previous: Grant | null,
  ): OwnOutcome | Promise<OwnOutcome> {
    const candidate = candidateOf(rules, attempt, options);
    if (candidate.needsProxy && proxyKey === "") {
      attempt.debug("proxy connection required");
      return own(candidate, refuse(ClosedReason.ProxyRequired, candidate.options));
    }
    const conclude = (verdict: Verdict): OwnOutcome => {
      const outcome = this.#conclude(rules, candidate, verdict, attempt, { options, proxyKey });
      return own(candidate, outcome);
    };
    // Whoever is in knows already that there was such a user: there is nothing to hide by taking time.
    if (previous !== null && !candidate.isKnown) return conclude(false);
    const verdict = this.#verify(candidate.proof, verifier, attempt, previous?.proved ?? "");
    return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict);
  }

  #conclude(
    rules: AccessRules,
    { user, isKnown, proof, options }: Candidate,
    verdict: Verdict,
    attempt: LoginAttempt,
    claimed: { options: Readonly<ConnectOptions>; proxyKey: string },
  ): LoginOutcome {
    if (verdict === null) return refuse(ClosedReason.AuthenticationTimeout, options);
    if (!verdict || !isKnown) return refuse(ClosedReason.AuthenticationViolation, options);
    const name = user?.account ?? "";
    const account = name === "" ? this.#accounts.global : this.#accounts.find(name);
    if (account === undefined) {
      attempt.error(`Problem registering with account ${goQuoteText(name)}: bad account`);
      return refuse(ClosedReason.AuthenticationViolation, options);
    }
    const permissions = user === null ? null : rules.users.permissionsOf(user);
    const login = { user, account, permissions, options, proxyKey: claimed.proxyKey };
    const proved = subjectOf(proof);
    return new Grant(login, { rules, claimed: claimed.options, proved, isCalledOut: false });
  }

  /** @param proved what the client has proved before. */
  #verify(
    proof: Proof,
    verifier: SignatureVerifier | null,
    attempt: LoginAttempt,
    proved: string,
  ): Verdict | Promise<Verdict> {
    switch (proof.kind) {
      case "none":
        return true;
      case "certificate":
        attempt.debug(`User ${goQuoteText(proof.user)} requires a client certificate`);
        return false;
      case "signature":
        if (proved === proof.nkey) return true;
        return hasSignedNonce(verifier!, proof.nkey, proof.signature, attempt);
      case "secret":
        if (!isBcryptHash(proof.secret)) return isSameSecret(proof.secret, proof.given);
        return proved === proof.secret || this.#bcrypt.verify(proof.secret, proof.given, attempt);
    }
  }
}

function own({ options, needsProxy, user }: Candidate, outcome: LoginOutcome): OwnOutcome {
  return { outcome, options, needsProxy, claimedUser: user, user: null, accountClaims: null };
}

function subjectOf(proof: Proof): string {
  if (proof.kind === "signature") return proof.nkey;
  return proof.kind === "secret" ? proof.secret : "";
}
