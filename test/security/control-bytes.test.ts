/**
 * Whatever bytes clients put into names, subjects and lines: each log line stays one line with its
 * prefix, nothing in it speaks to a terminal, and a log in JSON stays JSON.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { JsonLoggingServer } from "./json-log.ts";
import { connectLine, login, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(20_000);

/** Colours, bells, an 8-bit CSI, a title, cursor up, other directions, line breaks of Unicode. */
const EVIL =
  'a\x1b[31mb\x07\x9b2Jc\u009b1Ad\x1b]0;t\x07\u202ee\u2028\u2029\u0085f\x00\x7f\ufeff"\\%s%n';
/** The same without what ends a token on the wire; one character per byte. */
const TOKEN = Buffer.from(EVIL).toString("latin1");
const FAKE = "\r\n[1] 2026/01/01 00:00:00.000000 [INF] fake";
const HASH = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

const CONFIG = `authorization { users = [
  {user: a, password: b, permissions: {publish: {deny: "no.>"}, subscribe: {deny: "no.>"}}}
  {user: hashed, password: "${HASH}"}
  {nkey: UCNGL4W5QX66CFX6A6DCBVDH5VOHMI7B2UZZU7TXAUQQSI2JPHULCKBR}
] }`;

const IN = connectLine({ user: "a", pass: "b" });
const HEADERS = connectLine({ user: "a", pass: "b", headers: true });

/** Latin-1: one character per byte. */
const INPUTS: readonly string[] = [
  ...["name", "lang", "version", "user", "nkey", "jwt", "sig", "auth_token", "account"].map(
    (field) => bytes(connectLine({ user: "a", pass: "b", [field]: EVIL + FAKE })),
  ),
  ...["name", "lang", "version"].map((field) =>
    bytes(connectLine({ user: "hashed", pass: "x", [field]: EVIL + FAKE })),
  ),
  `CONNECT {"user":"a","pass":"b","${TOKEN}":"${TOKEN}"}\r\n`,
  `CONNECT ${TOKEN}\r\n`,
  `CONNECT {"verbose":"${TOKEN}"}\r\n`,
  ...[
    `PUB ${TOKEN} 1\r\nx\r\n`,
    `PUB no.${TOKEN} 1\r\nx\r\n`,
    `PUB s ${TOKEN} 1\r\nx\r\n`,
    `PUB s _R_.${TOKEN} 1\r\nx\r\n`,
    `PUB $NRG.${TOKEN} 1\r\nx\r\n`,
    `PUB s ${TOKEN}\r\n`,
    `PUB s 6\r\n\x1b[31m\x07\r\n`,
    `PUB a\rb 0\r\n\r\n`,
    `SUB ${TOKEN} 1\r\n`,
    `SUB no.${TOKEN} ${TOKEN}\r\n`,
    `SUB no.${TOKEN} ${TOKEN} ${TOKEN}\r\n`,
    `SUB ${TOKEN}.${TOKEN}.${"a.".repeat(20)}b ${TOKEN}\r\n`,
    `SUB s ${TOKEN} ${TOKEN}\r\nPUB s ${TOKEN} 1\r\nx\r\nUNSUB ${TOKEN}\r\n`,
    `SUB s ${TOKEN}\r\nUNSUB ${TOKEN} 1\r\nPUB s 1\r\nx\r\n`,
    `SUB s s s ${TOKEN}\r\n`,
    `UNSUB ${TOKEN}\r\n`,
    `UNSUB ${TOKEN} ${TOKEN} 1\r\n`,
    `-ERR '${TOKEN}'\r\n`,
    `-ERR \x1b[2J\rfake\r\n`,
    `INFO {"${TOKEN}":1}\r\n`,
    `INFO ${TOKEN}\r\n`,
    `PING ${TOKEN}\r\n`,
    `PONG${TOKEN}\r\n`,
    TOKEN,
    `\x1b[2J\r\n`,
  ].map((text) => IN + text),
  `${HEADERS}HPUB s 26 26\r\nNATS/1.0\r\na\x1b[31m: \x07\x9b\r\n\r\n\r\n`,
  `${HEADERS}HPUB s ${TOKEN} 12 12\r\nNATS/1.0\r\n\r\n\r\n`,
  `-ERR '${TOKEN}'\r\n`,
  TOKEN,
];

function bytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Sends all of it, and waits until the server is done with each. */
async function misbehave(port: number, log: () => string): Promise<void> {
  for (const input of INPUTS) {
    const wire = await Wire.connect(port);
    await wire.send(Buffer.from(`${input}PING\r\n`, "latin1"));
    wire.finish();
    expect([input, await wire.waitForEnd(8_000)]).toEqual([input, true]);
    wire.close();
  }
  const last = await login(port, { user: "a", pass: "b", name: "the last one" });
  await last.send("SUB no.last 1\r\n");
  last.close();
  await until("all of it logged", () => log().includes("no.last"));
}

/** Control characters but for line feeds and tabs, and what reverses text or breaks lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for.
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const PREFIX = /^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[(?:INF|DBG|WRN|ERR|TRC)\] +\S/;

describe("bytes that are no text", () => {
  test.each(["", "-D", "-DV", "-DVV"])("in the log with %s", async (level) => {
    const args = level === "" ? [] : [level];
    await using server = await SecuredServer.start(CONFIG, { args });
    await misbehave(server.port, () => server.log);
    await server.expectSound();
    expect(server.log.match(UNSAFE)).toBeNull();
    const lines = server.log.split("\n").filter((line) => line !== "");
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !PREFIX.test(line))).toEqual([]);
  });

  test("in a log in JSON", async () => {
    await using server = await JsonLoggingServer.start(CONFIG, ["-DV"]);
    await misbehave(server.port, () => server.log);
    expect(server.process.text).toBe("");
    const text = server.log;
    expect(text.match(UNSAFE)).toBeNull();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) {
      expect(Object.values(line).join("").match(UNSAFE)).toBeNull();
      expect([typeof line.msg, typeof line.level, line.pid]).toEqual([
        "string",
        "string",
        server.process.pid,
      ]);
    }
  });
});

test("escapes are those of Go", async () => {
  await using server = await SecuredServer.start(CONFIG, { args: ["-DV"] });
  const wire = await login(server.port, { user: "a", pass: "b", name: "\x1b\u009b\u2028ü\n" });
  await wire.send(Buffer.from("SUB no.x sid\x1b\xff\r\nPUB p\x1b\x07 0\r\n\r\nPING\r\n", "latin1"));
  await wire.waitFor(/PONG\r\n.*PONG\r\n/s);
  wire.close();
  await server.process.loggedMatching(/ - "\\x1b\\u009b\\u2028ü\\n" - "\$G\/user:a" - /);
  await server.process.loggedMatching(
    /Subscription Violation - Subject "no\.x", SID sid\\x1b\ufffd \(/,
  );
  await server.process.loggedMatching(/<<- \[PUB p\\x1b\\a 0\]$/);
});
