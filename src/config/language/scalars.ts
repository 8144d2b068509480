/** What the text of a number or a date means. */

const INTEGER = /^(-?[0-9]+)([a-z]*)$/i;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Integers of so few characters are exact in a double. */
const SAFE_LENGTH_MAX = 15;
const POWERS = "kmgtpe";
const FLOAT = /^-?[0-9]+\.[0-9]+$/;
const DATE_TAIL = ".000Z";

/** An integer with its suffix applied; it wraps around at 64 bits, as it does in nats-server. */
export type IntegerReading =
  | { readonly value: bigint }
  | { readonly error: string }
  /** A suffix such as `kbi`, for which nats-server stores nothing and says nothing. */
  | undefined;

export function readInteger(text: string): IntegerReading {
  const match = INTEGER.exec(text);
  if (match === null) return { error: `expected integer, but got '${text}'` };
  const digits = match[1]!;
  const value = BigInt(digits);
  if (digits.length > SAFE_LENGTH_MAX && (value > INT64_MAX || value < INT64_MIN))
    return { error: `integer '${text}' is out of the range` };
  const factor = factorOf(match[2]!.toLowerCase());
  return factor === undefined ? undefined : { value: BigInt.asIntN(64, value * factor) };
}

/** `k` is a thousand; `kb`, `ki` and `kib` are 1024. */
function factorOf(suffix: string): bigint | undefined {
  if (suffix === "") return 1n;
  const power = BigInt(POWERS.indexOf(suffix[0]!) + 1);
  switch (suffix.slice(1)) {
    case "":
      return 1000n ** power;
    case "b":
    case "i":
    case "ib":
      return 1024n ** power;
    default:
      return undefined;
  }
}

export function readFloat(text: string): { value: number } | { error: string } {
  if (!FLOAT.test(text)) return { error: `expected float, but got '${text}'` };
  const value = Number(text);
  return Number.isFinite(value) ? { value } : { error: `float '${text}' is out of the range` };
}

/** @param text `YYYY-MM-DDThh:mm:ssZ`, with digits of any script. */
export function readDate(text: string): { value: Date } | { error: string } {
  const value = new Date(text);
  // A day that the month does not have is carried over by some engines, and refused by others.
  const isExact =
    !Number.isNaN(value.getTime()) && value.toISOString() === text.replace("Z", DATE_TAIL);
  return isExact ? { value } : { error: `expected Zulu formatted DateTime, but got '${text}'` };
}
