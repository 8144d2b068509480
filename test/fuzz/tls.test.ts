/**
 * Broken handshakes, made of a whole one: whatever comes, the server answers with TLS or not at all,
 * ends the connection, and goes on serving others.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { connect } from "node:tls";
import { ClientHelloError, parseClientHello } from "../../src/net/tls/client-hello.ts";
import { HelloCollector } from "../../src/net/tls/hello-collector.ts";
import { TlsClient } from "../net/tls-client.ts";
import { Pki } from "../net/tls-pki.ts";
import { captureHello } from "../net/tls-relay.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { startServer, until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const PARSED = 5000;
const CONNECTIONS = 200;
const AT_ONCE = 20;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

let pki: Pki;
let hello: Buffer;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  hello = await captureHello((port) => {
    const options = { host: "127.0.0.1", port, servername: "localhost", rejectUnauthorized: false };
    return connect(options).on("error", () => {});
  });
});

afterAll(() => pki[Symbol.asyncDispose]());

/** The hello with some bytes changed, perhaps cut off, perhaps with something behind it. */
function tampered(random: Prng): Buffer {
  const bytes = Buffer.from(hello);
  for (let changes = random.below(4); changes > 0; changes--) {
    const at = random.below(random.chance(2) ? bytes.length : 60);
    bytes[at] = random.pick([0, 1, 3, 0x15, 0x16, 0x7f, 0xff, random.below(256)]);
  }
  if (random.chance(3)) return bytes.subarray(0, random.below(bytes.length));
  if (random.chance(3)) return Buffer.concat([bytes, random.bytes(random.below(300))]);
  return random.chance(10) ? Buffer.concat([bytes, bytes]) : bytes;
}

/** @throws what is thrown for another reason than the bytes. */
function isParsed(body: Uint8Array): boolean {
  try {
    parseClientHello(body);
    return true;
  } catch (error) {
    if (!(error instanceof ClientHelloError)) throw error;
    return false;
  }
}

test("a first message is read or refused, whole or in pieces alike", () =>
  withSeed((random) => {
    for (let round = 0; round < PARSED; round++) {
      const bytes = tampered(random);
      const whole = new HelloCollector().push(bytes);
      const collector = new HelloCollector();
      let last = null;
      for (const piece of random.pieces(bytes, random.between(1, 20))) {
        last = collector.push(piece);
        if (last !== null) break;
      }
      expect(last).toEqual(whole);
    }
  }));

test("the body of a first message has no end of bytes beyond its own", () =>
  withSeed((random) => {
    const body = hello.subarray(RECORD_HEADER + MESSAGE_HEADER);
    expect(parseClientHello(body).serverName).toBe("localhost");
    const whole = Array.from(body, (_, length) => body.subarray(0, length)).filter(isParsed);
    // The one that ends before the extensions: they may be missing.
    expect(whole).toHaveLength(1);
    for (let round = 0; round < PARSED; round++) {
      isParsed(random.bytes(random.below(200)));
    }
  }));

test(
  "a server goes on whatever its clients begin with",
  () =>
    withSeed(async (random) => {
      const tls = pki.options("server", { timeoutMs: 300 });
      await using server = await startServer({ debug: true, tls });
      using witness = await TlsClient.connect(server.port);
      expect(await witness.isServed()).toBe(true);
      const files = readdirSync("/proc/self/fd").length;
      const one = async (bytes: Buffer): Promise<void> => {
        const wire = await Wire.connect(server.port);
        await wire.waitFor("\r\n");
        const info = wire.received.length;
        await wire.send(bytes);
        expect(await wire.waitForEnd(4_000)).toBe(true);
        // Handshake, change of cipher, alert, or what is encrypted already.
        if (wire.received.length > info) expect(wire.received[info]).toBeOneOf([20, 21, 22, 23]);
        expect(wire.text).not.toContain("PONG\r\n");
        wire.close();
      };
      for (let done = 0; done < CONNECTIONS; done += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => one(tampered(random))));
      }
      await until("all files closed", () => readdirSync("/proc/self/fd").length <= files);
      expect(server.log.filter(({ text }) => text.includes("Internal error"))).toEqual([]);
      expect(await witness.isServed()).toBe(true);
    }),
  30_000,
);
