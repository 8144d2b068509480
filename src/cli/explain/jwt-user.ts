/** A user whose JWT says what it may do, where accounts are those of operators. */

import { accountKeyOf } from "../../auth/jwt/jwt-grounds.ts";
import { JwtPermissions } from "../../auth/jwt/jwt-permissions.ts";
import { isRevoked } from "../../auth/jwt/signing-keys.ts";
import { goErrorText } from "../../log/go-error.ts";
import type { UserClaims } from "../../trust/claims/claims.ts";
import { decodeUserClaims } from "../../trust/claims/decode.ts";
import { formatIssues, isBlocked } from "../../trust/claims/issues.ts";
import { validateClaims } from "../../trust/claims/validate.ts";
import type { TrustedAccounts } from "../../trust/trusted-accounts.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { Identity } from "./identity.ts";

/** A token in a file of credentials, or by itself. Nothing else of the file is looked at. */
const TOKEN = /^\s*(?:-+BEGIN NATS USER JWT-+\s*)?([\w-]+\.[\w-]+\.[\w-]+)\s/;
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Who the user of a file is, as a server would decide.
 *
 * @throws ArgumentError when it would be refused.
 */
export async function jwtUser(path: string, trusted: TrustedAccounts): Promise<Identity> {
  const user = await readUser(path);
  const refuse = (why: string): never => {
    throw new ArgumentError(`the user is refused: ${why}`);
  };
  const validation = validateClaims(user, Math.floor(Date.now() / 1000));
  if (isBlocked(validation)) refuse(`User JWT no longer valid: ${formatIssues(validation)}`);
  const account = await trusted.lookup(accountKeyOf(user));
  if (account === null) {
    return refuse(`Account JWT lookup error: ${trusted.lookupError(accountKeyOf(user))}`);
  }
  const permissions = new JwtPermissions();
  const endorsement = permissions.endorse(user, account, trusted.isStrict(account.issuer));
  if (typeof endorsement === "string") return refuse(endorsement);
  if (isRevoked(account, user)) refuse("User authentication revoked");
  return {
    name: user.name || user.subject,
    account: account.subject,
    user: null,
    permissions: permissions.compile(endorsement.limits, account)?.permissions ?? null,
    hasDefaults: false,
  };
}

async function readUser(path: string): Promise<UserClaims> {
  const file = Bun.file(path);
  let text = "";
  try {
    if (file.size > FILE_BYTES_MAX) throw new Error(`is larger than ${FILE_BYTES_MAX} bytes`);
    text = await file.text();
  } catch (error) {
    throw new ArgumentError(`open ${path}: ${goErrorText(error)}`);
  }
  const token = TOKEN.exec(`${text}\n`)?.[1];
  if (token === undefined) throw new ArgumentError(`${path} holds no JWT of a user`);
  try {
    return await decodeUserClaims(token);
  } catch (error) {
    throw new ArgumentError(`${path}: ${(error as Error).message}`);
  }
}
