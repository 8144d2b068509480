/** Rotation by size and the purge of old files, held against the real server's. */

import { describe, expect, test } from "bun:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { FileTarget } from "../../src/log/file-target.ts";
import { Logger } from "../../src/log/logger.ts";
import { findPeer } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";
import { Folder, Reports, settings, withoutTime } from "./files.ts";
import { startLoggingPeer } from "./logging-peer.ts";

const BACKUP = /^x\.log\.\d{4}\.\d\d\.\d\d\.\d\d\.\d\d\.\d\d\.\d{9}$/;
const NOTICE =
  /^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[INF\] Rotated log, backup saved as "(.*)"\r\n$/;
/** Old files, from the oldest, and some that only look like it. */
const OLD = [
  "x.log.2020.01.31.10.20.30.123456789",
  "x.log.2020.02.29.10.20.30",
  "x.log.2021.01.01.00.00.00.1",
];
const OTHERS = [
  "x.log.2020.02.30.10.20.30.123456789",
  "x.log.2020.01.01.24.20.30.123456789",
  "x.log.2020.1.01.10.20.30.123456789",
  "x.log.bak",
  "y.log.2020.01.31.10.20.30.123456789",
  "x.logs.2020.01.31.10.20.30.123456789",
];
const peer = findPeer();

async function openTarget(folder: Folder, limit: number, maxNum = 0): Promise<FileTarget> {
  const given = settings({
    logFile: folder.file("x.log"),
    logSizeLimit: limit,
    logfileMaxNum: maxNum,
  });
  return FileTarget.open(given, new Reports().report);
}

/** Files that were set aside during the test, by age. */
async function backups(folder: Folder): Promise<string[]> {
  return (await folder.names()).filter((name) => BACKUP.test(name) && name > "x.log.2024");
}

/** Their lines, then those of the current file. */
async function logs(folder: Folder): Promise<string[][]> {
  const names = [...(await backups(folder)), "x.log"];
  return Promise.all(names.map((name) => folder.lines(name)));
}

/** Every file but the current one ends with the line that went over the limit. */
async function expectRotated(folder: Folder, limit: number): Promise<void> {
  const files = await logs(folder);
  for (const file of files.slice(0, -1)) {
    const counted = file.filter((line) => !line.includes("Purged log file"));
    const bytes = Buffer.byteLength(counted.join(""));
    expect(bytes).toBeGreaterThan(limit);
    expect(bytes - Buffer.byteLength(file.at(-1)!)).toBeLessThanOrEqual(limit);
  }
  for (const file of files.slice(1)) expect(file[0]).toMatch(NOTICE);
}

test("the line that goes over the limit is the last of its file", async () => {
  await using folder = await Folder.create();
  const target = await openTarget(folder, 1000);
  for (let i = 0; i < 100; i++) target.write("info", `line ${i}`);
  await target.close();
  await expectRotated(folder, 1000);
  const [first, ...later] = await logs(folder);
  expect(later.length).toBeGreaterThan(4);
  const names = await backups(folder);
  expect(later.map((lines) => NOTICE.exec(lines[0]!)?.[1])).toEqual(
    names.map((name) => folder.file(name)),
  );
  const lines = [...first!, ...later.flatMap((file) => file.slice(1))];
  expect(lines.map(withoutTime)).toEqual(
    Array.from({ length: 100 }, (_, i) => `[INF] line ${i}\n`),
  );
});

test("a limit below one line rotates after each", async () => {
  await using folder = await Folder.create();
  const target = await openTarget(folder, 1);
  for (let i = 0; i < 5; i++) target.write("info", `line ${i}`);
  await target.close();
  const files = await logs(folder);
  expect(files.map((lines) => lines.map(withoutTime).at(-1))).toEqual([
    ...Array.from({ length: 5 }, (_, i) => `[INF] line ${i}\n`),
    expect.stringContaining("Rotated log"),
  ]);
});

test("a file that is too large at the start is rotated", async () => {
  await using folder = await Folder.create();
  await writeFile(folder.file("x.log"), "x".repeat(1001));
  const target = await openTarget(folder, 1000);
  await target.close();
  const [old, renewed] = await logs(folder);
  expect(withoutTime(old!.join("").slice(1001))).toBe("[INF] Rotating logfile...\n");
  expect(renewed).toEqual([expect.stringMatching(NOTICE)]);
});

