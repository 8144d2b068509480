/** Who may sign the tokens of an account's users, and what that makes of them. */

import type {
  AccountClaims,
  SigningKeyScope,
  UserClaims,
  UserPermissionLimits,
} from "../../trust/claims/claims.ts";
import { processUserPermissionsTemplate } from "../../trust/claims/user-template.ts";

/** What counts of a user's token, and because of which key; or why it is not good, for the log. */
export type Endorsement =
  | {
      readonly limits: UserPermissionLimits;
      readonly scope: SigningKeyScope | null;
    }
  | string;

/**
 * The scope of a key that may sign for the account; null for none, undefined when it may not sign.
 *
 * @param isStrict the account's own key does not sign.
 */
export function scopeOf(
  { subject, signingKeys }: AccountClaims,
  issuer: string,
  isStrict: boolean,
): SigningKeyScope | null | undefined {
  return issuer === subject && !isStrict ? null : signingKeys.get(issuer);
}

/** Where the key has a scope, that says all that the user may do; the token may say nothing then. */
export function endorse(user: UserClaims, account: AccountClaims, isStrict: boolean): Endorsement {
  const scope = scopeOf(account, user.issuer, isStrict);
  if (scope === undefined) return "User JWT issuer is not known";
  if (scope === null) return { limits: user, scope };
  if (!user.hasEmptyPermissions) {
    return "User JWT is not valid: scoped users require no permissions or limits set";
  }
  try {
    return { limits: limitsOf(scope, user, account), scope };
  } catch {
    return "User JWT generated invalid permissions";
  }
}

/** Without a template, those of the key are the same object for all of its users. */
function limitsOf(
  { template }: SigningKeyScope,
  user: UserClaims,
  account: AccountClaims,
): UserPermissionLimits {
  const { publish, subscribe } = template.permissions;
  const lists = [publish?.allow, publish?.deny, subscribe?.allow, subscribe?.deny];
  const isPlain = lists.every((list) => !list?.some((subject) => subject.includes("{{")));
  return isPlain ? template : processUserPermissionsTemplate(template, user, account);
}

const EVERYBODY = "*";

/** Whether tokens of the user that were issued until then are void. */
export function isRevoked(
  { revocations }: AccountClaims,
  { subject, issuedAt }: UserClaims,
): boolean {
  const until = Math.max(
    revocations.get(subject) ?? Number.NEGATIVE_INFINITY,
    revocations.get(EVERYBODY) ?? Number.NEGATIVE_INFINITY,
  );
  return until >= issuedAt;
}
