/** Which requests to a service are measured: so many in a hundred, or those that are traced anyway. */

import type { Message } from "../../protocol/message.ts";
import { type Headers, readHeaders } from "./latency-headers.ts";

/** Headers of tracing systems, with the names that nats-server's reader gives them. */
const UBER = "Uber-Trace-Id";
const UBER_CONTEXT = "Uberctx-";
const B3 = "B3";
const B3_SAMPLED = "X-B3-Sampled";
const B3_TRACE = "X-B3-Traceid";
const B3_ALL = [B3_SAMPLED, B3_TRACE, "X-B3-Parentspanid", "X-B3-Spanid"];
const TRACE_PARENT = "Traceparent";
const TRACE_STATE = "Tracestate";

/** nats-server reads the last digit alone. */
const UBER_FLAGS = /^.?([\da-fA-F])$/s;
const PARENT_FLAGS = /^[+\da-fA-F][\da-fA-F]$/;
/** nats-server reads the flags as a signed number. */
const PARENT_FLAGS_MAX = 127;

const NO_HEADERS: Headers = new Map();

/**
 * Decides about one request.
 *
 * @param sampling percent; 0 for the headers alone, which also decide where chance has not.
 * @returns the headers that it is measured for, none for chance; null when it is not measured.
 */
export function sample(sampling: number, message: Message, random: () => number): Headers | null {
  if (sampling < 0) return null;
  if (sampling >= 100) return NO_HEADERS;
  // As in nats-server, one in a hundred more than asked for.
  if (sampling > 0 && Math.floor(random() * 100) <= sampling) return NO_HEADERS;
  const headers = readHeaders(message);
  return headers === null ? null : deciding(headers);
}

/** The first kind of header that is there decides alone. */
function deciding(headers: Headers): Headers | null {
  const uber = headers.get(UBER);
  if (uber !== undefined) return isUberSampled(uber[0]!) ? withContext(headers) : null;
  const sampled = headers.get(B3_SAMPLED)?.[0];
  if (sampled === "1") return pick(headers, B3_ALL);
  if (sampled === "0") return null;
  if (headers.has(B3_TRACE)) return pick(headers, B3_ALL);
  const b3 = headers.get(B3);
  if (b3 !== undefined) return isB3Denied(b3[0]!) ? null : pick(headers, [B3]);
  const parent = headers.get(TRACE_PARENT);
  if (parent === undefined || !isParentSampled(parent[0]!)) return null;
  return pick(headers, [TRACE_PARENT, TRACE_STATE]);
}

/** `479fefe9525eddb:5adb976bfc1f95c1:479fefe9525eddb:1` */
function isUberSampled(value: string): boolean {
  const parts = value.split(":");
  const digit = UBER_FLAGS.exec(parts[3] ?? "")?.[1];
  return parts.length === 4 && digit !== undefined && isOdd(digit);
}

/** `80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90`, or `0` alone. */
function isB3Denied(value: string): boolean {
  const parts = value.split("-");
  return parts.length === 1 ? value === "0" : parts[2] === "0";
}

/** `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01` */
function isParentSampled(value: string): boolean {
  const parts = value.split("-");
  const flags = parts[3] ?? "";
  if (parts.length !== 4 || !PARENT_FLAGS.test(flags)) return false;
  return Number.parseInt(flags, 16) <= PARENT_FLAGS_MAX && isOdd(flags);
}

function isOdd(hex: string): boolean {
  return (Number.parseInt(hex, 16) & 1) === 1;
}

function withContext(headers: Headers): Headers {
  const names = [...headers.keys()].filter((name) => name.startsWith(UBER_CONTEXT));
  return pick(headers, [UBER, ...names]);
}

function pick(headers: Headers, names: readonly string[]): Headers {
  const picked = new Set(names);
  return new Map([...headers].filter(([name]) => picked.has(name)));
}
