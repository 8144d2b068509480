/** Integers in texts, as Go's `strconv.Atoi` reads them. */

import { goQuoteText } from "./go-quote.ts";

const DIGITS = /^[+-]?\d+$/;

/**
 * @throws Error with Go's words.
 */
export function atoi(text: string): bigint {
  const fault = (what: string): Error =>
    new Error(`strconv.Atoi: parsing ${goQuoteText(text)}: ${what}`);
  if (!DIGITS.test(text)) throw fault("invalid syntax");
  const value = BigInt(text.replace("+", ""));
  if (BigInt.asIntN(64, value) !== value) throw fault("value out of range");
  return value;
}

/** The same, with null for a text that is none. */
export function atoiOrNull(text: string): bigint | null {
  try {
    return atoi(text);
  } catch {
    return null;
  }
}
