/** What is told of whoever vouches for a client, and of its token. */

import { issuerOf, shownTags, shownToken } from "../../kinds/client-info.ts";
import type { ClientSession } from "../../kinds/client-session.ts";

export interface TokenFacts {
  /** "" when whoever has it may use it. */
  readonly jwt: string;
  readonly issuer: string;
  /** Of the user, not of its account. */
  readonly name: string;
  readonly tags: readonly string[];
}

/** Null for most users that are configured. */
export function tokenFacts(client: ClientSession): TokenFacts | null {
  const { identity, options } = client;
  const { login, areTokensAsked } = client.login;
  if (identity !== null) {
    const { name } = identity;
    return { jwt: shownToken(identity), issuer: issuerOf(login), name, tags: shownTags(identity) };
  }
  if (login === null) {
    const isShown = areTokensAsked && options.jwt !== "" && needsKey(options.jwt);
    return isShown ? { jwt: options.jwt, issuer: "", name: "", tags: [] } : null;
  }
  // Users that are configured with their key are vouched for by the account that they are in.
  if ((login.user?.nkey ?? "") === "") return null;
  return { jwt: "", issuer: login.account.name, name: "", tags: [] };
}

/**
 * Whether a token that nobody has looked at is surely of no use without the user's key. Of those by a
 * signing key that is not sure, for it may make bearer tokens of all that it signs.
 */
function needsKey(token: string): boolean {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { type, bearer_token: isBearer = false, issuer_account: signedFor = "" } = claims.nats;
    return type === "user" && isBearer === false && signedFor === "";
  } catch {
    return false;
  }
}
