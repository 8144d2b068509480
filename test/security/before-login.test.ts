/**
 * Whoever has not logged in cannot crash the server, disturb others, or have anything done: any
 * operation, in any order, before a CONNECT, after a wrong one, or in its place.
 */

import { describe, expect, test } from "bun:test";
import { type Prng, withSeed } from "../support/prng.ts";
import { Wire } from "../support/wire.ts";
import { connectLine, HonestPair, login, SecuredServer } from "./secured-server.ts";

const USER = { user: "honest", pass: "right" };
const WRONG = { user: "honest", pass: "wrong" };
const FIXED = "authorization { user: honest, password: right, timeout: 5 }";
const USERS = `authorization { timeout: 5, users = [
  {user: honest, password: right}
  {nkey: UCNGL4W5QX66CFX6A6DCBVDH5VOHMI7B2UZZU7TXAUQQSI2JPHULCKBR}
] }`;

/** Whatever is delivered of these shows that something was executed. */
const OPERATIONS: readonly string[] = [
  "PING\r\n",
  "PONG\r\n",
  "+OK\r\n",
  "-ERR 'x'\r\n",
  "INFO {}\r\n",
  'INFO {"connect_urls":["x"]}\r\n',
  "PUB evil.a 1\r\nx\r\n",
  "pub evil.a evil.b 1\r\nx\r\n",
  "PUB evil.a 999999999\r\n",
  "PUB evil.a -1\r\n",
  "PUB\r\n",
  "HPUB evil.a 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
  "HPUB evil.a evil.b 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
  "HPUB evil.a 13 12\r\n",
  "SUB > 1\r\n",
  "SUB honest.* q 1\r\n",
  "SUB\r\n",
  "UNSUB 1\r\n",
  "UNSUB 1 5\r\n",
  "UNSUB\r\n",
  "MSG evil.a 1 1\r\nx\r\n",
  "HMSG evil.a 1 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
  "RMSG $G evil.a 1\r\nx\r\n",
  "LMSG evil.a 1\r\nx\r\n",
  "RS+ $G evil.a\r\n",
  "RS- $G evil.a\r\n",
  "LS+ evil.a\r\n",
  "A+ $G\r\n",
  "CONNECT\r\n",
  "CONNECT \r\n",
  "CONNECT {}\r\n",
  "CONNECT null\r\n",
  "CONNECT []\r\n",
  "CONNECT {\r\n",
  'CONNECT {"user":1}\r\n',
  'CONNECT {"user":null,"pass":null}\r\n',
  connectLine(WRONG),
  connectLine({ ...WRONG, protocol: 2, no_responders: true, headers: false }),
  connectLine({ nkey: "U", sig: "A" }),
  connectLine({ auth_token: "right", jwt: "e.e.e", account: "$SYS" }),
  "\r\n",
  "\0",
  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

/** Sees every message there is. */
async function watch(server: SecuredServer): Promise<Wire> {
  const watcher = await login(server.port, USER);
  await watcher.send("SUB evil.> 1\r\nPING\r\n");
  await watcher.waitFor(/PONG\r\n.*PONG\r\n/s);
  return watcher;
}

/** Sends it all, ends, and returns what the server has answered when it has ended as well. */
async function attempt(server: SecuredServer, input: string | Buffer): Promise<string> {
  const wire = await Wire.connect(server.port);
  await wire.send(typeof input === "string" ? Buffer.from(input, "latin1") : input);
  wire.finish();
  const hasEnded = await wire.waitForEnd(8_000);
  wire.close();
  if (!hasEnded) throw new Error(`not closed after ${JSON.stringify(input.toString("latin1"))}`);
  return wire.text.slice(wire.text.indexOf("\r\n") + 2);
}

/** Plays all inputs, a few at a time, beside an honest pair; nothing of them may be executed. */
async function play(server: SecuredServer, inputs: readonly (string | Buffer)[]): Promise<void> {
  const pair = await HonestPair.start(server.port, USER);
  const watcher = await watch(server);
  const queue = [...inputs];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const answer = await attempt(server, next);
      // A connection may also end without a word, as for a CONNECT that is no JSON.
      if (!/^(?:-ERR '[^']*'\r\n)*$/.test(answer)) {
        throw new Error(`${JSON.stringify(next.toString())} was answered ${answer}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  await pair.stop();
  await watcher.send("PUB evil.last 0\r\n\r\nPING\r\n");
  await watcher.waitFor("MSG evil.last");
  expect(watcher.text.match(/MSG .*/g)).toEqual(["MSG evil.last 1 0"]);
  watcher.close();
  await server.expectSound();
}

/** Operations in any number, order and shape, some of them damaged. */
function mixture(random: Prng): Buffer {
  const parts = Array.from({ length: random.between(1, 12) }, () => {
    const bytes = Buffer.from(random.pick(OPERATIONS), "latin1");
    if (random.chance(4)) bytes[random.below(bytes.length)] = random.below(256);
    return random.chance(6) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
  });
  return Buffer.concat(parts);
}

describe.each([
  ["a single user", FIXED],
  ["users and nkeys", USERS],
])("before login, with %s", (_, config) => {
  test("every operation, and every one after every other one", async () => {
    await using server = await SecuredServer.start(config, { args: ["-DV"] });
    const pairs = OPERATIONS.flatMap((first) => OPERATIONS.map((second) => first + second));
    await play(server, [...OPERATIONS, ...pairs]);
  }, 30_000);

  test(
    "operations in random order, damaged ones too",
    () =>
      withSeed(async (random) => {
        await using server = await SecuredServer.start(config);
        await play(
          server,
          Array.from({ length: 600 }, () => mixture(random)),
        );
      }),
    30_000,
  );
});

describe("after a wrong CONNECT", () => {
  test("nothing that was sent with it is executed, while a hash is compared", async () => {
    const hash = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
    await using server = await SecuredServer.start(
      `authorization { timeout: 5, users = [
        {user: honest, password: right}, {user: hashed, password: "${hash}"}
      ] }`,
    );
    const wrong = { user: "hashed", pass: "wrong" };
    const operations = OPERATIONS.map((each) => connectLine(wrong) + each);
    const twice = [connectLine({ user: "hashed", pass: "" }), connectLine({ user: "nobody" })];
    await play(server, [...operations, ...twice.flatMap((each) => [each + each, each + twice[0]])]);
  }, 30_000);

  test("a right one on the same connection comes too late", async () => {
    await using server = await SecuredServer.start(FIXED);
    const answer = await attempt(server, `${connectLine(WRONG)}${connectLine(USER)}PING\r\n`);
    expect(answer).toBe("-ERR 'Authorization Violation'\r\n");
  });

  test("a wrong one after a right one ends the connection, and what it had", async () => {
    await using server = await SecuredServer.start(FIXED);
    const wire = await login(server.port, USER);
    await wire.send(`SUB a 1\r\n${connectLine(WRONG)}PUB a 1\r\nx\r\nPING\r\n`);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith("PONG\r\n-ERR 'Authorization Violation'\r\n");
  });
});

test("a client that says nothing, or never ends its line, is closed when its time is over", async () => {
  await using server = await SecuredServer.start(
    "authorization { user: honest, password: right, timeout: 0.3 }",
  );
  const beginnings = ["", "C", "CONNECT", "CONNECT {", `CONNECT {"user":"honest","pass":"right`];
  const wires = await Promise.all(
    beginnings.map(async (text) => {
      const wire = await Wire.connect(server.port);
      await wire.send(text);
      return wire;
    }),
  );
  for (const wire of wires) {
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith("\r\n-ERR 'Authentication Timeout'\r\n");
  }
  await server.expectSound();
});
