/** Durations and sizes as nats-server reads and writes them, which is as Go does. */

import { goQuote } from "../../protocol/go-quote.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const TERM = /^(\d*)(\.\d*)?([^\d.]*)/;
const INT64_MAX = 2 ** 63;
/** Longest duration, in nanoseconds an int64. */
const MAX_MS = INT64_MAX / 1e6;

const SIZE_UNITS: Readonly<Record<string, bigint>> = { K: 10n, M: 20n, G: 30n, T: 40n };

/** A text that is no quantity; the message is Go's or nats-server's. */
export class QuantityError extends Error {}

/** What `read` returns, or what `refuse` makes of the words for what is wrong. */
export function quantityOr<T, Refused>(
  read: () => T,
  refuse: (problem: string) => Refused,
): T | Refused {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return refuse(error.message);
  }
}

/**
 * Milliseconds of a duration such as `1m30s`.
 *
 * @throws QuantityError with Go's words.
 */
export function parseGoDuration(text: string): number {
  const quoted = quote(text);
  const invalid = new QuantityError(`time: invalid duration ${quoted}`);
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw invalid;
  let total = 0;
  while (rest !== "") {
    const [term, digits = "", fraction = "", unit = ""] = TERM.exec(rest)!;
    if ((digits === "" && fraction.length < 2) || Number(digits) > INT64_MAX) throw invalid;
    if (unit === "") throw new QuantityError(`time: missing unit in duration ${quoted}`);
    const factor = UNIT_MS[unit];
    if (factor === undefined) {
      throw new QuantityError(`time: unknown unit ${quote(unit)} in duration ${quoted}`);
    }
    total += Number(`${digits || 0}${fraction.length > 1 ? fraction : ""}`) * factor;
    if (total >= MAX_MS) throw invalid;
    rest = rest.slice(term.length);
  }
  return text.startsWith("-") ? -total : total;
}

/** As Go quotes it in its time package: bytes beyond ASCII become numbers. */
function quote(text: string): string {
  const written = (byte: number): string => {
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, "0")}`;
    const char = String.fromCharCode(byte);
    return char === '"' || char === "\\" ? `\\${char}` : char;
  };
  return `"${[...Buffer.from(text)].map(written).join("")}"`;
}

/**
 * Bytes of a size such as `64M`; the empty text is 0.
 *
 * @throws QuantityError with nats-server's words.
 */
export function parseSize(text: string): bigint {
  if (text === "") return 0n;
  const bytes = Buffer.from(text);
  const digits = text.slice(0, -1);
  const parsing = `strconv.ParseInt: parsing ${goQuote(bytes, 0, bytes.length - 1)}`;
  // The unit is a byte, so a character of several is torn apart.
  if (!/^[+-]?\d+$/.test(digits) || bytes.length > text.length) {
    throw new QuantityError(`${parsing}: invalid syntax`);
  }
  const count = BigInt(digits);
  if (BigInt.asIntN(64, count) !== count) {
    throw new QuantityError(`${parsing}: value out of range`);
  }
  const shift = SIZE_UNITS[text.slice(-1)];
  if (shift === undefined) {
    throw new QuantityError("sizes defined as strings must end in K, M, G, T");
  }
  return BigInt.asIntN(64, count << shift);
}
