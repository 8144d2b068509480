/** Requests of an operator to delete accounts. */

import { isAccountKey } from "./account-key.ts";
import type { GenericClaims } from "./claims/claims.ts";
import { decodeGenericClaims } from "./claims/decode.ts";
import type { ClaimsAnswers } from "./claims-answers.ts";
import type { JwtDirectory } from "./jwt-directory.ts";
import type { TrustedAccounts } from "./trusted-accounts.ts";

/**
 * Deletes the accounts that a token lists which an operator has signed for itself.
 *
 * @param reply "" when nobody waits for the answer.
 * @param systemAccount never deleted.
 */
export async function deleteAccounts(
  directory: JwtDirectory,
  accounts: TrustedAccounts,
  answers: ClaimsAnswers,
  request: { token: string; reply: string; systemAccount: string },
): Promise<void> {
  const { token, reply, systemAccount } = request;
  let subject = "";
  let keys: string[];
  try {
    const claims = await decodeGenericClaims(token);
    subject = claims.subject;
    keys = accountsIn(claims, directory, accounts, systemAccount);
  } catch (error) {
    const message = `delete accounts request by ${subject} failed`;
    return answers.failed(reply, "", message, error as Error);
  }
  const faults: string[] = [];
  for (const key of keys) {
    try {
      if (await directory.delete(key)) accounts.remove(key);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  const message = `deleted ${keys.length - faults.length} accounts`;
  if (faults.length === 0) answers.done(reply, "", message);
  else {
    const error = new Error(faults.join("\n"));
    answers.failed(reply, "", `${message}, failed for ${faults.length}`, error);
  }
}

/** @throws Error in nats-server's words when they are not to be deleted. */
function accountsIn(
  { subject, issuer, nats }: GenericClaims,
  { allowsDeletion }: JwtDirectory,
  { operators }: TrustedAccounts,
  systemAccount: string,
): string[] {
  if (!allowsDeletion) throw new Error("delete must be enabled in server config");
  if (subject !== issuer) throw new Error("not self signed");
  if (!operators.speaksForOperator(issuer)) throw new Error("not trusted");
  const listed: unknown = Object.hasOwn(nats, "accounts") ? nats.accounts : null;
  if (!Array.isArray(listed)) throw new Error("malformed request");
  for (const key of listed) {
    if (typeof key !== "string" || !isAccountKey(key)) throw new Error("malformed request");
    if (key === systemAccount) throw new Error("not allowed to delete system account");
  }
  return listed;
}
