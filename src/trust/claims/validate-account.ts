/** Rules for accounts, apart from those for what they share. */

import type { SubjectMapping } from "../../config/options/accounts.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { isPublicNkey, NkeyKind } from "../../protocol/nkeys.ts";
import type {
  AccountClaims,
  AccountClaimsLimits,
  ExternalAuthorization,
  JetStreamLimits,
  MessageTrace,
} from "./claims.ts";
import { Issues } from "./issues.ts";
import { checkSubject, hasWildcards } from "./subjects.ts";
import { checkInfo } from "./validate-info.ts";
import { type ActivationCheck, checkExports, checkImports } from "./validate-shares.ts";
import { checkPermissions } from "./validate-user.ts";

const NO_LIMIT = -1;
const WHOLE = 100;
const ANY_ACCOUNT = "*";

export function checkAccount(
  claims: AccountClaims,
  checkActivation: ActivationCheck,
  issues: Issues,
): void {
  checkImports(claims, checkActivation, issues);
  checkExports(claims.exports, issues);
  checkLimits(claims.limits, issues);
  if (claims.defaultPermissions !== null) checkPermissions(claims.defaultPermissions, issues);
  for (const mapping of claims.mappings) checkMapping(mapping, issues);
  if (claims.authorization !== null) checkAuthorization(claims.authorization, issues);
  if (claims.trace !== null) checkTrace(claims.trace, issues);
  checkNumbers(claims, issues);
  checkSigningKeys(claims, issues);
  checkInfo(claims, issues);
  const { clusterTraffic } = claims;
  if (!["", "system", "owner"].includes(clusterTraffic)) {
    issues.error(`unknown cluster traffic option: ${goQuoteText(clusterTraffic)}`);
  }
  if (isPublicNkey(claims.issuer, NkeyKind.Account) && !hasNoLimits(claims.limits)) {
    issues.warning("self-signed account JWTs shouldn't contain operator limits");
  }
}

function checkLimits({ jetstream, tieredJetstream }: AccountClaimsLimits, issues: Issues): void {
  if (tieredJetstream.size === 0) return;
  if (!isZero(jetstream)) {
    issues.error("JetStream Limits and tiered JetStream Limits are mutually exclusive");
  }
  if (tieredJetstream.has("")) {
    issues.error('Tiered JetStream Limits can not contain a blank "" tier name');
  }
}

function isZero(limits: JetStreamLimits): boolean {
  return Object.values(limits).every((limit) => limit === 0 || limit === false);
}

/** Whether nothing was given, or only what is the same. */
function hasNoLimits({ jetstream, tieredJetstream, ...limits }: AccountClaimsLimits): boolean {
  const areZero = Object.values(limits).every((limit) => limit === 0 || limit === false);
  return areZero && isZero(jetstream) && tieredJetstream.size === 0;
}

function checkMapping({ subject, destinations }: SubjectMapping, issues: Issues): void {
  checkSubject(subject, issues);
  const name = `Mapping ${goQuoteText(subject)}`;
  const exceeds = "exceeds 100% among all of it's weighted to mappings";
  const totals = new Map<string, number>();
  for (const { subject: to, weight, cluster } of destinations) {
    checkSubject(to, issues);
    if (weight > WHOLE) issues.error(`${name} has a weight ${weight} that exceeds 100`);
    const total = (totals.get(cluster) ?? 0) + weight;
    totals.set(cluster, total);
    if (cluster !== "" && total > WHOLE) {
      issues.error(`${name} in cluster ${goQuoteText(cluster)} ${exceeds}`);
    }
  }
  if ((totals.get("") ?? 0) > WHOLE) issues.error(`${name} ${exceeds}`);
}

function checkAuthorization(
  { authUsers, allowedAccounts, xkey }: ExternalAuthorization,
  issues: Issues,
): void {
  if (allowedAccounts.length > 0 && authUsers.length === 0) {
    issues.error("External authorization cannot have accounts without users specified");
  }
  for (const user of authUsers) {
    if (isPublicNkey(user, NkeyKind.User)) continue;
    issues.error(`AuthUser ${goQuoteText(user)} is not a valid user public key`);
  }
  for (const account of allowedAccounts) {
    if (account === ANY_ACCOUNT) {
      if (allowedAccounts.length === 1) continue;
      issues.error('AllowedAccounts can only be a list of accounts or "*"');
    } else if (!isPublicNkey(account, NkeyKind.Account)) {
      issues.error(`Account ${goQuoteText(account)} is not a valid account public key`);
    }
  }
  if (xkey !== "" && !isPublicNkey(xkey, NkeyKind.Curve)) {
    issues.error(`XKey ${goQuoteText(xkey)} is not a valid public xkey`);
  }
}

function checkTrace({ dest, sampling }: MessageTrace, issues: Issues): void {
  const ofSubject = new Issues();
  checkSubject(dest, ofSubject);
  const [first] = ofSubject.all;
  if (first !== undefined) issues.error(`the account Trace.Destination ${first}`);
  if (hasWildcards(dest)) {
    const what = `subject ${goQuoteText(dest)} is not a valid publish subject`;
    issues.error(`the account Trace.Destination ${what}`);
  }
  if (sampling < 0 || sampling > WHOLE) {
    const range = "should be in the range [1..100]";
    issues.error(`the account Trace.Sampling value '${sampling}' is not valid, ${range}`);
  }
}

/** How many shares there are, and of which form. */
function checkNumbers({ imports, exports, limits }: AccountClaims, issues: Issues): void {
  const tooMany = "than allowed by the operator";
  const areTooMany = imports.length > limits.imports;
  // nats-server says it twice, unless the limit is a negative one, or all are unset.
  if (areTooMany && limits.imports >= 0 && !hasNoLimits(limits)) {
    issues.error(`the account contains more imports ${tooMany}`);
  }
  if (areTooMany && limits.imports !== NO_LIMIT) {
    issues.error(`the account contains more imports ${tooMany}`);
  }
  if (limits.exports === NO_LIMIT) return;
  if (exports.length > limits.exports) {
    issues.error(`the account contains more exports ${tooMany}`);
  }
  if (limits.wildcards) return;
  for (const { subject } of exports) {
    if (!hasWildcards(subject)) continue;
    issues.error("the account contains wildcard exports that are not allowed by the operator");
  }
}

function checkSigningKeys({ signingKeys }: AccountClaims, issues: Issues): void {
  for (const [key, scope] of signingKeys) {
    if (isPublicNkey(key, NkeyKind.Account)) continue;
    if (scope !== null) issues.error(`${key} is not an account public key`);
    else issues.error(`${goQuoteText(key)} is not a valid account signing key`);
  }
}
