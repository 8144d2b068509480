/** Whoever has not logged in cannot make the server hold much: what they send is bounded, and ends. */

import { describe, expect, test } from "bun:test";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { connectLine, HonestPair, SecuredServer } from "./secured-server.ts";

const MIB = 1024 * 1024;
const USER = { user: "honest", pass: "right" };
const COUNT = 1_000;
/** Time for a login in the tests, short enough to wait for and long enough for all to be there. */
const CONFIG = "authorization { user: honest, password: right, timeout: 1.5 }";
/** For each of the connections, 4 KiB of a control line and what a connection costs anyway. */
const GROWTH_MAX = COUNT * 24 * 1024 + 32 * MIB;

/** Connects and sends without end, or until the server has had enough. */
async function connectAndSend(server: SecuredServer, text: string): Promise<Wire> {
  const wire = await Wire.connect(server.port);
  await wire.send(text);
  return wire;
}

/** Sends from many connections at a time; the server must close each, and stay small. */
async function flood(
  server: SecuredServer,
  text: string,
  answer: RegExp,
  count = COUNT,
): Promise<void> {
  const pair = await HonestPair.start(server.port, USER);
  const before = server.memoryBytes;
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, server.memoryBytes);
  }, 20);
  const wires: Wire[] = [];
  for (let i = 0; i < count; i += 50) {
    wires.push(
      ...(await Promise.all(Array.from({ length: 50 }, () => connectAndSend(server, text)))),
    );
  }
  const areOver = (): boolean => wires.every(({ ended }) => ended);
  await until("end of all connections", areOver, 15_000);
  clearInterval(sampler);
  for (const wire of wires) wire.close();
  await pair.stop();
  const answers = new Set(wires.map((wire) => wire.text.slice(wire.text.indexOf("\r\n") + 2)));
  for (const each of answers) expect(each).toMatch(answer);
  if (process.env.DEBUG_MEM) console.log((peak - before) / MIB, GROWTH_MAX / MIB, answers);
  expect((peak - before) / MIB).toBeLessThan(GROWTH_MAX / MIB);
  await server.expectSound();
}

/** A reset takes what was sent before it along. */
const TOO_LONG = /^(?:-ERR 'maximum control line exceeded'\r\n)?$/;
const TOO_LATE = /^-ERR 'Authentication Timeout'\r\n$/;
const REFUSED = /^(?:-ERR '(?:Authorization Violation|Unknown Protocol Operation)'\r\n)?$/;

describe.each([
  ["CONNECT lines of 256 KiB", `CONNECT {"name":"${"x".repeat(256 * 1024)}"}\r\n`, TOO_LONG],
  ["CONNECT lines that just go on", `CONNECT {"name":"${"x".repeat(256 * 1024)}`, TOO_LONG],
  ["CONNECT lines that stop in the middle", `CONNECT {"name":"${"x".repeat(4_000)}`, TOO_LATE],
  ["verbs without an end", "CONNECCONNEC".repeat(10_000), REFUSED],
  ["payloads that were not asked for", `PUB a 1000000\r\n${"x".repeat(256 * 1024)}`, REFUSED],
  ["silence", "", TOO_LATE],
])("%s", (_, text, answer) => {
  test(`from ${COUNT} connections`, async () => {
    await using server = await SecuredServer.start(CONFIG);
    await flood(server, text, answer);
  }, 30_000);
});

describe("what follows a CONNECT whose password is being compared with a hash", () => {
  test("is kept within bounds", async () => {
    const hash = "$2a$12$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
    await using server = await SecuredServer.start(
      `authorization { timeout: 2, users = [
        {user: honest, password: right}, {user: hashed, password: "${hash}"}
      ] }`,
    );
    // These keep the others waiting, who all have the same password: one comparison for all.
    const first = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        connectAndSend(server, connectLine({ user: "hashed", pass: String(i) })),
      ),
    );
    const wrong = connectLine({ user: "hashed", pass: "wrong" });
    await flood(server, wrong + "PING\r\n".repeat(40_000), /^(?:-ERR 'Auth.*'\r\n)?$/, 500);
    for (const wire of first) wire.close();
  }, 30_000);
});
