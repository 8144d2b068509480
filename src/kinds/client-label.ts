/** Who a client is, as every log line about it says. */

import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goEscape } from "../protocol/go-quote.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";

/**
 * `ip:port - cid:5 - "v1.2:go:name" - "$G/user:u"`, each part only when there is something to say.
 *
 * @param base `ip:port - cid:N`.
 */
export function describeClient(
  base: string,
  options: Readonly<ConnectOptions>,
  account: string,
): string {
  const { version, lang, name, nkey, user, auth_token } = options;
  const who = [version === "" ? "" : `v${version}`, lang, name].filter((part) => part !== "");
  const parts = [base];
  if (who.length > 0) parts.push(`"${escapeText(who.join(":"))}"`);
  if (nkey !== "") parts.push(`"${account}/nkey:${escapeText(nkey)}"`);
  else if (user !== "") parts.push(`"${account}/user:${escapeText(user)}"`);
  else if (auth_token !== "") parts.push(`"${account}/token"`);
  return parts.join(" - ");
}

/** Has nothing to escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** What a client says of itself must not break out of its log line, nor be a seed or a JWT. */
function escapeText(text: string): string {
  const shown = withoutSecretShapes(text);
  return PLAIN.test(shown) ? shown : goEscape(Buffer.from(shown));
}

/** Name or public key of the user that a client is, or claims to be; "" for none. */
export function userName({ nkey, user }: Readonly<ConnectOptions>): string {
  return nkey === "" ? user : nkey;
}

/** `User "u"`, or what else a client that is refused has claimed to be; "" for nothing. */
export function describeUser({ nkey, user, auth_token }: Readonly<ConnectOptions>): string {
  if (nkey !== "") return `Nkey "${escapeText(nkey)}"`;
  if (user !== "") return `User "${escapeText(user)}"`;
  return auth_token === "" ? "" : 'Token "[REDACTED]"';
}
