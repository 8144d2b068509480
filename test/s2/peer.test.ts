/** What real nats-servers send compressed is read, and they read what is compressed here. */

import { describe, expect, test } from "bun:test";
import type { S2Level } from "../../src/s2/s2-level.ts";
import { natsLines } from "../support/nats-lines.ts";
import { findPeer, type Suite } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { S2Peer } from "../support/s2-peer.ts";

const LEVELS: readonly S2Level[] = ["uncompressed", "fast", "better", "best"];
const SIZES = [0, 1, 5, 40, 1_000, 33_000, 70_000, 300_000, 1_100_000, 3_000_000];

/** Bytes that do not shrink, lines as servers send them, and one byte over and over. */
function payloads(random: Prng): Buffer[] {
  const noise = random.bytes(50_000);
  return SIZES.flatMap((size, i) => {
    const lines = natsLines(random, size);
    if (i % 3 === 0) noise.copy(lines, size >> 1);
    return size < 400_000 ? [lines, Buffer.alloc(size, size), noise.subarray(0, size)] : [lines];
  });
}

for (const suite of ["sid", "trixie"] satisfies Suite[]) {
  const binary = findPeer(suite);
  describe.skipIf(binary === undefined)(`nats-server of ${suite}`, () => {
    for (const level of LEVELS) {
      test(`${level}: messages of all sizes in both directions`, async () => {
        await withSeed(async (random) => {
          await using peer = await S2Peer.start(binary!);
          const client = await peer.client();
          const route = await peer.route(level);
          await client.send("SUB in 1\r\nPING\r\n");
          expect(await route.waitFor("RS+ $G in\r\n")).toBe(true);
          await route.send("RS+ $G out\r\nPING\r\n");
          expect(await route.waitFor("PONG\r\n")).toBe(true);

          const all = payloads(random);
          const before = route.plain.length;
          const rawBefore = route.rawBytes;
          for (const payload of all) {
            await route.send(`RMSG $G in ${payload.length}\r\n`, payload, "\r\n");
            await client.send(Buffer.concat([head("PUB out", payload), payload, END]));
          }
          await route.send("RMSG $G in 4\r\nlast\r\n");
          await client.send("PUB out 4\r\nlast\r\n");

          expect(await client.waitFor("4\r\nlast\r\n", 15_000)).toBe(true);
          expect(await route.waitFor("4\r\nlast\r\n", 15_000)).toBe(true);
          const got = afterPong(client.received);
          expect(got.equals(frames("MSG in 1", all))).toBe(true);
          const routed = withoutPings(route.plain.subarray(before));
          expect(routed.equals(frames("RMSG $G out", all))).toBe(true);
          // Otherwise nothing would be known of what it makes of repetitions.
          const isSmaller = route.rawBytes - rawBefore < (route.plain.length - before) * 0.8;
          expect(isSmaller).toBe(level !== "uncompressed");
          client.close();
          route.wire.close();
        });
      }, 20_000);
    }
  });
}

const END = Buffer.from("\r\n");
const PING = Buffer.from("PING\r\n");

function head(start: string, payload: Buffer): Buffer {
  return Buffer.from(`${start} ${payload.length}\r\n`);
}

function frames(start: string, all: Buffer[]): Buffer {
  const last = Buffer.from("last");
  return Buffer.concat([...all, last].flatMap((payload) => [head(start, payload), payload, END]));
}

function afterPong(received: Buffer): Buffer {
  const at = received.lastIndexOf("PONG\r\n", received.indexOf("MSG in 1"));
  return received.subarray(at + PING.length);
}

/** The real server asks on its own account, between two messages. */
function withoutPings(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(PING); at >= 0; at = bytes.indexOf(PING, at + 1)) {
    parts.push(bytes.subarray(start, at));
    start = at + PING.length;
  }
  return Buffer.concat([...parts, bytes.subarray(start)]);
}
