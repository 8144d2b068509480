/** Eight characters by which servers tell each other apart on subjects. */

import { shortHash } from "../../protocol/server-hash.ts";

const LENGTH = 8;

/** @param name of the server. */
export function serverHash(name: string): string {
  return shortHash(LENGTH, name);
}
