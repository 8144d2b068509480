/** Hot path. Reply subjects that tell which cluster, and which server of it, an answer is for. */

import { startsWith } from "../../bytes/ascii.ts";

export const BEGIN = Buffer.from("_GR_.");
export const HASH_BYTES = 6;
/** Where the hashes begin, counted from the beginning of the subject. */
export const CLUSTER_AT = BEGIN.length;
export const SERVER_AT = CLUSTER_AT + HASH_BYTES + 1;
const SERVICE_BEGIN = Buffer.from("_R_.");
const PREFIX_BYTES = SERVER_AT + HASH_BYTES + 1;

/** Bytes in front of the reply subject proper; 0 where there is nothing like that. */
export function prefixLength(buf: Uint8Array, start: number, end: number): number {
  return end - start > PREFIX_BYTES && startsWith(buf, start, end, BEGIN) ? PREFIX_BYTES : 0;
}

/** Whether it is the reply subject of a request that has come through a service of another account. */
export function isServiceReply(buf: Uint8Array, start: number, end: number): boolean {
  return end - start > SERVICE_BEGIN.length && startsWith(buf, start, end, SERVICE_BEGIN);
}

/** Whether there stand the bytes of a hash. */
export function hasHash(buf: Uint8Array, at: number, hash: Uint8Array): boolean {
  for (let i = 0; i < hash.length; i++) if (buf[at + i] !== hash[i]) return false;
  return true;
}
