/** What the log says of a client, at every level. */

import { describe, expect, test } from "bun:test";
import { startServer, type TestServer, until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const CONNECT = 'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n';

/** The id the server has given this connection. */
async function cidOf(wire: Wire): Promise<number> {
  await wire.waitFor(" \r\n");
  return Number(/"client_id":(\d+)/.exec(wire.text)![1]);
}

/** Level and text of what was logged about a connection, without its address and id. */
function linesOf(server: TestServer, cid: number): string[] {
  const prefix = new RegExp(`^127\\.0\\.0\\.1:\\d+ - cid:${cid} - `);
  return server.log
    .filter(({ text }) => prefix.test(text))
    .map(({ level, text }) => `${level} ${text.replace(prefix, "")}`);
}

/** Waits for the lines, and then looks whether any more came until the server had stopped. */
async function expectLines(server: TestServer, cid: number, expected: string[]): Promise<void> {
  const isComplete = (): boolean => Bun.deepEquals(linesOf(server, cid), expected);
  await until("log lines", isComplete, 2_000).catch(() => {});
  await server.stop();
  expect(linesOf(server, cid)).toEqual(expected);
}

/** The whole life of a client at debug level, by what it sends before it half closes. */
const LIVES: [string, string, ...string[]][] = [
  ["a client that leaves", "PING\r\n", "debug Client connection closed: Client Closed"],
  [
    "a client that reports an error",
    "-ERR 'boo'\r\n",
    "error Client Error 'boo'",
    "debug Client connection closed: Parse Error",
  ],
  [
    "an unknown operation",
    "NOPE this\r\n",
    "error Client parser ERROR, state=0, i=0: proto='\"NOPE this\\r\"...'",
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "a publish without a size",
    "PUB foo\r\n",
    'error processPub Parse Error: "foo"',
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "a publish with a bad size",
    "PUB foo -1\r\n",
    'error processPub Bad or Missing Size: "foo -1"',
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "a header size above the total",
    `${CONNECT}HPUB foo 5 2\r\n`,
    'error processHeaderPub Header Size larger then TotalSize: "foo 5 2"',
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "headers that were not asked for",
    "HPUB foo 5 5\r\n",
    "error message headers not supported",
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "a subscription with four arguments",
    "SUB a b c d\r\n",
    'error processSub Parse Error: "a b c d"',
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "an unsubscription with three arguments",
    "UNSUB 1 2 3\r\n",
    'error processUnsub Parse Error: "1 2 3"',
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "a line that is too long",
    `SUB ${"x".repeat(4_100)} 1\r\n`,
    "debug Client connection closed: Maximum Control Line Exceeded",
    "error maximum control line exceeded",
  ],
  [
    "a message that is too large",
    "PUB foo 1048577\r\n",
    "error maximum payload exceeded: 1048577 vs 1048576",
    "debug Client connection closed: Maximum Message Payload Exceeded",
  ],
  [
    "a payload that is too long",
    "PUB foo 2\r\nabcd\r\n",
    "error Client parser ERROR, state=41, i=13: proto='\"cd\\r\"...'",
    "debug Client connection closed: Protocol Violation",
  ],
  [
    "another level of the protocol",
    'CONNECT {"protocol":2}\r\n',
    "debug Client connection closed: Bad Client Protocol Version",
    "error invalid client protocol",
  ],
  [
    "no_responders without headers",
    'CONNECT {"no_responders":true}\r\n',
    "debug Client connection closed: No Responders Requires Headers",
    "error no responders requires headers support",
  ],
  [
    "an account in CONNECT",
    'CONNECT {"account":"x"}\r\n',
    "error authentication error",
    "debug Client connection closed: Authentication Failure",
  ],
  [
    "a reserved subject",
    `${CONNECT}PUB $NRG.x 1\r\na\r\n`,
    'error Publish Violation - Subject "$NRG.x"',
    "debug Client connection closed: Client Closed",
  ],
  [
    "a reserved reply",
    `${CONNECT}PUB x _R_.x 1\r\na\r\n`,
    'error Publish Violation - Reply "_R_.x"',
    "debug Client connection closed: Client Closed",
  ],
  [
    "a queue of the servers",
    `${CONNECT}SUB foo _sys_ 1\r\n`,
    'error Subscription Violation - Subject "foo", Queue: "_sys_", SID 1',
    "debug Client connection closed: Client Closed",
  ],
  [
    "a maximum that is reached",
    `${CONNECT}SUB foo abc\r\nUNSUB abc 1\r\nPUB foo 0\r\n\r\n`,
    "debug Auto-unsubscribe limit of 1 reached for sid 'abc'",
    "debug Client connection closed: Client Closed",
  ],
];

describe("the debug log tells the life of a client", () => {
  test.each(LIVES)("%s", async (_, input, ...rest) => {
    await using server = await startServer({ debug: true });
    const wire = await Wire.connect(server.port);
    const cid = await cidOf(wire);
    await wire.send(input);
    wire.finish();
    await expectLines(server, cid, ["debug Client connection created", ...rest]);
    wire.close();
  });

  test("a client that resets the connection", async () => {
    await using server = await startServer({ debug: true });
    const wire = await Wire.connect(server.port);
    const cid = await cidOf(wire);
    wire.close();
    await expectLines(server, cid, [
      "debug Client connection created",
      "debug Client connection closed: Read Error",
    ]);
  });

  test("a client that is there when the server stops", async () => {
    await using server = await startServer({ debug: true });
    const wire = await Wire.connect(server.port);
    const cid = await cidOf(wire);
    await server.stop();
    await expectLines(server, cid, [
      "debug Client connection created",
      "debug Client connection closed: Server Shutdown",
    ]);
    const texts = server.log.map(({ text }) => text);
    expect(texts.indexOf("Initiating Shutdown...")).toBeGreaterThan(0);
    expect(texts.at(-1)).toBe("Server Exiting..");
    wire.close();
  });

  test("a client that never answers a PING", async () => {
    await using server = await startServer({ debug: true, pingIntervalMs: 100, pingMax: 1 });
    const wire = await Wire.connect(server.port);
    const cid = await cidOf(wire);
    await expectLines(server, cid, [
      "debug Client connection created",
      "debug Client Ping Timer",
      "debug Client Ping Timer",
      "debug Stale Client Connection - Closing",
      "debug Client connection closed: Stale Connection",
    ]);
    wire.close();
  });

  test("a client too many", async () => {
    await using server = await startServer({ debug: true, maxConnections: 1 });
    const first = await Wire.connect(server.port);
    await cidOf(first);
    const second = await Wire.connect(server.port);
    const cid = await cidOf(second);
    await expectLines(server, cid, [
      "debug Client connection created",
      "error maximum connections exceeded",
      "debug Client connection closed: Maximum Connections Exceeded",
    ]);
    first.close();
    second.close();
  });
});

describe("after CONNECT every line says who the client is", () => {
  test.each([
    ['"version":"1.2.3","lang":"go","name":"my app"', '"v1.2.3:go:my app" - '],
    ['"lang":"go","name":"my app"', '"go:my app" - '],
    ['"version":"1.2.3"', '"v1.2.3" - '],
    ['"name":"grüße \\"x\\""', '"grüße \\"x\\"" - '],
    ['"name":"n","user":"joe","pass":"secret"', '"n" - "$G/user:joe" - '],
    ['"auth_token":"secret"', '"$G/token" - '],
    ['"user":"joe","nkey":"UABC","auth_token":"secret"', '"$G/nkey:UABC" - '],
    ['"verbose":false', ""],
  ])("%s", async (fields, label) => {
    await using server = await startServer({ debug: true });
    const wire = await Wire.connect(server.port);
    const cid = await cidOf(wire);
    await wire.send(`CONNECT {${fields}}\r\n`);
    wire.finish();
    await expectLines(server, cid, [
      "debug Client connection created",
      `debug ${label}Client connection closed: Client Closed`,
    ]);
    expect(server.log.map(({ text }) => text).join()).not.toContain("secret");
    wire.close();
  });
});
