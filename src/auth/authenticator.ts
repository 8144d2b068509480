/** Who may connect. Decides as nats-server does, in its order, for every kind of listener. */

import type { ConnectionType } from "../config/options/auth.ts";
import { DEFAULT_OPTIONS, type Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { decodePublicNkey } from "../protocol/nkeys.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import { AccessRules, needsSignatures } from "./access-rules.ts";
import { BcryptVerifier } from "./bcrypt/bcrypt-verifier.ts";
import { WorkerEngine } from "./bcrypt/worker-engine.ts";
import { type Candidate, candidateOf, type Proof } from "./candidate.ts";
import { isAllowedOn } from "./connection-types.ts";
import { Grant } from "./grant.ts";
import type { Login, LoginAttempt, LoginFailure, LoginOutcome } from "./login.ts";
import { isSameSecret } from "./plain-secret.ts";
import { decodeSignature, SignatureVerifier } from "./signature.ts";

export type { Login, LoginAttempt, LoginFailure, LoginOutcome } from "./login.ts";

const NONCE_BYTES = 11;

/** Whether a proof holds; null when there was no time to look at it. */
type Verdict = boolean | null;

export class Authenticator {
  readonly #bcrypt: BcryptVerifier;
  #rules = new AccessRules(DEFAULT_OPTIONS, null);
  /** What the rules were made of. */
  #basis = basisOf(DEFAULT_OPTIONS);
  #verifier: SignatureVerifier | null = null;

  constructor(log: Logger) {
    this.#bcrypt = new BcryptVerifier(log, new WorkerEngine());
  }

  /** Clients have to say who they are, in one way or another. */
  get isRequired(): boolean {
    return this.#rules.asks !== "nothing";
  }

  /** Clients or proxies may have to sign something. */
  get needsNonce(): boolean {
    return this.#rules.needsNonce;
  }

  /** There is a user for clients that say nothing of themselves. */
  get hasNoAuthUser(): boolean {
    return this.#rules.noAuthUser !== "";
  }

  /** Loads what options need, so that `configure` takes them over at once. */
  async load(options: Options): Promise<void> {
    if (needsSignatures(options)) this.#verifier ??= await SignatureVerifier.load();
  }

  /**
   * Takes over options, at the start and at a reload. Where nothing has changed that decisions rest on,
   * everything stays, above all the permissions that have been compiled.
   */
  async configure(options: Options): Promise<void> {
    await this.load(options);
    const basis = basisOf(options);
    if (Bun.deepEquals(basis, this.#basis)) return;
    this.#basis = basis;
    this.#rules = new AccessRules(options, this.#verifier);
    this.#bcrypt.forget();
  }

  /** What a client has to sign: 15 characters. */
  createNonce(): string {
    return Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64url");
  }

  /** Whether a client may begin with something else than CONNECT, as the user of those who do. */
  admitsWithoutConnect(type: ConnectionType): boolean {
    const { users, noAuthUser } = this.#rules;
    const user = users.names.get(noAuthUser);
    return user !== undefined && isAllowedOn(user, type) && !this.#rules.needsProxy(user);
  }

  /**
   * Decides about a client. The answer comes at once, unless a password has to be compared with a
   * bcrypt hash. Nothing that a client sends makes it throw, or the promise fail.
   */
  login(attempt: LoginAttempt): LoginOutcome | Promise<LoginOutcome> {
    return this.#decide(attempt, attempt.options, null);
  }

  /**
   * Decides again about a client that is in, by the options in force now. What it has proved once it
   * need not prove again, as long as that is still asked for.
   *
   * @param previous what `login` or `recheck` has last said; null when the client was not in.
   */
  recheck(previous: Login | null, attempt: LoginAttempt): LoginOutcome | Promise<LoginOutcome> {
    if (!(previous instanceof Grant)) return this.login(attempt);
    const outcome = this.#decide(attempt, previous.claimed, previous);
    return outcome instanceof Promise
      ? outcome.then((decided) => this.#withoutUser(previous, decided))
      : this.#withoutUser(previous, outcome);
  }

  /** Ends what runs beside the server. Passwords that still wait are not verified any more. */
  stop(): void {
    this.#bcrypt.stop();
  }

  #decide(
    attempt: LoginAttempt,
    options: Readonly<ConnectOptions>,
    previous: Grant | null,
  ): LoginOutcome | Promise<LoginOutcome> {
    const rules = this.#rules;
    const proxyKey = rules.proxies.keyOf(attempt, options, previous?.proxyKey ?? "");
    if (proxyKey === null) {
      attempt.debug("proxy is not trusted");
      return refuse(ClosedReason.ProxyNotTrusted, options);
    }
    if (rules.asks === "nothing") {
      const login = { user: null, permissions: null, options, proxyKey };
      return new Grant(login, { claimed: options, proved: "" });
    }
    const candidate = candidateOf(rules, attempt, options);
    if (candidate.needsProxy && proxyKey === "") {
      attempt.debug("proxy connection required");
      return refuse(ClosedReason.ProxyRequired, candidate.options);
    }
    // Whoever is in knows already that there was such a user: there is nothing to hide by taking time.
    const isGone = previous !== null && !candidate.isKnown;
    const verdict = isGone ? false : this.#verify(candidate.proof, attempt, previous?.proved ?? "");
    const conclude = (decided: Verdict): LoginOutcome =>
      this.#conclude(rules, candidate, decided, { claimed: options, proxyKey });
    if (!(verdict instanceof Promise)) return conclude(verdict);
    return verdict.then((decided) =>
      // A reload in the meantime may have changed what is right.
      this.#rules === rules ? conclude(decided) : this.#decide(attempt, options, previous),
    );
  }

  #conclude(
    rules: AccessRules,
    { user, isKnown, proof, options }: Candidate,
    verdict: Verdict,
    { claimed, proxyKey }: { claimed: Readonly<ConnectOptions>; proxyKey: string },
  ): LoginOutcome {
    if (verdict === null) return refuse(ClosedReason.AuthenticationTimeout, options);
    if (!verdict || !isKnown) return refuse(VIOLATION, options);
    const permissions = user === null ? null : rules.users.permissionsOf(user);
    return new Grant(
      { user, permissions, options, proxyKey },
      { claimed, proved: subjectOf(proof) },
    );
  }

  /** @param proved what the client has proved before. */
  #verify(proof: Proof, attempt: LoginAttempt, proved: string): Verdict | Promise<Verdict> {
    switch (proof.kind) {
      case "none":
        return true;
      case "certificate":
        attempt.debug(`User ${goQuoteText(proof.user)} requires a client certificate`);
        return false;
      case "signature":
        return proved === proof.nkey || this.#isSigned(proof, attempt);
      case "secret":
        if (!isBcryptHash(proof.secret)) return isSameSecret(proof.secret, proof.given);
        return proved === proof.secret || this.#bcrypt.verify(proof.secret, proof.given, attempt);
    }
  }

  #isSigned(
    { nkey, signature }: Extract<Proof, { kind: "signature" }>,
    attempt: LoginAttempt,
  ): boolean | Promise<boolean> {
    if (signature === "") {
      attempt.debug("Signature missing");
      return false;
    }
    const bytes = decodeSignature(signature);
    if (bytes === null) {
      attempt.debug("Signature not valid base64");
      return false;
    }
    if (decodePublicNkey(nkey) === null) {
      attempt.debug("User nkey not valid: nkeys: invalid prefix byte");
      return false;
    }
    // Without a nonce the signature would be good for ever, for whoever has seen it once.
    const { nonce } = attempt;
    const isGood = nonce !== "" && this.#verifier!.verifyAside(nkey, nonce, bytes);
    return Promise.resolve(isGood).then((decided) => {
      if (!decided) attempt.debug("Signature not verified");
      return decided;
    });
  }

  /** A client whose user is gone is let go without a word, as in nats-server. */
  #withoutUser({ options }: Grant, outcome: LoginOutcome): LoginOutcome {
    if (outcome.ok || outcome.reason !== VIOLATION) return outcome;
    const { names, nkeys } = this.#rules.users;
    const isThere = options.nkey === "" ? names.has(options.user) : nkeys.has(options.nkey);
    const claimsNone = options.nkey === "" && options.user === "";
    return isThere || claimsNone ? outcome : { ...outcome, reason: ClosedReason.ClientClosed };
  }
}

const VIOLATION = ClosedReason.AuthenticationViolation;

/** The options that rules are made of. */
function basisOf(options: Readonly<Options>): Partial<Options> {
  const { authorization, accounts, noAuthUser, proxies, operators, trustedKeys } = options;
  const { tls, websocket, mqtt, leafnodes } = options;
  const who = { authorization, accounts, noAuthUser, proxies, operators, trustedKeys };
  return { ...who, tls, websocket, mqtt, leafnodes };
}

function subjectOf(proof: Proof): string {
  if (proof.kind === "signature") return proof.nkey;
  return proof.kind === "secret" ? proof.secret : "";
}

function refuse(reason: ClosedReason, options: Readonly<ConnectOptions>): LoginFailure {
  return { ok: false, reason, options };
}
