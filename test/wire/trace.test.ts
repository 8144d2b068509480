/** The protocol trace: every line in and out, as nats-server shows it. */

import { expect, test } from "bun:test";
import { startServer, type TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const CONNECT_FIELDS =
  '"verbose":true,"pedantic":true,"headers":true,"no_responders":true,"name":"me"';

/** Operations, and what the trace shows of each and its consequences. */
const SESSION: readonly [string, ...string[]][] = [
  ["SUB foo.* 1\r\n", "<<- [SUB foo.* 1]", "->> [OK]"],
  ["SUB foo.> q 2\r\n", "<<- [SUB foo.> q 2]", "->> [OK]"],
  [
    "PUB foo.a 5\r\nhello\r\n",
    "<<- [PUB foo.a 5]",
    '<<- MSG_PAYLOAD: ["hello"]',
    "->> [OK]",
    "->> [MSG foo.a 1 5]",
    '->> MSG_PAYLOAD: ["hello"]',
    "->> [MSG foo.a 2 5]",
    '->> MSG_PAYLOAD: ["hello"]',
  ],
  [
    "PUB foo.a  reply\t0\r\n\r\n",
    "<<- [PUB foo.a  reply\t0]",
    "->> [OK]",
    "->> [MSG foo.a 1 reply 0]",
    "->> [MSG foo.a 2 reply 0]",
  ],
  [
    "HPUB foo.a 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
    "<<- [HPUB foo.a 12 14]",
    '<<- MSG_PAYLOAD: ["NATS/1.0\\r\\n\\r\\nhi"]',
    "->> [OK]",
    "->> [HMSG foo.a 1 12 14]",
    '->> MSG_PAYLOAD: ["NATS/1.0\\r\\n\\r\\nhi"]',
    "->> [HMSG foo.a 2 12 14]",
    '->> MSG_PAYLOAD: ["NATS/1.0\\r\\n\\r\\nhi"]',
  ],
  [
    "PUB foo..b 1\r\nx\r\n",
    "<<- [PUB foo..b 1]",
    "->> [-ERR Invalid Publish Subject]",
    '<<- MSG_PAYLOAD: ["x"]',
    "->> [OK]",
  ],
  ["UNSUB 1 4\r\n", "<<- [UNSUB 1 4]", "->> [OK]"],
  [
    'PUB foo.a 3\r\n\x00\t"\r\n',
    "<<- [PUB foo.a 3]",
    '<<- MSG_PAYLOAD: ["\\x00\\t\\""]',
    "->> [OK]",
    "->> [MSG foo.a 1 3]",
    '->> MSG_PAYLOAD: ["\\x00\\t\\""]',
    "<-> [DELSUB 1]",
    "->> [MSG foo.a 2 3]",
    '->> MSG_PAYLOAD: ["\\x00\\t\\""]',
  ],
  ["UNSUB 2\r\n", "<<- [UNSUB 2]", "->> [OK]", "<-> [DELSUB 2]"],
  ["UNSUB 9\r\n", "<<- [UNSUB 9]", "->> [OK]"],
  ["SUB a..b 3\r\n", "<<- [SUB a..b 3]", "->> [-ERR Invalid Subject]"],
  ["PING\r\n", "<<- [PING]", "->> [PONG]"],
  ["PONG\r\n", "<<- [PONG]"],
  ["+OK\r\n"],
  ["INFO {}\r\n"],
  ["SUB r 7\r\n", "<<- [SUB r 7]", "->> [OK]"],
  // The answer that nobody is there is not traced.
  ["PUB nobody r 0\r\n\r\n", "<<- [PUB nobody r 0]", "->> [OK]"],
  ["NOPE\r\n", "->> [-ERR Unknown Protocol Operation]", "<-> [DELSUB 7]"],
];

/** Trace lines without the address and id they are about. */
function traces(server: TestServer): string[] {
  return server.log
    .filter(({ level }) => level === "trace")
    .map(({ text }) => text.replace(/^127\.0\.0\.1:\d+ - cid:\d+ - /, ""));
}

test("a session is traced line by line, without its secrets", async () => {
  await using server = await startServer({ trace: true });
  const wire = await Wire.connect(server.port);
  const connect = (secret: string): string =>
    `CONNECT {${CONNECT_FIELDS},"pass":"${secret}","auth_token":"${secret}"}`;
  await wire.send(`${connect("secret")}\r\n`);
  for (const [operation] of SESSION) await wire.send(operation);
  expect(await wire.waitForEnd()).toBe(true);
  await server.stop();
  const expected = [`->> [OK]`, ...SESSION.flatMap(([, ...lines]) => lines)];
  expect(traces(server)).toEqual([
    `<<- [${connect("[REDACTED]")}]`,
    ...expected.map((line) => `"me" - "$G/token" - ${line}`),
  ]);
});

test("long payloads are cut in the trace", async () => {
  await using server = await startServer({ trace: true, maxTracedMsgLen: 5 });
  const wire = await Wire.connect(server.port);
  await wire.send("SUB foo 1\r\nPUB foo 5\r\nhello\r\nPUB foo 12\r\nhello\r\nworld\r\n");
  wire.finish();
  expect(await wire.waitForEnd()).toBe(true);
  await server.stop();
  expect(traces(server)).toEqual([
    "<<- [SUB foo 1]",
    "->> [OK]",
    "<<- [PUB foo 5]",
    '<<- MSG_PAYLOAD: ["hello"]',
    "->> [OK]",
    "->> [MSG foo 1 5]",
    '->> MSG_PAYLOAD: ["hello"]',
    "<<- [PUB foo 12]",
    '<<- MSG_PAYLOAD: ["hello..."]',
    "->> [OK]",
    "->> [MSG foo 1 12]",
    '->> MSG_PAYLOAD: ["hello..."]',
    "<-> [DELSUB 1]",
  ]);
});
