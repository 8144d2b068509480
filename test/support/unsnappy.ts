/** Reads Snappy's framing format, as its description says; checks every checksum. */

const START = Buffer.from([0xff, 6, 0, 0, ...Buffer.from("sNaPpY")]);
const CRC_MASK = 0xa282ead8;
const POLYNOMIAL = 0x82f63b78;
const CHUNK_MAX = 65_536;

/** @throws Error when something is wrong. */
export function unsnappy(stream: Uint8Array): Buffer {
  const bytes = Buffer.from(stream);
  if (!bytes.subarray(0, START.length).equals(START)) throw new Error("no stream of Snappy's");
  const parts: Buffer[] = [];
  for (let at = START.length; at < bytes.length; ) {
    const type = bytes[at]!;
    const end = at + 4 + bytes.readUIntLE(at + 1, 3);
    if (type > 1 || end > bytes.length) throw new Error(`bad chunk of type ${type}`);
    const raw = bytes.subarray(at + 8, end);
    const data = type === 0 ? unblock(raw) : raw;
    if (data.length > CHUNK_MAX) throw new Error("chunk too long");
    if (bytes.readUInt32LE(at + 4) !== masked(data)) throw new Error("wrong checksum");
    parts.push(data);
    at = end;
  }
  return Buffer.concat(parts);
}

function unblock(block: Buffer): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block[at++]!;
    length += (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const out = Buffer.alloc(length);
  let o = 0;
  while (at < block.length) {
    const tag = block[at++]!;
    const size = tag >> 2;
    if ((tag & 3) === 0) {
      const more = size < 60 ? 0 : size - 59;
      const count = 1 + (more === 0 ? size : block.readUIntLE(at, more));
      at += more;
      if (at + count > block.length) throw new Error("literal too long");
      o += block.copy(out, o, at, at + count);
      at += count;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const count = isShort ? 4 + (size & 7) : 1 + size;
    const width = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
    const offset = block.readUIntLE(at, width) + (isShort ? (tag >> 5) << 8 : 0);
    at += width;
    if (offset === 0 || offset > o || o + count > length) throw new Error("bad copy");
    for (let i = 0; i < count; i++, o++) out[o] = out[o - offset]!;
  }
  if (o !== length) throw new Error(`${o} bytes instead of ${length}`);
  return out;
}

function masked(data: Uint8Array): number {
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + CRC_MASK) >>> 0;
}
