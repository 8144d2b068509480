/** What a conformance transcript is, and short ways to write one. */

import type { TargetOptions } from "../support/target.ts";
import type { Split } from "../support/wire.ts";

export interface Step {
  /** The connection it happens on, opened at its first step; "a" if not given. */
  conn?: string;
  send?: string | Uint8Array;
  /** Sent in several writes, cut here. */
  split?: Split;
  /** Wait for this in what the connection has received, or for its end; else for quiet. */
  until?: RegExp | "end";
  /** Listen for exactly this long, for what comes by the clock, or must not come. */
  listenMs?: number;
  /** After sending, close this side and wait for the server to answer what it has and to end. */
  finish?: boolean;
}

/** Bytes to send to a server; what has to come back is whatever nats-server answers. */
export interface Transcript {
  name: string;
  options?: TargetOptions;
  /** Deliveries may come in any order: neighbouring ones are sorted before they are compared. */
  unordered?: boolean;
  steps: Step[];
}

/** Neither `+OK` nor pedantic checks: what most client libraries ask for. */
export const PLAIN =
  'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n';
export const VERBOSE = 'CONNECT {"verbose":true,"pedantic":false,"headers":true}\r\n';
export const PEDANTIC = 'CONNECT {"verbose":false,"pedantic":true,"headers":true}\r\n';
/** Both defaults made explicit, with headers. */
export const STRICT = 'CONNECT {"verbose":true,"pedantic":true,"headers":true}\r\n';
/** Own messages are not delivered back. */
export const NO_ECHO =
  'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"echo":false}\r\n';
export const PING = "PING\r\n";

/** A transcript of one connection and one write. */
export function one(
  name: string,
  send: string | Uint8Array,
  more: Omit<Transcript, "name" | "steps"> & { split?: Split } = {},
): Transcript {
  const { split, ...rest } = more;
  return { name, ...rest, steps: [split === undefined ? { send } : { send, split }] };
}

/** A transcript of one connection and several writes, each answered before the next. */
export function sequence(name: string, ...sends: (string | Uint8Array)[]): Transcript {
  return { name, steps: sends.map((send) => ({ send })) };
}

/** Puts bytes together that no string can hold. */
export function bytes(...parts: (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}
