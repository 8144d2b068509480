/** What clients say of themselves, fit to be shown. */

import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";

/** Characters of a name or subject. */
const LENGTH_MAX = 256;
/** What cannot be seen, and what turns the text around it into another direction. */
const UNSEEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A page puts it in as text; here it only loses what deceives, or gives itself away as a secret. */
export function shown(text: string): string {
  const safe = withoutSecretShapes(text).replace(UNSEEN, escaped);
  return safe.length > LENGTH_MAX ? `${safe.slice(0, LENGTH_MAX)}…` : safe;
}

/** As JSON writes it. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
