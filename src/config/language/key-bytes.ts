/** Keys as they are written in a file, which need not be UTF-8. */

import type { Place } from "./source.ts";

const REPLACEMENT = "\ufffd";
/** A character takes no more bytes than this for each unit of its text. */
const BYTES_PER_UNIT_MAX = 3;

/** The bytes of a key that stands at a place; where they cannot be told, those of its text. */
export function keyBytes(name: string, { source, offset }: Place): Buffer {
  if (name.includes(REPLACEMENT)) {
    for (let length = name.length; length <= name.length * BYTES_PER_UNIT_MAX; length++) {
      const bytes = source.bytes.subarray(offset, offset + length);
      if (bytes.toString() === name) return bytes;
    }
  }
  return Buffer.from(name);
}
