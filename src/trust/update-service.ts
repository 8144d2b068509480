/** JWTs of accounts that are pushed to the server while it runs. */

import type { Logger } from "../log/logger.ts";
import { invalid } from "./account-loader.ts";
import type { AccountClaims } from "./claims/claims.ts";
import { decodeAccountClaims } from "./claims/decode.ts";
import { formatErrors } from "./claims/issues.ts";
import { validateClaims } from "./claims/validate.ts";
import type { ClaimsAnswers } from "./claims-answers.ts";
import type { DirectoryResolver } from "./directory-resolver.ts";
import type { TrustedAccounts } from "./trusted-accounts.ts";

/** How an update ended, or what it still waits for. */
interface Outcome {
  readonly account: string;
  readonly message: string;
  /** Null when all went well. */
  readonly error: Error | null;
  /** What is still to be done before anybody hears of it. */
  readonly rest?: () => Promise<void>;
}

/** What is said by those that keep all JWTs, and by those that keep the ones in use. */
const WORDS = {
  full: {
    failed: "jwt update resulted in error",
    invalid: "jwt validation failed",
    done: "jwt updated",
  },
  cache: {
    failed: "jwt update cache resulted in error",
    invalid: "jwt update cache validation failed",
    done: "jwt updated cache",
  },
} as const;
const SKIPPED = "jwt update cache skipped";
const NOBODY = "n/a";

/** Without a directory: only accounts that are loaded follow, and nothing is kept. */
export async function updateLoaded(
  accounts: Pick<TrustedAccounts, "isKnown" | "update">,
  account: string,
  jwt: string,
): Promise<Outcome> {
  const failed = "jwt update resulted in error";
  if (jwt === "") {
    return { account, message: "jwt update error", error: new Error("request body is empty") };
  }
  try {
    const { subject } = await decodeAccountClaims(jwt);
    if (subject !== account) throw otherSubject();
    if (!accounts.isKnown(account)) return { account, message: "jwt update skipped", error: null };
    await accounts.update(account, jwt);
    return { account, message: "jwt updated", error: null };
  } catch (error) {
    return { account, message: failed, error: error as Error };
  }
}

/** What an update of a directory needs. */
export interface DirectoryUpdate {
  readonly accounts: TrustedAccounts;
  readonly resolver: DirectoryResolver;
  readonly log: Logger;
}

/**
 * Keeps a JWT in the directory, and lets the account follow. nats-server also keeps what an operator
 * has signed that it does not trust, and only then finds that it cannot be used.
 *
 * @param given the account in the subject; null when only the JWT says which it is.
 */
export async function updateDirectory(
  { accounts, resolver, log }: DirectoryUpdate,
  given: string | null,
  jwt: string,
): Promise<Outcome> {
  const { isCache } = resolver;
  const words = isCache ? WORDS.cache : WORDS.full;
  let claims: AccountClaims;
  try {
    claims = await decodeAccountClaims(jwt);
  } catch (error) {
    const account = isCache ? (given ?? NOBODY) : NOBODY;
    return { account, message: words.failed, error: error as Error };
  }
  const account = given ?? claims.subject;
  const refused = refusal(accounts, isCache, given, claims);
  if (refused !== null) return refused;
  try {
    if (!accounts.isTrustedIssuer(claims.issuer)) throw invalid();
    const hasChanged = await resolver.directory.save(account, jwt);
    const rest = async (): Promise<void> => {
      if (hasChanged) await follow({ accounts, resolver, log }, account, jwt);
    };
    return { account, message: words.done, error: null, rest };
  } catch (error) {
    return { account, message: words.failed, error: error as Error };
  }
}

/** An account that is loaded follows its file; what is wrong with that is only logged. */
export async function follow(
  { accounts, resolver, log }: DirectoryUpdate,
  account: string,
  jwt: string,
): Promise<void> {
  try {
    await accounts.stored(account, jwt);
  } catch (error) {
    const where = resolver.isCache ? "Update" : `Update for account "${account}"`;
    log.error(`DirResolver - ${where} resulted in error ${(error as Error).message}`);
  }
}

/** The first thing that is wrong, in nats-server's order. */
function refusal(
  accounts: TrustedAccounts,
  isCache: boolean,
  given: string | null,
  claims: AccountClaims,
): Outcome | null {
  const { subject, issuer } = claims;
  const account = given ?? subject;
  const words = isCache ? WORDS.cache : WORDS.full;
  const validation = (): Outcome | null => {
    const found = validateClaims(claims, Math.floor(Date.now() / 1000));
    if (found.errors.length === 0) return null;
    const error = new Error(formatErrors(found));
    return { account: subject, message: words.invalid, error };
  };
  const validatesFirst = !isCache && given !== null;
  const invalidClaims = validatesFirst ? validation() : null;
  if (invalidClaims !== null) return invalidClaims;
  if (subject !== account) return { account, message: words.failed, error: otherSubject() };
  if (accounts.operators.mustUseSigningKey(issuer)) {
    const error = new Error("operator requires issuer to be a signing key");
    return { account, message: words.failed, error };
  }
  if (isCache && !accounts.isKnown(account)) return { account, message: SKIPPED, error: null };
  return validatesFirst ? null : validation();
}

function otherSubject(): Error {
  return new Error("subject does not match jwt content");
}

/** Does the rest, and says how an update ended. @param reply "" when nobody waits for it. */
export async function conclude(
  answers: ClaimsAnswers,
  reply: string,
  { account, message, error, rest }: Outcome,
): Promise<void> {
  await rest?.();
  if (error === null) answers.done(reply, account, message);
  else answers.failed(reply, account, message, error);
}
