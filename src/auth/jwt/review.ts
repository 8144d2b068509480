/**
 * What becomes of a client that is in when the claims of its account change. nats-server looks at what
 * has changed only: what let the client in need not be right any more.
 */

import { ClosedReason, ERR_REVOKED } from "../../protocol/errors.ts";
import type { AccountClaims } from "../../trust/claims/claims.ts";
import { Grant } from "../grant.ts";
import type { LoginAttempt, LoginOutcome } from "../login.ts";
import { dismiss, refuse } from "../refusal.ts";
import type { JwtGrounds } from "./jwt-grounds.ts";
import { hasNone, type JwtPermissions } from "./jwt-permissions.ts";
import { isRevoked, scopeOf } from "./signing-keys.ts";

/**
 * @param jwt what the login rests on.
 * @param account claims in force now.
 * @param isStrict the account's own key does not sign.
 */
export function reviewGrant(
  grant: Grant,
  jwt: JwtGrounds,
  account: AccountClaims,
  isStrict: boolean,
  permissions: JwtPermissions,
  attempt: LoginAttempt,
): LoginOutcome {
  if (account === jwt.account) return grant;
  const { user, limits, scope } = jwt;
  // The token of a callout service's user was never shown by the client.
  if (!grant.isCalledOut && limits.bearerToken && account.limits.disallowBearer) {
    attempt.debug("Bearer User JWT not allowed");
    return refuse(ClosedReason.AuthenticationViolation, grant.options, grant.identity);
  }
  if (isRevoked(account, user)) return dismiss(ClosedReason.Revocation, ERR_REVOKED, grant);
  if (user.issuerAccount !== "") {
    const current = scopeOf(account, user.issuer, isStrict);
    if (current === undefined || !Bun.deepEquals(current, scope)) {
      return dismiss(ClosedReason.AuthenticationViolation, "", grant);
    }
  }
  const defaults = account.defaultPermissions;
  const isSame =
    !hasNone(limits.permissions) ||
    Bun.deepEquals(defaults, jwt.account?.defaultPermissions ?? null);
  const set = isSame ? grant.permissions : permissions.compile(limits, account);
  const identity = { ...grant.identity!, jwt: { ...jwt, account } };
  return new Grant({ ...grant, permissions: set, identity }, grant);
}
