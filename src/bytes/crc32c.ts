/** CRC-32C (Castagnoli), as Snappy's streams check their parts with it. */

const POLYNOMIAL = 0x82f63b78;
const BYTE_VALUES = 256;

let table: Int32Array | null = null;

/** Of the bytes from `start` up to `end`; a signed number of 32 bits. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  table ??= makeTable();
  let crc = -1;
  for (let i = start; i < end; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc;
}

function makeTable(): Int32Array {
  const made = new Int32Array(BYTE_VALUES);
  for (let value = 0; value < BYTE_VALUES; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[value] = crc;
  }
  return made;
}
