/** What has gone wrong, as a sentence for the log and for events. */

import { goEscape } from "../../protocol/go-quote.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";

/** Some of it is what the service has sent, which may be a megabyte. */
const LENGTH_MAX = 1024;
/** Quotes stand in these texts as they are. */
const BREAKING = /[^\t \p{L}\p{M}\p{N}\p{P}\p{S}]/gu;

/**
 * The text with a capital in front. Other than nats-server's, it cannot break its line, and shows no
 * seed and no token.
 */
export function reasonText(text: string): string {
  const [first = ""] = text;
  const sentence = first.toUpperCase() + text.slice(first.length, LENGTH_MAX);
  return withoutSecretShapes(sentence).replace(BREAKING, (char) => goEscape(Buffer.from(char)));
}
