/** Whoever has not said yet who it is, or not rightly: it costs little, and nobody waits for it. */

import { describe, expect, test } from "bun:test";
import { connectLine, infoLine } from "../../kinds/route/cases.ts";
import { until } from "../../support/until.ts";
import { expectNothingLeft, FalseServer, openMember } from "./false-server.ts";

const AUTHORIZATION = { user: "u", password: "p", timeoutMs: 0, users: [], token: "" };
const KNOWN = { user: "u", pass: "p" };
/** Those that may be unknown at a time. */
const UNKNOWN_MAX = 1024;

/** Values of every type there is in JSON, and some that are none of Go's. */
const VALUES = [
  "1",
  "-1",
  "1e309",
  "1.5",
  "9007199254740993",
  "18446744073709551616",
  '"x"',
  "true",
];
const NESTED = ["null", "[]", "{}", "[1]", '["x"]', '{"allow":[1]}', '{"allow":["a"]}', "[null]"];

test("those that are unknown keep nobody out", async () => {
  using a = openMember({ authorization: AUTHORIZATION });
  const unknown: FalseServer[] = [];
  for (let i = 0; i < UNKNOWN_MAX + 40; i++) {
    unknown.push(await FalseServer.connect(a));
    // As slowly as can be.
    if (i % 3 === 0) await unknown.at(-1)!.send("CONNECT {");
  }
  const known = await FalseServer.connect(a);
  await known.send(connectLine(KNOWN) + infoLine({ route_pool_size: 3 }));
  await until("a route", () => a.cluster.routeCount === 1);
  expect(await unknown[0]!.refusal()).toBe("maximum connections exceeded");
  await known.sync();
  expect(a.made.filter((route) => route.isOpen).length).toBeLessThanOrEqual(UNKNOWN_MAX + 1);
  for (const peer of [...unknown, known]) peer.close();
  await expectNothingLeft(a);
}, 20_000);

describe("who knows no password", () => {
  const odd: readonly (readonly [string, string | Uint8Array])[] = [
    ["no password", connectLine()],
    ["another password", connectLine({ user: "u", pass: "q" })],
    ["another user", connectLine({ user: "U", pass: "p" })],
    ["a password of another type", 'CONNECT {"user":"u","pass":["p"]}\r\n'],
    ["depth", `CONNECT ${"[".repeat(60_000)}\r\n`],
    ["depth that ends", `CONNECT ${'{"a":'.repeat(11_000)}1${"}".repeat(11_000)}\r\n`],
    ["a long line", `CONNECT {"user":"${"u".repeat(70_000)}"}\r\n`],
    ["a line without an end", `CONNECT {"user":"${"u".repeat(70_000)}`],
    ["zeros", new Uint8Array(100_000)],
    ["bytes that are no UTF-8", Buffer.from('CONNECT {"user":"\xff\xfe\xc0"}\r\n', "latin1")],
    ["interest", "RS+ $G foo\r\n"],
    ["a message", "RMSG $G foo 2\r\nhi\r\n"],
    ["INFO", infoLine()],
  ];
  test.each(odd)("but %s", async (_, data) => {
    using a = openMember({ authorization: AUTHORIZATION });
    const peer = await FalseServer.connect(a);
    await peer.send(data);
    await peer.refusal();
    await peer.send(infoLine({ route_pool_size: 3 }));
    expect(a.made.some((route) => route.isRegistered)).toBe(false);
    await expectNothingLeft(a);
    const text = a.lines.join("\n");
    expect(text).not.toContain("call stack");
    expect(text.length).toBeLessThan(8_000);
  });
});

/** Wrong types end the connection with nats-server's words; right ones do whatever they mean. */
test("fields of any type in INFO and CONNECT", async () => {
  using a = openMember();
  const names = Object.keys(a.cluster.info());
  const fields = [...names, "import", "gateway_cmd_payload", "client_id", "leafnode_urls"];
  const known = ["name", "cluster", "cluster_dynamic", "verbose", "user", "gateway", "headers"];
  let refused = 0;
  for (const value of [...VALUES, ...NESTED]) {
    const lines = [
      ...fields.map((field) => connectLine() + withField(infoLine(), field, value)),
      ...known.map((field) => withField(connectLine(), field, value) + infoLine()),
    ];
    const peers = await Promise.all(lines.map(() => FalseServer.connect(a)));
    for (const [i, peer] of peers.entries()) await peer.send(lines[i]!);
    await Bun.sleep(5);
    for (const peer of peers) peer.close();
    await expectNothingLeft(a);
  }
  refused = a.said("json: cannot unmarshal").length;
  expect(refused).toBeGreaterThan(300);
}, 20_000);

function withField(line: string, field: string, value: string): string {
  return line.replace(/\}\r\n$/, `,"${field}":${value}}\r\n`);
}
