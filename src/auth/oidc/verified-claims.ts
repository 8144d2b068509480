/** What a token says whose signature has been verified. */

import { goQuoteText } from "../../protocol/go-quote.ts";

/** Why a token is refused, after `OIDC token `. */
export class TokenFault extends Error {}

const TOKEN_LENGTH_MAX = 255;
const NAME_LENGTH_MAX = 256;
/** What ends a token of a subject, or is a wildcard. */
const NOT_IN_TOKEN = /[.*>]/;
/** Spaces, and what nobody sees: control and format characters, halves of characters. */
const UNSEEN = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u;
const INVISIBLE = /[\p{Zl}\p{Zp}\p{Cc}\p{Cf}\p{Cs}]/u;

export class ClaimSet {
  readonly #payload: Readonly<Record<string, unknown>>;

  constructor(payload: Readonly<Record<string, unknown>>) {
    this.#payload = payload;
  }

  /**
   * The claim of that name, or else what a path such as `realm_access.roles` leads to. Undefined when
   * there is none; `null` counts as none.
   */
  find(name: string): unknown {
    const direct = memberOf(this.#payload, name);
    if (direct !== undefined || !name.includes(".")) return direct;
    let value: unknown = this.#payload;
    for (const step of name.split(".")) value = memberOf(value, step);
    return value;
  }

  /** Finite seconds since 1970; undefined when there is none. */
  time(name: string): number | undefined {
    const value = this.find(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new TokenFault(`has a claim ${goQuoteText(name)} that is no time`);
  }

  /** A claim that is one text or a list of texts; empty when there is none. */
  texts(name: string): readonly string[] {
    const value = this.find(name);
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((item) => typeof item === "string")) return list;
    throw new TokenFault(`has a claim ${goQuoteText(name)} that is no text`);
  }

  /** The user's name: one line that can be printed. */
  nameOf(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new TokenFault(`has no claim ${goQuoteText(name)}`);
    const text = Number.isSafeInteger(value) ? String(value) : value;
    const isName =
      typeof text === "string" &&
      text !== "" &&
      text.length <= NAME_LENGTH_MAX &&
      !INVISIBLE.test(text);
    if (isName) return text;
    throw new TokenFault(`has a claim ${goQuoteText(name)} that is no name`);
  }

  /**
   * What a claim puts into a subject: each value once, and none when there is no such claim. A value
   * that could mean more than one token of a subject is never used, nor left out: it is a fault.
   */
  tokens(name: string): readonly string[] {
    const value = this.find(name);
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return [...new Set(list.map((item) => subjectToken(item, name)))];
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (!Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name] ?? undefined;
}

function subjectToken(value: unknown, name: string): string {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  const isToken =
    typeof text === "string" &&
    text !== "" &&
    text.length <= TOKEN_LENGTH_MAX &&
    !NOT_IN_TOKEN.test(text) &&
    !UNSEEN.test(text);
  if (isToken) return text;
  throw new TokenFault(`has a claim ${goQuoteText(name)} that cannot be a token of a subject`);
}
