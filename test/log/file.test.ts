/** A log file: what is in it, how it is opened anew, and what happens when it cannot be written. */

import { expect, test } from "bun:test";
import { chmod, mkdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { FileTarget } from "../../src/log/file-target.ts";
import { Logger } from "../../src/log/logger.ts";
import { openLog } from "../../src/log/open-log.ts";
import { withSeed } from "../support/prng.ts";
import { until } from "../support/server.ts";
import { Folder, Reports, settings, withoutTime } from "./files.ts";

const LEVELS = { debug: true, trace: true };
const RETRY_MS = 20;

test("a file is created for its owner and group, and appended to", async () => {
  await using folder = await Folder.create();
  const given = settings({ logFile: folder.file("x.log") });
  for (const text of ["first", "second"]) {
    const log = new Logger(await openLog(given), LEVELS);
    log.info(text);
    await log.close();
  }
  expect((await folder.lines("x.log")).map(withoutTime)).toEqual([
    "[INF] first\n",
    "[INF] second\n",
  ]);
  expect((await stat(given.logFile)).mode & 0o777).toBe(0o640 & ~process.umask());
});

test("lines of any length and number arrive in order", async () => {
  await withSeed(async (random) => {
    await using folder = await Folder.create();
    const given = settings({ logFile: folder.file("x.log"), logtime: false });
    const log = new Logger(await openLog(given), LEVELS);
    const expected: string[] = [];
    for (let i = 0; i < 3_000; i++) {
      const text = `${i} ${random.chance(10) ? "grüße\n" : ""}${"x".repeat(random.below(900))}`;
      expected.push(`[${process.pid}] [TRC] ${text}\n`);
      log.trace(text);
      if (random.chance(100)) await log.flush();
      if (random.chance(200)) await Bun.sleep(0);
    }
    await log.flush();
    expect(await folder.text("x.log")).toBe(expected.join(""));
    await log.close();
  });
});

test("a file in JSON has one object on each line", async () => {
  await using folder = await Folder.create();
  const given = settings({ logFile: folder.file("x.log"), logFormat: "json" });
  const log = new Logger(await openLog(given), LEVELS);
  log.info("first\nline");
  log.fatal("second");
  await log.close();
  const lines = (await folder.lines("x.log")).map((line) => JSON.parse(line));
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ["info", "first\nline"],
    ["fatal", "second"],
  ]);
});

test("a line longer than the queue arrives all the same", async () => {
  await using folder = await Folder.create();
  const given = settings({ logFile: folder.file("x.log"), logtime: false });
  const target = await FileTarget.open(given, new Reports().report, { queueBytes: 100 });
  target.write("trace", "x".repeat(1000));
  await target.close();
  expect(await folder.text("x.log")).toBe(`[${process.pid}] [TRC] ${"x".repeat(1000)}\n`);
});

test("a file can be opened anew several times at once", async () => {
  await using folder = await Folder.create();
  const log = new Logger(await openLog(settings({ logFile: folder.file("x.log") })), LEVELS);
  log.info("one");
  await Promise.all([log.reopen(), log.reopen(), log.reopen()]);
  log.info("two");
  await log.close();
  expect((await folder.lines("x.log")).map(withoutTime)).toEqual([
    "[INF] one\n",
    ...Array.from({ length: 3 }, () => "[INF] File log re-opened\n"),
    "[INF] two\n",
  ]);
});

test("reopening begins a new file after the old one was moved", async () => {
  await using folder = await Folder.create();
  const log = new Logger(await openLog(settings({ logFile: folder.file("x.log") })), LEVELS);
  log.info("one");
  await log.flush();
  await rename(folder.file("x.log"), folder.file("moved"));
  log.info("two");
  await log.reopen();
  log.info("three");
  await log.close();
  expect((await folder.lines("moved")).map(withoutTime)).toEqual(["[INF] one\n", "[INF] two\n"]);
  expect((await folder.lines("x.log")).map(withoutTime)).toEqual([
    "[INF] File log re-opened\n",
    "[INF] three\n",
  ]);
});

