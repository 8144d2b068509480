/** A logger whose levels and target change while it is used. */

import { expect, test } from "bun:test";
import { type LogTarget, LogTargetError } from "../../src/log/log-target.ts";
import { Logger } from "../../src/log/logger.ts";
import { openLog, reconfigureLog } from "../../src/log/open-log.ts";
import { Folder, settings, withoutTime } from "./files.ts";

const SILENT = { debug: false, trace: false };

function logAll(log: Logger): void {
  log.info("a");
  log.warn("b");
  log.error("c");
  log.fatal("d");
  log.debug("e");
  log.trace("f");
}

test("levels decide what is logged, at the start and later", async () => {
  const lines: string[] = [];
  const log = new Logger((level, text) => lines.push(`${level} ${text}`), SILENT);
  logAll(log);
  expect(lines.splice(0)).toEqual(["info a", "warn b", "error c", "fatal d"]);
  await log.configure({ debug: true, trace: true, traceVerbose: true, maxTracedMsgLen: 7 });
  expect([log.debugging, log.tracing, log.tracingVerbose]).toEqual([true, true, true]);
  expect([log.traceHeaders, log.maxTracedMsgLen]).toEqual([false, 7]);
  logAll(log);
  expect(lines.splice(0).slice(4)).toEqual(["debug e", "trace f"]);
  await log.configure({ debug: false, trace: false, traceVerbose: true, traceHeaders: true });
  expect([log.debugging, log.tracing, log.tracingVerbose]).toEqual([false, false, false]);
  expect([log.traceHeaders, log.maxTracedMsgLen]).toEqual([true, 0]);
  logAll(log);
  expect(lines).toHaveLength(4);
});

test("without a target there is nothing to do for debug and trace", () => {
  const log = new Logger(null, { debug: true, trace: true, traceVerbose: true });
  logAll(log);
  expect([log.debugging, log.tracing, log.tracingVerbose]).toEqual([false, false, false]);
});

test("a closed logger is silent", async () => {
  const lines: string[] = [];
  const log = new Logger((level, text) => lines.push(`${level} ${text}`), {
    ...SILENT,
    debug: true,
  });
  await log.close();
  logAll(log);
  expect(lines).toEqual([]);
  expect(log.debugging).toBe(false);
});

test("reopening tells what came of it", async () => {
  const lines: string[] = [];
  const target: LogTarget = {
    write: (level, text) => lines.push(`${level} ${text}`),
    flush: async () => {},
    close: async () => {},
  };
  const log = new Logger(target, SILENT);
  await log.reopen();
  target.reopen = async () => {};
  await log.reopen();
  target.reopen = async () => {
    throw new LogTargetError("error opening file: open x: permission denied");
  };
  await log.reopen();
  expect(lines).toEqual([
    "info File log re-open ignored, not a file logger",
    "info File log re-opened",
    "error File log not re-opened: error opening file: open x: permission denied",
  ]);
});

test("a reload moves the log without losing a line", async () => {
  await using folder = await Folder.create();
  const first = settings({ logFile: folder.file("first.log") });
  const second = settings({ logFile: folder.file("second.log"), debug: true });
  const log = new Logger(await openLog(first), first);
  for (let i = 0; i < 1000; i++) log.info(`before ${i}`);
  const moving = reconfigureLog(log, first, second);
  for (let i = 0; i < 1000; i++) log.info(`meanwhile ${i}`);
  await moving;
  log.debug("after");
  await log.close();
  const [old, renewed] = [await folder.lines("first.log"), await folder.lines("second.log")];
  expect(old.length + renewed.length).toBe(2001);
  expect(old.slice(0, 1000).map(withoutTime)).toEqual(
    Array.from({ length: 1000 }, (_, i) => `[INF] before ${i}\n`),
  );
  expect(withoutTime(renewed.at(-1)!)).toBe("[DBG] after\n");
});

test("a reload to the same file keeps the order, and to the same target keeps it", async () => {
  await using folder = await Folder.create();
  const first = settings({ logFile: folder.file("x.log") });
  const timeless = { ...first, logtime: false };
  const debugging = { ...timeless, debug: true };
  const log = new Logger(await openLog(first), first);
  for (let i = 0; i < 500; i++) log.info(`before ${i}`);
  await reconfigureLog(log, first, timeless);
  log.info("timeless");
  await reconfigureLog(log, timeless, debugging);
  log.debug("debugging");
  await log.close();
  const lines = await folder.lines("x.log");
  expect(lines.slice(0, 500).map(withoutTime)).toEqual(
    Array.from({ length: 500 }, (_, i) => `[INF] before ${i}\n`),
  );
  expect(lines.slice(500)).toEqual([
    `[${process.pid}] [INF] timeless\n`,
    `[${process.pid}] [DBG] debugging\n`,
  ]);
});

test("a reload to a target that cannot be opened changes nothing", async () => {
  await using folder = await Folder.create();
  const first = settings({ logFile: folder.file("x.log") });
  const second = settings({ logFile: folder.file("missing/x.log"), debug: true });
  const log = new Logger(await openLog(first), first);
  const reload = reconfigureLog(log, first, second);
  await expect(reload).rejects.toThrow(
    `error opening file: open ${second.logFile}: no such file or directory`,
  );
  expect(log.debugging).toBe(false);
  log.info("still here");
  await log.close();
  expect(await folder.text("x.log")).toEndWith("[INF] still here\n");
});
