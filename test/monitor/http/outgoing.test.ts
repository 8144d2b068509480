/** Long answers on their way: what they count for, and when no more do. */

import { expect, test } from "bun:test";
import { OUTGOING_BYTES_MAX, OutgoingAnswers } from "../../../src/monitor/http/outgoing.ts";

const LONG = Buffer.alloc(1024 * 1024, "x");

function streamOf(outgoing: OutgoingAnswers, answer = LONG): ReadableStream<Uint8Array> {
  return outgoing.bodyOf(answer) as ReadableStream<Uint8Array>;
}

test("they count until they are sent, and come whole", async () => {
  const outgoing = new OutgoingAnswers();
  const streams = [streamOf(outgoing), streamOf(outgoing)];
  expect(outgoing.bytes).toBe(2 * LONG.length);
  for (const stream of streams) {
    expect(Buffer.from(await new Response(stream).arrayBuffer()).equals(LONG)).toBe(true);
  }
  expect(outgoing.bytes).toBe(0);
});

test("they count no more when nobody wants them, and only once", async () => {
  const outgoing = new OutgoingAnswers();
  const [untouched, begun] = [streamOf(outgoing), streamOf(outgoing)];
  await untouched.cancel();
  expect(outgoing.bytes).toBe(LONG.length);
  const reader = begun.getReader();
  await reader.read();
  await reader.cancel();
  await reader.cancel();
  expect(outgoing.bytes).toBe(0);
});

test("together they have a limit, short ones have none", () => {
  const outgoing = new OutgoingAnswers();
  expect(outgoing.hasRoom(2 * OUTGOING_BYTES_MAX)).toBe(true);
  streamOf(outgoing);
  expect(outgoing.hasRoom(OUTGOING_BYTES_MAX)).toBe(false);
  expect(outgoing.hasRoom(OUTGOING_BYTES_MAX - LONG.length)).toBe(true);
  expect(outgoing.hasRoom(OUTGOING_BYTES_MAX - LONG.length + 1)).toBe(false);
  while (outgoing.bytes < OUTGOING_BYTES_MAX) streamOf(outgoing);
  expect(outgoing.hasRoom(1000)).toBe(true);
  const short = Buffer.from("short");
  expect(outgoing.bodyOf(short)).toBe(short);
  expect(outgoing.bytes).toBe(OUTGOING_BYTES_MAX);
});
