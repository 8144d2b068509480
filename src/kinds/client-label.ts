/** Who a client is, as every log line about it says. */

import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goEscape } from "../protocol/go-quote.ts";

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

/** What a client says of itself must not break out of its log line. */
function escapeText(text: string): string {
  return goEscape(Buffer.from(text));
}
