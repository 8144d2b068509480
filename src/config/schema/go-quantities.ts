/** Durations and sizes as nats-server reads and writes them, which is as Go does. */

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
/** Longest duration, in nanoseconds an int64. */
const MAX_MS = 2 ** 63 / 1e6;

const SIZE_UNITS: Readonly<Record<string, bigint>> = { K: 10n, M: 20n, G: 30n, T: 40n };

export class QuantityError extends Error {}

/**
 * Milliseconds of a duration such as `1m30s`.
 *
 * @throws QuantityError with Go's words.
 */
export function parseGoDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const invalid = new QuantityError(`time: invalid duration ${quoted}`);
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw invalid;
  let total = 0;
  while (rest !== "") {
    const [term, digits = "", fraction = "", unit = ""] = TERM.exec(rest)!;
    if (digits === "" && fraction.length < 2) throw invalid;
    if (unit === "") throw new QuantityError(`time: missing unit in duration ${quoted}`);
    const factor = UNIT_MS[unit];
    if (factor === undefined) {
      throw new QuantityError(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    total += Number(`${digits || 0}${fraction.length > 1 ? fraction : ""}`) * factor;
    if (total >= MAX_MS) throw invalid;
    rest = rest.slice(term.length);
  }
  return text.startsWith("-") ? -total : total;
}

/**
 * Bytes of a size such as `64M`; the empty text is 0.
 *
 * @throws QuantityError with nats-server's words.
 */
export function parseSize(text: string): bigint {
  if (text === "") return 0n;
  const digits = text.slice(0, -1);
  if (!/^[+-]?\d+$/.test(digits)) {
    throw new QuantityError(`strconv.ParseInt: parsing ${JSON.stringify(digits)}: invalid syntax`);
  }
  const count = BigInt(digits);
  if (BigInt.asIntN(64, count) !== count) {
    throw new QuantityError(
      `strconv.ParseInt: parsing ${JSON.stringify(digits)}: value out of range`,
    );
  }
  const shift = SIZE_UNITS[text.slice(-1)];
  if (shift === undefined) {
    throw new QuantityError("sizes defined as strings must end in K, M, G, T");
  }
  return BigInt.asIntN(64, count << shift);
}
