/** IP addresses as Go's netip package reads them, with its words for what is wrong. */

import { goQuoteText } from "./go-quote.ts";

const FIELDS_OF_4 = 4;
const FIELDS_OF_6 = 8;
const FIELD_DIGITS_MAX = 4;
const HEX_DIGITS = /^[0-9a-f]*/i;

/**
 * Version of an address: 4 for `1.2.3.4`, 6 for `::1`, `::ffff:1.2.3.4` or `fe80::1%eth0`.
 *
 * @throws Error with Go's text.
 */
export function ipVersion(text: string): 4 | 6 {
  const fail = (what: string, at = ""): never => {
    const where = at === "" ? "" : ` (at ${goQuoteText(at)})`;
    throw new Error(`ParseAddr(${goQuoteText(text)}): ${what}${where}`);
  };
  const separator = /[.:%]/.exec(text)?.[0];
  if (separator === undefined) return fail("unable to parse IP");
  if (separator === "%") return fail("missing IPv6 address");
  if (separator === ":") check6(text, fail);
  else check4(text, fail);
  return separator === ":" ? 6 : 4;
}

type Fail = (what: string, at?: string) => never;

function check4(text: string, fail: Fail): void {
  let fields = 1;
  let digits = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char >= "0" && char <= "9") {
      if (digits === "0") fail("IPv4 field has octet with leading zero");
      digits += char;
      if (Number(digits) > 255) fail("IPv4 field has value >255");
    } else if (char !== ".") fail("unexpected character", text.slice(i));
    else {
      if (digits === "" || i === text.length - 1) {
        fail("IPv4 field must have at least one digit", text.slice(i));
      }
      if (fields === FIELDS_OF_4) fail("IPv4 address too long");
      fields++;
      digits = "";
    }
  }
  if (fields < FIELDS_OF_4) fail("IPv4 address too short");
}

function check6(text: string, fail: Fail): void {
  const percent = text.indexOf("%");
  if (percent === text.length - 1) fail("zone must be a non-empty string");
  let rest = percent < 0 ? text : text.slice(0, percent);
  let hasEllipsis = rest.startsWith("::");
  if (hasEllipsis) rest = rest.slice(2);
  if (hasEllipsis && rest === "") return;

  let fields = 0;
  while (fields < FIELDS_OF_6) {
    const digits = HEX_DIGITS.exec(rest)![0].length;
    if (digits > FIELD_DIGITS_MAX) fail("each group must have 4 or less digits", rest);
    if (digits === 0) fail("each colon-separated field must have at least one digit", rest);
    if (rest[digits] === ".") {
      checkEmbedded4(rest, fields, hasEllipsis, fail);
      fields += 2;
      rest = "";
      break;
    }
    fields++;
    rest = rest.slice(digits);
    if (rest === "") break;
    if (!rest.startsWith(":")) fail("unexpected character, want colon", rest);
    if (rest === ":") fail("colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (!rest.startsWith(":")) continue;
    if (hasEllipsis) fail("multiple :: in address", rest);
    hasEllipsis = true;
    rest = rest.slice(1);
    if (rest === "") break;
  }
  if (rest !== "") fail("trailing garbage after address", rest);
  if (fields < FIELDS_OF_6 && !hasEllipsis) fail("address string too short");
  if (fields === FIELDS_OF_6 && hasEllipsis) {
    fail("the :: must expand to at least one field of zeros");
  }
}

/** The last two fields in the form of an IPv4 address. */
function checkEmbedded4(rest: string, fields: number, hasEllipsis: boolean, fail: Fail): void {
  const fieldsBefore = FIELDS_OF_6 - 2;
  if (!hasEllipsis && fields !== fieldsBefore) {
    fail("embedded IPv4 address must replace the final 2 fields of the address", rest);
  }
  if (fields > fieldsBefore) {
    fail("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
  }
  check4(rest, fail);
}
