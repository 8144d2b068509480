/** How lines look, as text and as JSON, in any zone. */

import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { createLineFormat } from "../../src/log/line-format.ts";
import type { LogLevel } from "../../src/log/logger.ts";
import { settings } from "./files.ts";

const SOURCE = resolve(import.meta.dir, "../../src/log");
const LEVELS: readonly [LogLevel, string, string][] = [
  ["info", "INF", "32"],
  ["debug", "DBG", "36"],
  ["warn", "WRN", "0;93"],
  ["error", "ERR", "31"],
  ["fatal", "FTL", "31"],
  ["trace", "TRC", "33"],
];

test("a line is pid, time, level and text", async () => {
  const format = await createLineFormat(settings({}));
  const line = format("info", "Server is ready");
  expect(line).toMatch(
    /^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[INF\] Server is ready\n$/,
  );
  expect(line).toStartWith(`[${process.pid}] `);
});

test.each(LEVELS)("%s is labelled, and coloured on a terminal", async (level, label, colour) => {
  const plain = await createLineFormat(settings({ logtime: false }));
  expect(plain(level, "x")).toBe(`[${process.pid}] [${label}] x\n`);
  const coloured = await createLineFormat(settings({ logtime: false }), true);
  expect(coloured(level, "x")).toBe(`[${process.pid}] [\x1b[${colour}m${label}\x1b[0m] x\n`);
});

test("times of lines never run backwards and follow the clock", async () => {
  const format = await createLineFormat(settings({ logtimeUtc: true }));
  let last = "";
  const deadline = performance.now() + 50;
  while (performance.now() < deadline) {
    const before = Date.now();
    const line = format("info", "");
    const after = Date.now();
    expect(line >= last).toBe(true);
    last = line;
    const stamp = /^\[\d+\] (\S+) (\S+) /.exec(line)!;
    const time = Date.parse(`${stamp[1]!.replaceAll("/", "-")}T${stamp[2]}Z`);
    expect(time).toBeWithin(before - 1, after + 3);
  }
});

/** Stamps of all formats, made in a process that lives in this zone. */
async function stampsIn(zone: string): Promise<Record<string, string>> {
  const script = `
    const s = await import("${SOURCE}/timestamp.ts");
    const made = {
      local: (await s.createTimestamp())(),
      utc: (await s.createTimestamp(true))(),
      plain: (await s.createPlainStamp())(),
      json: (await s.createJsonStamp(false))(),
      jsonUtc: (await s.createJsonStamp(true))(),
      remote: (await s.createRemoteStamp())(),
      syslog: (await s.createSyslogStamp())(),
      backup: (await s.createBackupStamp())(),
    };
    process.stdout.write(JSON.stringify(made));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, TZ: zone },
    stdout: "pipe",
  });
  return JSON.parse(await new Response(child.stdout).text());
}

test.each([
  ["Asia/Kolkata", 330, "+05:30"],
  ["America/St_Johns", undefined, undefined],
  ["UTC", 0, "Z"],
  ["", 0, "Z"],
])("in the zone %p", async (zone, minutes, suffix) => {
  const { local, utc, plain, json, jsonUtc, remote, syslog, backup } = await stampsIn(zone);
  const parse = (stamp: string): number =>
    Date.parse(`${stamp.slice(0, 19).replaceAll("/", "-").replace(" ", "T")}Z`);
  const offset = Math.round((parse(local!) - parse(utc!)) / 60_000);
  if (minutes !== undefined) expect(offset).toBe(minutes);
  else expect(offset).not.toBe(0);
  expect(Math.abs(parse(utc!) - Date.now())).toBeLessThan(10_000);
  expect(parse(plain!) - parse(local!)).toBeWithin(0, 2_000);
  expect(plain).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
  if (suffix !== undefined) expect(json).toEndWith(suffix);
  expect(json).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)$/);
  expect(Math.abs(Date.parse(json!) - Date.now())).toBeLessThan(10_000);
  expect(jsonUtc).toEndWith("Z");
  expect(remote).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/);
  expect(Math.abs(Date.parse(remote!) - Date.now())).toBeLessThan(10_000);
  expect(syslog).toMatch(/^[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d$/);
  expect(backup).toMatch(/^\d{4}(?:\.\d\d){5}\.\d{9}$/);
  expect(backup!.slice(0, 16).replaceAll(".", "/")).toBe(
    local!.slice(0, 16).replace(" ", "/").replace(":", "/"),
  );
});

test("JSON lines carry time, level, pid and text", async () => {
  const format = await createLineFormat(settings({ logFormat: "json", logtimeUtc: true }));
  const line = format("warn", 'say "hi"\nand go');
  expect(line).toEndWith("}\n");
  expect(line.indexOf("\n")).toBe(line.length - 1);
  const { time, ...rest } = JSON.parse(line);
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(rest).toEqual({ level: "warn", pid: process.pid, msg: 'say "hi"\nand go' });
});

test("JSON lines have no time where the text has none", async () => {
  const format = await createLineFormat(settings({ logFormat: "json", logtime: false }));
  expect(format("info", "x")).toBe(`{"level":"info","pid":${process.pid},"msg":"x"}\n`);
});

test.each([
  ["127.0.0.1:5000 - cid:5 - Client connection created", "127.0.0.1:5000 - cid:5", undefined],
  [
    '[::1]:5000 - lid_ws:12 - "v1:go:a \\"b\\" - c" - "$G/user:u" - <<- [PING]',
    "[::1]:5000 - lid_ws:12",
    '"v1:go:a \\"b\\" - c" - "$G/user:u"',
  ],
  ['1.2.3.4:1 - cid:5 - "name" says', "1.2.3.4:1 - cid:5", undefined],
  ["Listening for client connections on 127.0.0.1:4222 - cid", undefined, undefined],
])("JSON lines name the connection: %s", async (text, conn, client) => {
  const format = await createLineFormat(settings({ logFormat: "json", logtime: false }));
  const line = JSON.parse(format("debug", text));
  expect(line.conn).toBe(conn);
  expect(line.client).toBe(client);
  const label = [conn, client].filter((part) => part !== undefined);
  expect([...label, line.msg].join(" - ")).toBe(text);
});
