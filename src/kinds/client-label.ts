/** Who a client is, as every log line about it says. */

import type { UserIdentity } from "../auth/login.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goEscape } from "../protocol/go-quote.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";

/**
 * `ip:port - cid:5 - "v1.2:go:name" - "$G/user:u"`, each part only when there is something to say.
 *
 * @param base `ip:port - cid:N`.
 * @param account as logs show it.
 */
export function describeClient(
  base: string,
  options: Readonly<ConnectOptions>,
  account: string,
  identity: UserIdentity | null = null,
): string {
  const { version, lang, name } = options;
  const who = [version === "" ? "" : `v${version}`, lang, name].filter((part) => part !== "");
  const parts = [base];
  if (who.length > 0) parts.push(`"${escapeText(who.join(":"))}"`);
  const user = userLabel(options, identity);
  if (user !== "") parts.push(`"${escapeText(`${account}/`)}${user}"`);
  return parts.join(" - ");
}

/** ` - Account:$G - user:u`; the latter only when there is something to say. */
export function describeMembership({ account, options, identity }: Membership): string {
  const user = userLabel(options, identity);
  return ` - Account:${escapeText(account.label)}${user === "" ? "" : ` - ${user}`}`;
}

interface Membership {
  readonly account: { readonly label: string };
  readonly options: Readonly<ConnectOptions>;
  readonly identity: UserIdentity | null;
}

/** `user:u`, or what else a client has claimed to be; "" for nothing. */
export function userLabel(
  { nkey, user, jwt, auth_token }: Readonly<ConnectOptions>,
  identity: UserIdentity | null,
): string {
  if (nkey !== "") return `nkey:${escapeText(nkey)}`;
  if (user !== "") return `user:${escapeText(user)}`;
  if (jwt !== "") return identity === null ? "" : `jwt:${escapeText(identity.nkey)}`;
  return auth_token === "" ? "" : "token";
}

/** Has nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** What a client says of itself must not break out of its log line, nor be a seed or a JWT. */
function escapeText(text: string): string {
  const shown = withoutSecretShapes(text);
  return PLAIN.test(shown) ? shown : goEscape(Buffer.from(shown));
}

/** Name or public key of the user that a client is, or claims to be; "" for none. */
export function userName(
  { nkey, user }: Readonly<ConnectOptions>,
  identity: UserIdentity | null = null,
): string {
  return nkey || user || (identity?.nkey ?? "");
}

/**
 * `User "u"`, or what else a client that is refused has claimed to be; "" for nothing, and for a token
 * that nothing is known of.
 */
export function describeUser(
  { nkey, user, jwt, auth_token }: Readonly<ConnectOptions>,
  identity: UserIdentity | null,
): string {
  if (nkey !== "") return `Nkey "${escapeText(nkey)}"`;
  if (user !== "") return `User "${escapeText(user)}"`;
  if (jwt !== "") return identity === null ? "" : `JWT User "${escapeText(identity.nkey)}"`;
  return auth_token === "" ? "" : 'Token "[REDACTED]"';
}
