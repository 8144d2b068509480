/** Headers of a message that asks to be traced, as nats-server reads them for that purpose. */

import { trimBlanks } from "../../protocol/trim-blanks.ts";

const VERSION = "NATS/1.0\r\n";
const DEST = "Nats-Trace-Dest";
const ONLY = "Nats-Trace-Only";
const ORIGIN_ACCOUNT = "Nats-Trace-Origin-Account";
const ACCEPT_ENCODING = "Accept-Encoding";
const HOP = "Nats-Trace-Hop";
const PARENT = "traceparent";
const STATE = "tracestate";
/** What other servers make of the destination so that nobody traces the message further. */
export const DISABLED = "trace disabled";

/** Headers of a message that are looked at; the others count for no trace. */
export const HEADERS_MAX = 1024;
const TRUE_WORDS: readonly string[] = ["1", "true", "on"];
/** Two characters that Go reads as a number of eight bits with a sign. */
const FLAGS = /^(?:\+[\da-f]|[0-7][\da-f])$/i;
/** A context that can be carried on: version, trace, parent and flags. */
const CONTEXT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const ALL_ZERO = /^0+$/;

/** Values by name, in the order they came; one character per byte. */
export type HeaderMap = ReadonlyMap<string, readonly string[]>;

/** How a trace that has begun elsewhere goes on here. */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: the span of whoever has sent the message. */
  readonly parentId: string;
  readonly flags: number;
  /** As it came; "" for none. */
  readonly state: string;
}

export interface TraceRequest {
  readonly headers: HeaderMap;
  /** Where the event is to go; "" when only the external header asks for it. */
  readonly dest: string;
  /** The account decides where the event goes. */
  readonly isExternal: boolean;
  readonly isOnly: boolean;
  /** From a server that traced in another way; "" for none. */
  readonly originAccount: string;
  readonly acceptEncoding: string;
  /** Under which another server has sent the message; "" for none. */
  readonly hop: string;
}

/**
 * Reads a header block.
 *
 * @param block as it came; it may be cut short.
 * @returns null when it asks for no event.
 */
export function readTraceRequest(block: string): TraceRequest | null {
  const headers = readHeaders(block);
  if (headers === null) return null;
  const first = (name: string): string => headers.get(name)?.[0] ?? "";
  const dests = headers.get(DEST);
  if (dests?.[0] === DISABLED) return null;
  const isExternal = dests === undefined;
  if (isExternal && !isSampled(headers)) return null;
  return {
    headers,
    dest: first(DEST),
    isExternal,
    isOnly: !isExternal && TRUE_WORDS.includes(first(ONLY).toLowerCase()),
    originAccount: first(ORIGIN_ACCOUNT),
    acceptEncoding: first(ACCEPT_ENCODING),
    hop: first(HOP),
  };
}

/** The context of the first header that is valid and sampled; null without one. */
export function readTraceContext(block: string): TraceContext | null {
  const headers = readHeaders(block);
  if (headers === null) return null;
  for (const value of valuesOf(headers, PARENT)) {
    const [, version, traceId = "", parentId = "", flags = ""] = CONTEXT.exec(value) ?? [];
    if (version === undefined || version === "ff") continue;
    // Version 00 ends with the flags.
    if (version === "00" && value.length !== "00-".length + 32 + 1 + 16 + 1 + 2) continue;
    if (ALL_ZERO.test(traceId) || ALL_ZERO.test(parentId)) continue;
    const bits = Number.parseInt(flags, 16);
    if ((bits & 1) === 0) continue;
    const state = [...valuesOf(headers, STATE)].join(",");
    return { traceId, parentId, flags: bits, state };
  }
  return null;
}

function isSampled(headers: HeaderMap): boolean {
  for (const value of valuesOf(headers, PARENT)) {
    const parts = value.split("-");
    const flags = parts[3] ?? "";
    if (parts.length === 4 && FLAGS.test(flags) && (Number.parseInt(flags, 16) & 1) === 1) {
      return true;
    }
  }
  return false;
}

/** Of a header whose name is in any case. */
function* valuesOf(headers: HeaderMap, name: string): Iterable<string> {
  for (const [key, values] of headers) if (key.toLowerCase() === name) yield* values;
}

/** A name reaches up to the next colon, whatever stands there; empty values do not count. */
function readHeaders(block: string): HeaderMap | null {
  if (!block.startsWith(VERSION)) return null;
  const headers = new Map<string, string[]>();
  let count = 0;
  for (let at = VERSION.length; at < block.length && count < HEADERS_MAX; count++) {
    const colon = block.indexOf(":", at);
    if (colon < 0) break;
    const name = block.slice(at, colon);
    let start = colon + 1;
    while (block[start] === " " || block[start] === "\t") start++;
    const end = block.indexOf("\r\n", start);
    if (end < 0) break;
    const value = trimBlanks(block.slice(start, end));
    at = end + "\r\n".length;
    if (name === "" || value === "") continue;
    const values = headers.get(name) ?? [];
    values.push(value);
    headers.set(name, values);
  }
  return headers;
}