test("the oldest files go, also after the log was opened anew", async () => {
  await using folder = await Folder.create();
  for (const name of [...OLD, ...OTHERS]) await writeFile(folder.file(name), "");
  await mkdir(folder.file("x.log.2019.01.31.10.20.30.123456789"));
  const target = await openTarget(folder, 300, 4);
  const log = new Logger(target, { debug: false, trace: false });
  await log.reopen();
  const rotate = async (): Promise<string[]> => {
    target.write("info", "x".repeat(300));
    await target.flush();
    return (await folder.lines("x.log")).slice(1);
  };
  const purged = (name: string): string => `[INF] Purged log file "${name}"\r\n`;
  expect((await rotate()).map(withoutTime)).toEqual([purged(OLD[0]!)]);
  expect((await rotate()).map(withoutTime)).toEqual([purged(OLD[1]!)]);
  await target.close();
  const names = await folder.names();
  expect(names).toEqual(expect.arrayContaining([...OTHERS]));
  expect(names).toContain("x.log.2019.01.31.10.20.30.123456789");
  expect(names).toContain(OLD[2]!);
  expect(names).not.toContain(OLD[0]!);
  expect(await backups(folder)).toHaveLength(2);
});

test("a file whose name cannot change grows on", async () => {
  await using folder = await Folder.create();
  // With the time behind it the name is longer than file systems allow.
  const name = "x".repeat(240);
  const given = settings({ logFile: folder.file(name), logSizeLimit: 1000 });
  const target = await FileTarget.open(given, new Reports().report);
  for (let i = 0; i < 15; i++) target.write("info", "x".repeat(60));
  await target.close();
  expect(await folder.names()).toEqual([name]);
  const lines = (await folder.lines(name)).map(withoutTime);
  const refused = lines.filter((line) => line.startsWith("[ERR]"));
  expect(refused).toEqual([
    "[ERR] Unable to rename logfile for rotation (file name too long), will attempt next rotation at size 2000\n",
  ]);
  expect(lines).toHaveLength(16);
});

test("a file that somebody has removed is begun anew without a word", async () => {
  await using folder = await Folder.create();
  const target = await openTarget(folder, 1000);
  await target.flush();
  await rm(folder.file("x.log"));
  target.write("info", "x".repeat(1000));
  target.write("info", "next");
  await target.close();
  expect(await folder.names()).toEqual(["x.log"]);
  expect((await folder.lines("x.log")).map(withoutTime)).toEqual(["[INF] next\n"]);
});

test("the notice of a rotation in JSON is an object as well", async () => {
  await using folder = await Folder.create();
  const given = settings({ logFile: folder.file("x.log"), logSizeLimit: 10, logFormat: "json" });
  const target = await FileTarget.open(given, new Reports().report);
  target.write("info", "x");
  await target.close();
  const text = await folder.text("x.log");
  expect(JSON.parse(text).msg).toStartWith("Rotated log, backup saved as");
  expect(text).toEndWith("}\n");
});

describe.skipIf(peer === undefined)("the real server", () => {
  test("rotates and purges alike", async () => {
    await using theirs = await Folder.create();
    await using ours = await Folder.create();
    for (const folder of [ours, theirs]) {
      for (const name of [...OLD, ...OTHERS]) await writeFile(folder.file(name), "");
    }
    const rotating = "log_size_limit: 2000\nlogfile_max_num: 4\ndebug: true";
    const server = await startLoggingPeer(
      peer!,
      theirs,
      `log_file: "${theirs.file("x.log")}"\n${rotating}`,
    );
    for (let i = 0; i < 60; i++) {
      const wire = await Wire.connect(server.port);
      await wire.waitFor("INFO");
      wire.close();
    }
    await server.stop();

    const target = await openTarget(ours, 2000, 4);
    for (let i = 0; i < 200; i++) target.write("debug", `line ${i}`);
    await target.close();

    for (const folder of [ours, theirs]) {
      await expectRotated(folder, 2000);
      const names = await folder.names();
      expect(names.filter((name) => OLD.includes(name))).toEqual([]);
      expect(names.filter((name) => OTHERS.includes(name))).toEqual([...OTHERS].sort());
      expect(await backups(folder)).toHaveLength(3);
      const current = await folder.lines("x.log");
      expect(withoutTime(current[1]!)).toMatch(/^\[INF\] Purged log file "x\.log\.[0-9.]+"\r\n$/);
    }
  });
});
