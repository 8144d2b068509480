/** What reply subjects begin with: made once for each cluster and server. */

import { DOT } from "../../bytes/ascii.ts";
import { shortHash } from "../../protocol/server-hash.ts";
import { BEGIN, HASH_BYTES } from "./gateway-reply.ts";

const POINT = Buffer.of(DOT);

/** Stands for a cluster, by its name, or for a server, by its id. */
export function replyHash(name: string): Buffer {
  return Buffer.from(shortHash(HASH_BYTES, name));
}

export function replyPrefix(clusterHash: Buffer, serverHash: Buffer): Buffer {
  return Buffer.concat([BEGIN, clusterHash, POINT, serverHash, POINT]);
}
