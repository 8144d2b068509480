/**
 * Who a client claims to be, and what it has to prove that with. nats-server's order decides: a public
 * key, then a certificate, then a user's name, then a token or the only user there is.
 */

import type { User } from "../config/options/auth.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";
import type { AccessRules } from "./access-rules.ts";
import type { CertificateMap } from "./certificate/certificate-map.ts";
import { isAllowedOn } from "./connection-types.ts";
import type { LoginAttempt } from "./login.ts";
import { isSameSecret } from "./plain-secret.ts";

export interface Candidate {
  /** Null where there are no users, but a single one or a token. */
  readonly user: User | null;
  /**
   * False for a user that there is not, or not for this kind of connection. A proof is asked for even
   * so, and is then not taken: the time that it takes shall not tell who exists.
   */
  readonly isKnown: boolean;
  /** It has to come through a trusted proxy. */
  readonly needsProxy: boolean;
  readonly proof: Proof;
  /** CONNECT with the user that was found otherwise. */
  readonly options: Readonly<ConnectOptions>;
}

export type Proof =
  /** Whoever comes first is the one. */
  | { readonly kind: "none" }
  /** Only a certificate would have been one. */
  | { readonly kind: "certificate"; readonly user: string }
  | { readonly kind: "signature"; readonly nkey: string; readonly signature: string }
  | { readonly kind: "secret"; readonly secret: string; readonly given: string };

const NO_PROOF: Proof = { kind: "none" };

export function candidateOf(
  rules: AccessRules,
  attempt: LoginAttempt,
  options: Readonly<ConnectOptions>,
): Candidate {
  if (rules.asks === "proxy") {
    return { user: null, isKnown: true, needsProxy: true, proof: NO_PROOF, options };
  }
  const { nkeys, names } = rules.users;
  if (nkeys.size > 0) {
    const isAnonymous = saysNothing(options) && options.nkey === "" && nkeys.has(rules.noAuthUser);
    const counting = isAnonymous ? { ...options, nkey: rules.noAuthUser } : options;
    if (counting.nkey !== "") return byNkey(rules, attempt, counting);
  }
  if (names.size === 0) return bySingleSecret(rules, options);
  const map = rules.certificateMap(attempt.connectionType);
  return map === null
    ? byName(rules, attempt, options)
    : byCertificate(rules, map, attempt, options);
}

/** Gives nothing that could be taken for a user's. */
function saysNothing({ user, pass, auth_token }: Readonly<ConnectOptions>): boolean {
  return user === "" && pass === "" && auth_token === "";
}

function byNkey(
  rules: AccessRules,
  { connectionType }: LoginAttempt,
  options: Readonly<ConnectOptions>,
): Candidate {
  const { nkey, sig } = options;
  const user = rules.users.nkeys.get(nkey);
  // Public keys are no secrets, so there is nothing to hide.
  if (user === undefined || !isAllowedOn(user, connectionType)) return unknown(NO_PROOF, options);
  const proof: Proof =
    nkey === rules.noAuthUser ? NO_PROOF : { kind: "signature", nkey, signature: sig };
  return known(user, rules, proof, options);
}

function byCertificate(
  rules: AccessRules,
  map: CertificateMap,
  attempt: LoginAttempt,
  options: Readonly<ConnectOptions>,
): Candidate {
  const user = map.find(attempt);
  if (user === null) return unknown(NO_PROOF, options);
  if (options.user !== "") {
    const shown = goQuoteText(withoutSecretShapes(options.user));
    attempt.warn(`User ${shown} found in connect proto, but user required from cert`);
  }
  const proof: Proof = { kind: "secret", secret: user.password, given: options.pass };
  return known(user, rules, proof, { ...options, user: user.user });
}

function byName(
  rules: AccessRules,
  { connectionType }: LoginAttempt,
  options: Readonly<ConnectOptions>,
): Candidate {
  const { names } = rules.users;
  const isAnonymous = rules.noAuthUser !== "" && saysNothing(options);
  const anybody = isAnonymous ? names.get(rules.noAuthUser) : undefined;
  // As in nats-server, a later CONNECT of the same client counts as if it had given these.
  const counting =
    anybody === undefined ? options : { ...options, user: anybody.user, pass: anybody.password };
  // With users there is no single one, and no token.
  if (counting.user === "") return bySingleSecret(rules, options);
  const user = names.get(counting.user);
  const isThere = user !== undefined && isAllowedOn(user, connectionType);
  if (isThere) {
    const proof = anybody === undefined ? passwordOf(user, rules, counting) : NO_PROOF;
    return known(user, rules, proof, counting);
  }
  if (anybody !== undefined) return unknown(NO_PROOF, counting);
  const secret = rules.decoyFor(counting.user);
  return unknown({ kind: "secret", secret, given: options.pass }, options);
}

function known(
  user: User,
  rules: AccessRules,
  proof: Proof,
  options: Readonly<ConnectOptions>,
): Candidate {
  return { user, isKnown: true, needsProxy: rules.needsProxy(user), proof, options };
}

function unknown(proof: Proof, options: Readonly<ConnectOptions>): Candidate {
  return { user: null, isKnown: false, needsProxy: false, proof, options };
}

function passwordOf(user: User, rules: AccessRules, { pass }: Readonly<ConnectOptions>): Proof {
  if (rules.needsCertificate(user)) return { kind: "certificate", user: user.user };
  // Anybody may be this user, and is sent here with what `byName` has filled in.
  const isAnybody = user.user === rules.noAuthUser && isSameSecret(user.password, pass);
  return isAnybody ? NO_PROOF : { kind: "secret", secret: user.password, given: pass };
}

/** A token, or the only user there is. Whoever names no user is compared with that as well. */
function bySingleSecret(rules: AccessRules, options: Readonly<ConnectOptions>): Candidate {
  const { user, password, token, users, proxyRequired } = rules.authorization;
  const candidate = { user: null, needsProxy: proxyRequired, options };
  if (token !== "") {
    const proof: Proof = { kind: "secret", secret: token, given: options.auth_token };
    return { ...candidate, isKnown: true, proof };
  }
  const isThere = users === null && (user !== "" || password !== "");
  if (!isThere) return { ...candidate, isKnown: false, proof: NO_PROOF };
  const proof: Proof = { kind: "secret", secret: password, given: options.pass };
  return { ...candidate, isKnown: isSameSecret(user, options.user), proof };
}
