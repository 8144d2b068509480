/**
 * Spaces and tabs around a text, as headers may have them. A pattern for those at the end would look
 * at the same blanks again and again, which takes minutes where a value is full of them.
 */

import { SPACE, TAB } from "../bytes/ascii.ts";

export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
