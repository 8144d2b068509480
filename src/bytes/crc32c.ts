/**
 * CRC-32C (Castagnoli), as Snappy's and S2's streams check their parts with it.
 *
 * Eight bytes at a time: table `k` tells what a byte does to the checksum when `k` more bytes follow.
 */

const POLYNOMIAL = 0x82f63b78;
const BYTE_VALUES = 256;
const TABLES = 8;
const LAST = (TABLES - 1) * BYTE_VALUES;

let table: Int32Array | null = null;

/** Of the bytes from `start` up to `end`; a signed number of 32 bits. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  table ??= makeTable();
  return ~update(table, bytes, start, end);
}

function update(t: Int32Array, bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let i = start;
  for (const last = end - TABLES; i <= last; i += TABLES) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[LAST + (crc & 0xff)]! ^
      t[LAST - 256 + ((crc >>> 8) & 0xff)]! ^
      t[LAST - 512 + ((crc >>> 16) & 0xff)]! ^
      t[LAST - 768 + (crc >>> 24)]! ^
      t[LAST - 1024 + bytes[i + 4]!]! ^
      t[LAST - 1280 + bytes[i + 5]!]! ^
      t[LAST - 1536 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = t[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}

function makeTable(): Int32Array {
  const made = new Int32Array(TABLES * BYTE_VALUES);
  for (let value = 0; value < BYTE_VALUES; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[value] = crc;
  }
  for (let at = BYTE_VALUES; at < made.length; at++) {
    const before = made[at - BYTE_VALUES]!;
    made[at] = made[before & 0xff]! ^ (before >>> 8);
  }
  return made;
}
