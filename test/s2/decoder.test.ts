/** What is read of S2's streams, and what is refused. */

import { expect, test } from "bun:test";
import { S2Decoder } from "../../src/s2/s2-decoder.ts";
import { S2Error } from "../../src/s2/s2-error.ts";
import {
  BlockByHand,
  chunk,
  maskedCrcOf,
  plainChunk,
  S2_START,
  SNAPPY_START,
  varint,
} from "../support/s2-stream.ts";

const PING = Buffer.from("PING\r\n");
const MIB = 1024 * 1024;

function decode(...pieces: Uint8Array[]): string {
  const parts: Buffer[] = [];
  const decoder = new S2Decoder();
  for (const piece of pieces) decoder.decode(Buffer.from(piece), (bytes) => parts.push(bytes));
  return Buffer.concat(parts).toString("latin1");
}

/** The text of the error, with what came before it. */
function failure(...parts: Uint8Array[]): string {
  const decoder = new S2Decoder();
  const plain: Buffer[] = [];
  try {
    decoder.decode(Buffer.concat(parts), (bytes) => plain.push(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(S2Error);
    // It stays broken.
    expect(() => decoder.decode(S2_START, () => {})).toThrow((error as Error).message);
    expect(decoder.heldBytes).toBe(0);
    return `${Buffer.concat(plain)}|${(error as Error).message}`;
  }
  return `${Buffer.concat(plain)}|none`;
}

test("a PING as nats-server sends it", () => {
  const stream = Buffer.from("ff06000053327354774f010a0000ab90cc2450494e470d0a", "hex");
  expect(decode(stream)).toBe("PING\r\n");
});

test("identifiers again and again, bare chunks, and chunks that may be skipped", () => {
  const padding = [chunk(0xfe, Buffer.alloc(70_000)), chunk(0x80), chunk(0xfd, Buffer.alloc(3))];
  const index = chunk(0x99, Buffer.from("index"));
  const ping = plainChunk(PING);
  const stream = [S2_START, ping, ping, S2_START, S2_START, ...padding, ping, index, ping];
  expect(decode(Buffer.concat(stream))).toBe("PING\r\n".repeat(4));
  expect(decode(...stream)).toBe("PING\r\n".repeat(4));
});

test("byte by byte", () => {
  const block = new BlockByHand();
  block.literal(Buffer.from("RMSG $G foo 5\r\n"), 0);
  block.copy(15, 60, 2);
  block.repeat(300, 2);
  const stream = Buffer.concat([S2_START, chunk(0xfe, PING), block.finish(), plainChunk(PING)]);
  expect(decode(...Array.from(stream, (byte) => Buffer.from([byte])))).toBe(
    `${"RMSG $G foo 5\r\n".repeat(25)}PING\r\n`,
  );
});

test("chunks without data", () => {
  const empty = chunk(0, maskedCrcOf(Buffer.alloc(0)), varint(0));
  expect(decode(S2_START, empty, plainChunk(Buffer.alloc(0)), plainChunk(PING))).toBe("PING\r\n");
});

test("blocks up to 4 MiB, in Snappy's streams up to 64 KiB", () => {
  const large = new BlockByHand();
  large.literal(Buffer.from("a"), 0);
  large.copy(1, 63, 2);
  large.repeat(4 * MIB - 64, 3);
  expect(decode(S2_START, large.finish()).length).toBe(4 * MIB);
  large.repeat(4, 0);
  expect(failure(S2_START, large.finish())).toBe("|s2: corrupt input");

  const small = plainChunk(Buffer.alloc(65_536));
  const tooLarge = plainChunk(Buffer.alloc(65_537));
  expect(decode(SNAPPY_START, small).length).toBe(65_536);
  expect(failure(SNAPPY_START, tooLarge)).toBe("|s2: corrupt input");
  expect(decode(SNAPPY_START, small, S2_START, tooLarge).length).toBe(131_073);
});

test("what is no stream", () => {
  expect(failure(PING)).toBe("|s2: corrupt input");
  expect(failure(plainChunk(PING))).toBe("|s2: corrupt input");
  expect(failure(chunk(0xfe), S2_START)).toBe("|s2: corrupt input");
  expect(failure(chunk(0xff, Buffer.from("S2sTw0")))).toBe("|s2: corrupt input");
  expect(failure(chunk(0xff, Buffer.from("S2sTwO!")))).toBe("|s2: corrupt input");
  expect(failure(S2_START, chunk(0x02))).toBe("|s2: unsupported input");
  expect(failure(S2_START, chunk(0x7f, PING))).toBe("|s2: unsupported input");
  expect(failure(S2_START, chunk(1, Buffer.alloc(3)))).toBe("|s2: corrupt input");
  expect(failure(S2_START, chunk(0, Buffer.alloc(4)))).toBe("|s2: corrupt input");
});

test("a chunk that claims too much is refused before it comes", () => {
  const claims = Buffer.from([0, 0xff, 0xff, 0xff]);
  expect(failure(S2_START, claims)).toBe("|s2: corrupt input");
  claims[0] = 1;
  expect(failure(S2_START, claims)).toBe("|s2: corrupt input");
});

test("data before a wrong checksum is given out, none from there on", () => {
  const broken = plainChunk(PING);
  broken[9]! ^= 1;
  const text = "PING\r\n|s2: corrupt input, crc mismatch";
  expect(failure(S2_START, plainChunk(PING), broken, plainChunk(PING))).toBe(text);
});

test("blocks that are broken", () => {
  const crc = Buffer.alloc(4);
  const blocks: Record<string, number[]> = {
    "longer than said": [1, 4, 65, 65],
    "shorter than said": [9, 4, 65, 65],
    "a literal beyond the end": [9, 8, 65, 65],
    "a literal of 4 GiB": [9, 0xfc, 0xff, 0xff, 0xff, 0xff],
    "a literal of 2 GiB": [9, 0xfc, 0xff, 0xff, 0xff, 0x7f],
    "a repeat at first": [5, 0, 65, 1, 0],
    "an offset of 0": [3, 0, 65, 6, 0, 0],
    "an offset before the data": [5, 0, 65, 1, 2],
    "a negative offset": [5, 0, 65, 0x0f, 0xff, 0xff, 0xff, 0xff],
    "a copy beyond the end": [4, 0, 65, 1, 1],
    "a copy without its offset": [5, 0, 65, 2],
    "a repeat without its length": [9, 0, 65, 1, 1, 0x15, 0],
    "a length without an end": [0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
    "a length of 32 GiB": [0xff, 0xff, 0xff, 0xff, 0x7f],
  };
  for (const [name, bytes] of Object.entries(blocks)) {
    const text = failure(S2_START, chunk(0, crc, Buffer.from(bytes)));
    expect(`${name}${text}`).toBe(`${name}|s2: corrupt input`);
  }
});

test("larger data has memory of its own", () => {
  const decoder = new S2Decoder();
  const sizes: number[][] = [];
  const piece = Buffer.concat([
    S2_START,
    ...[4096, 70_000].map((n) => plainChunk(Buffer.alloc(n))),
  ]);
  decoder.decode(piece, (bytes) => sizes.push([bytes.length, bytes.buffer.byteLength]));
  expect(sizes).toEqual([
    [4096, 4096],
    [70_000, 70_000],
  ]);
});

test("no more is kept than a chunk may have, and nothing of what is skipped", () => {
  const decoder = new S2Decoder();
  const piece = Buffer.alloc(64 * 1024);
  const count = (bytes: Buffer) => expect(bytes.length).toBe(4 * MIB);
  decoder.decode(S2_START, count);
  decoder.decode(Buffer.from([0xfe, 0xff, 0xff, 0xff]), count);
  for (let i = 0; i < 200; i++) decoder.decode(piece, count);
  expect(decoder.heldBytes).toBe(0);
  decoder.decode(Buffer.alloc(0xffffff - 200 * piece.length), count);

  const chunkOfMost = plainChunk(Buffer.alloc(4 * MIB));
  decoder.decode(chunkOfMost.subarray(0, 7), count);
  expect(decoder.heldBytes).toBeLessThan(1024);
  let most = 0;
  for (let at = 7; at < chunkOfMost.length; at += piece.length) {
    decoder.decode(chunkOfMost.subarray(at, at + piece.length), count);
    most = Math.max(most, decoder.heldBytes);
  }
  expect(most).toBe(8 * MIB);
  expect(decoder.heldBytes).toBe(0);
});