test("a file that cannot be opened anew goes on as it is", async () => {
  await using folder = await Folder.create();
  await mkdir(folder.file("sub"));
  const path = folder.file("sub/x.log");
  const log = new Logger(await openLog(settings({ logFile: path })), LEVELS);
  await rename(folder.file("sub"), folder.file("moved"));
  await log.reopen();
  await log.close();
  expect((await folder.lines("moved/x.log")).map(withoutTime)).toEqual([
    `[ERR] File log not re-opened: error opening file: open ${path}: no such file or directory\n`,
  ]);
});

test.each([
  ["a missing folder", "missing/x.log", "no such file or directory"],
  ["a folder", ".", "is a directory"],
  ["a file in place of a folder", "file/x.log", "not a directory"],
])("%s cannot be logged to", async (_, name, reason) => {
  await using folder = await Folder.create();
  await writeFile(folder.file("file"), "");
  const logFile = name === "." ? folder.path : folder.file(name);
  await expect(openLog(settings({ logFile }))).rejects.toMatchObject({
    name: "LogTargetError",
    message: `error opening file: open ${logFile}: ${reason}`,
  });
});

test.skipIf(process.getuid?.() === 0)("a file of somebody else cannot be logged to", async () => {
  await using folder = await Folder.create();
  await writeFile(folder.file("x.log"), "");
  await chmod(folder.file("x.log"), 0o400);
  await expect(openLog(settings({ logFile: folder.file("x.log") }))).rejects.toThrow(
    `error opening file: open ${folder.file("x.log")}: permission denied`,
  );
});

test("with a full disk lines wait, the rest is counted, and the log says so afterwards", async () => {
  await using folder = await Folder.create();
  const path = folder.file("x.log");
  await symlink("/dev/full", path);
  const reports = new Reports();
  const given = settings({ logFile: path, logtime: false });
  const limits = { queueBytes: 1000, retryMs: RETRY_MS };
  const target = await FileTarget.open(given, reports.report, limits);
  target.write("info", "first");
  await until("report", () => reports.lines.length > 0);
  expect(reports.lines).toEqual([
    `error Log file "${path}" cannot be written: no space left on device; trying again until it can`,
  ]);
  const line = "x".repeat(100 - `[${process.pid}] [INF] \n`.length);
  for (let i = 0; i < 25; i++) target.write("info", line);
  await target.flush();
  await Bun.sleep(RETRY_MS * 3);
  expect(reports.lines).toHaveLength(1);

  await rm(path);
  await until("recovery", () => Bun.file(path).size > 0);
  await target.flush();
  target.write("info", "last");
  await target.close();
  const prefix = `[${process.pid}] `;
  expect(await folder.lines("x.log")).toEqual([
    `${prefix}[INF] first\n`,
    ...Array.from({ length: 10 }, () => `${prefix}[INF] ${line}\n`),
    `${prefix}[WRN] 15 log lines were lost\n`,
    `${prefix}[INF] last\n`,
  ]);
  expect(reports.lines).toHaveLength(1);
});

test("closing a file that cannot be written says how many lines it has cost", async () => {
  const reports = new Reports();
  const given = settings({ logFile: "/dev/full" });
  const target = await FileTarget.open(given, reports.report, { retryMs: RETRY_MS });
  for (let i = 0; i < 5; i++) target.write("info", "x");
  await target.close();
  target.write("info", "too late");
  await Bun.sleep(RETRY_MS * 2);
  expect(reports.lines).toEqual([
    'error Log file "/dev/full" cannot be written: no space left on device; trying again until it can',
    'error Log file "/dev/full": 5 log lines were lost',
  ]);
});

test.each([
  ["asks for fewer lines while it is written", "x.log", true],
  ["does not ask for fewer lines while it cannot be written", "/dev/full", false],
])("a file %s", async (_, name, isAsking) => {
  await using folder = await Folder.create();
  const logFile = name.startsWith("/") ? name : folder.file(name);
  const limits = { queueBytes: 1000, retryMs: RETRY_MS };
  const target = await FileTarget.open(settings({ logFile }), new Reports().report, limits);
  target.write("trace", "first");
  await target.flush();
  expect(target.isBehind).toBe(false);
  target.write("trace", "x".repeat(500));
  expect(target.isBehind).toBe(isAsking);
  await target.close();
});
