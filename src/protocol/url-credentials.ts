/** URLs, and what is said of them, without the user, password or token in them. */

import { goQuoteText } from "./go-quote.ts";

const MASK = "[REDACTED]";
/** Up to the last `@`: what is no URL may have its secret anywhere in front of it. */
const CREDENTIALS = /^([^/]*\/\/)?.*@/s;
const QUOTED = /"((?:[^"\\]|\\.)*)"/gs;

/** A text that may be a URL. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, (_, scheme = "") => `${scheme}${MASK}@`);
}

/** A message about it, in which a quoted part may be a part of its credentials. */
export function withoutCredentialsOf(text: string, message: string): string {
  const credentials = goQuoteText(CREDENTIALS.exec(text)?.[0] ?? "");
  return message.replace(QUOTED, (quoted, part: string) => {
    const secret = part.replace(/^:/, "");
    return secret !== "" && credentials.includes(secret) ? `"${MASK}"` : quoted;
  });
}

/** A URL as Go shows it, with its user. A user without a password is a token, and not shown. */
export function withoutPassword(url: string): string {
  return url.replace(/(\/\/(?:[^/@:]*:)?)[^/@]*@/, "$1xxxxx@");
}
