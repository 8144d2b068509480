/** Hot path. Subjects that servers use among themselves and clients must not publish to. */

import { DOLLAR, startsWith, UNDERSCORE } from "../bytes/ascii.ts";

const GATEWAY = Buffer.from("_GR_.");
const OLD_GATEWAY = Buffer.from("$GR.");
const RAFT = Buffer.from("$NRG.");
const SERVICE_REPLY = Buffer.from("_R_.");
const ACK = Buffer.from("$JS.ACK.");

/** Gateway replies and raft traffic. */
export function isReservedSubject(buf: Uint8Array, start: number, end: number): boolean {
  const first = buf[start];
  if (first !== DOLLAR && first !== UNDERSCORE) return false;
  return (
    goesBeyond(buf, start, end, GATEWAY) ||
    goesBeyond(buf, start, end, OLD_GATEWAY) ||
    startsWith(buf, start, end, RAFT)
  );
}

/** Replies that servers make up for service imports, acknowledgements and gateways. */
export function isReservedReply(buf: Uint8Array, start: number, end: number): boolean {
  const first = buf[start];
  if (first !== DOLLAR && first !== UNDERSCORE) return false;
  return (
    startsWith(buf, start, end, SERVICE_REPLY) ||
    goesBeyond(buf, start, end, ACK) ||
    goesBeyond(buf, start, end, GATEWAY) ||
    goesBeyond(buf, start, end, OLD_GATEWAY)
  );
}

/** Tells whether the range begins with the prefix and has more after it. */
function goesBeyond(buf: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  return end - start > prefix.length && startsWith(buf, start, end, prefix);
}
