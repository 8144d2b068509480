/** Values in nats-server's messages, which are as Go's `%v` prints them. */

import { goEscape, goQuoteText } from "../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName } from "../language/node.ts";

/** Floats of this size and smaller ones than the next constant are printed with an exponent. */
const EXPONENT_MAX = 6;
const EXPONENT_MIN = -4;
const RUNE_MAX = 0x10ffffn;
const SURROGATE_MIN = 0xd800n;
const SURROGATE_MAX = 0xdfffn;
const REPLACEMENT = "\ufffd";

/** A value within a message. Go prints addresses for what blocks and arrays hold, and we leave it out. */
export function goValue(node: ConfigNode): string {
  switch (node.kind) {
    case "map":
      return "map[]";
    case "array":
      return "[]";
    case "float":
      return goFloat(node.value);
    case "date":
      return node.value.toISOString().replace("T", " ").replace(".000Z", " +0000 UTC");
    default:
      return String(node.value);
  }
}

/** A value as `%q` prints it, which is meant for texts and makes a character of an integer. */
export function goQuotedValue(node: ConfigNode): string {
  switch (node.kind) {
    case "string":
      return goQuoteText(node.value);
    case "integer":
      return goQuoteRune(node.value);
    case "float":
    case "boolean":
      return `%!q(${goTypeName(node)}=${goValue(node)})`;
    case "date":
      return goQuoteText(goValue(node));
    default:
      return goValue(node);
  }
}

function goQuoteRune(code: bigint): string {
  const isRune =
    code >= 0n && code <= RUNE_MAX && !(code >= SURROGATE_MIN && code <= SURROGATE_MAX);
  const char = isRune ? String.fromCodePoint(Number(code)) : REPLACEMENT;
  if (char === '"') return `'"'`;
  if (char === "'") return "'\\''";
  return `'${goEscape(Buffer.from(char))}'`;
}

function goFloat(value: number): string {
  const [digits, power] = value.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= EXPONENT_MIN && exponent < EXPONENT_MAX) {
    return value.toFixed(Math.max(0, digits.replace(/^-?\d\.?/, "").length - exponent));
  }
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
