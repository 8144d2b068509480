/**
 * Parameters of a request, as Go's net/url and nats-server read them: of a repeated one the first
 * counts, what cannot be decoded is dropped, and an empty one is as good as none.
 */

import { ConnzState } from "../../documents/connz/connz-options.ts";
import { DocumentError } from "../../documents/document-error.ts";
import { goQuote } from "../../protocol/go-quote.ts";

/** What Go's strconv takes for a boolean. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);
const INT = /^[+-]?\d+$/;
const UINT = /^\d+$/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
/** A request has no more parameters than that; the rest is dropped. */
const PARAMETERS_MAX = 256;

/** How a state of connections may be asked for. */
const STATES: ReadonlyMap<string, number> = new Map([
  ["open", ConnzState.Open],
  ["closed", ConnzState.Closed],
  ["any", ConnzState.All],
  ["all", ConnzState.All],
]);

/** Which subscriptions are asked for. */
export interface AskedSubscriptions {
  readonly subscriptions: boolean;
  readonly subscriptions_detail: boolean;
}

export class Query {
  readonly #values = new Map<string, Buffer>();

  /** @param search without the question mark, as it was sent. */
  constructor(search: string) {
    for (const pair of search.split("&", PARAMETERS_MAX)) {
      if (pair === "" || pair.includes(";")) continue;
      const equals = pair.indexOf("=");
      const key = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
      const value = unescapeQuery(equals < 0 ? "" : pair.slice(equals + 1));
      if (key === undefined || value === undefined) continue;
      const name = key.toString();
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  text(name: string): string {
    return this.#values.get(name)?.toString() ?? "";
  }

  /** @throws DocumentError, as all that follow. */
  flag(name: string): boolean {
    const text = this.text(name);
    if (text === "") return false;
    const value = BOOLEANS.get(text);
    if (value === undefined) throw this.#fault("boolean", name, "ParseBool", "invalid syntax");
    return value;
  }

  /** A 64-bit integer; beyond 2^53 neighbours are one, which no paging minds. */
  integer(name: string): number {
    const text = this.text(name);
    if (text === "") return 0;
    if (!INT.test(text)) throw this.#fault("int", name, "Atoi", "invalid syntax");
    const value = BigInt(text.replace("+", ""));
    if (BigInt.asIntN(64, value) !== value) {
      throw this.#fault("int", name, "Atoi", "value out of range");
    }
    return Number(value);
  }

  /** As `integer`, without a sign. */
  natural(name: string): number {
    const text = this.text(name);
    if (text === "") return 0;
    if (!UINT.test(text)) throw this.#fault("uint64", name, "ParseUint", "invalid syntax");
    const value = BigInt(text);
    if (BigInt.asUintN(64, value) !== value) {
      throw this.#fault("uint64", name, "ParseUint", "value out of range");
    }
    return Number(value);
  }

  /** One of `ConnzState`. */
  state(): number {
    const text = this.text("state");
    if (text === "") return ConnzState.Open;
    const state = STATES.get(text.toLowerCase());
    if (state === undefined) throw new DocumentError(`Error decoding state for ${text}`);
    return state;
  }

  /** A boolean or `detail`. */
  subscriptions(): AskedSubscriptions {
    const isDetail = this.text("subs").toLowerCase() === "detail";
    return { subscriptions: !isDetail && this.flag("subs"), subscriptions_detail: isDetail };
  }

  #fault(kind: string, name: string, call: string, what: string): DocumentError {
    const value = goQuote(this.#values.get(name)!);
    const reason = `strconv.${call}: parsing ${value}: ${what}`;
    return new DocumentError(`Error decoding ${kind} for '${name}': ${reason}`);
  }
}

/** Undefined for what is no escaped text. */
function unescapeQuery(text: string): Buffer | undefined {
  return unescapeBytes(text.replaceAll("+", " "));
}

/** The bytes behind `%XX`; undefined when a percent sign stands for nothing. */
export function unescapeBytes(text: string): Buffer | undefined {
  if (!text.includes("%")) return Buffer.from(text);
  if (BAD_ESCAPE.test(text)) return undefined;
  const parts: Buffer[] = [];
  for (const [index, part] of text.split("%").entries()) {
    if (index > 0) parts.push(Buffer.from([Number.parseInt(part.slice(0, 2), 16)]));
    parts.push(Buffer.from(index > 0 ? part.slice(2) : part));
  }
  return Buffer.concat(parts);
}
