/** Standard error as a log, whatever stands behind it. */

import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { findPeer } from "../support/peer.ts";
import { until } from "../support/server.ts";
import { Folder } from "./files.ts";

const SOURCE = resolve(import.meta.dir, "../../src/log");
const peer = findPeer();

/** A program with a console target in `log`; `say` writes to standard output. */
function program(body: string, settings = "{}"): string {
  return `
    const { ConsoleTarget } = await import("${SOURCE}/console-target.ts");
    const { DEFAULT_LOG_SETTINGS } = await import("${SOURCE}/log-settings.ts");
    const log = await ConsoleTarget.open({ ...DEFAULT_LOG_SETTINGS, ...${settings} });
    const stdout = Bun.stdout.writer();
    const say = (text) => { stdout.write(text); stdout.flush(); };
    ${body}`;
}

/**
 * Runs a program with standard error in a pipe to a shell command. In the shell, `$DONE` is the file
 * that takes standard output. Resolves to the exit code.
 */
async function runPiped(folder: Folder, body: string, reader: string): Promise<number> {
  const pipeline = '{ "$BUN" -e "$BODY" 2>&1 >"$DONE"; echo $? >"$CODE"; }';
  const child = Bun.spawn(["sh", "-c", `${pipeline} | { ${reader}; }`], {
    env: {
      ...process.env,
      BUN: process.execPath,
      BODY: program(body),
      DONE: folder.file("done"),
      CODE: folder.file("code"),
      OUT: folder.file("out"),
    },
    stdout: "ignore",
    stderr: "ignore",
  });
  await child.exited;
  await until("exit code", () => Bun.file(folder.file("code")).size > 0);
  return Number(await folder.text("code"));
}

async function run(body: string, settings?: string): Promise<{ code: number; stderr: string }> {
  const child = Bun.spawn([process.execPath, "-e", program(body, settings)], { stderr: "pipe" });
  const stderr = await new Response(child.stderr).text();
  return { code: await child.exited, stderr };
}

test("lines are out when the process ends right behind them", async () => {
  const { code, stderr } = await run(`
    log.write("debug", "one");
    log.write("info", "two");
    log.write("trace", "three");
    log.write("fatal", "four");
    process.exit(1);`);
  expect(code).toBe(1);
  const lines = stderr.split("\n").map((line) => line.replace(/^\[\d+\] \S+ \S+ /, ""));
  expect(lines).toEqual(["[DBG] one", "[INF] two", "[TRC] three", "[FTL] four", ""]);
});

test("debug and trace lines leave at the end of the turn", async () => {
  const { stderr } = await run(`
    for (let i = 0; i < 3000; i++) log.write("trace", "x".repeat(50));
    await Promise.resolve();
    process.exit(0);`);
  expect(stderr.match(/\[TRC\] x{50}\n/g)).toHaveLength(3000);
});

test("lines can be JSON", async () => {
  const { stderr } = await run(`log.write("error", "one");`, '{ logFormat: "json" }');
  expect(JSON.parse(stderr)).toMatchObject({ level: "error", msg: "one" });
});

test("a pipe that nobody reads costs lines, but neither time nor memory", async () => {
  await using folder = await Folder.create();
  const count = 20_000;
  const body = `
    const before = process.memoryUsage.rss();
    for (let i = 0; i < ${count}; i++) {
      log.write("info", i + " " + "x".repeat(1000));
      if (i % 100 === 0) await Bun.sleep(0);
    }
    say(String(process.memoryUsage.rss() - before));
    while (!(await Bun.file(process.env.OUT).exists())) await Bun.sleep(5);
    await Bun.sleep(100);
    log.write("info", "last");
    await log.flush();`;
  const reader = 'while [ ! -s "$DONE" ]; do sleep 0.02; done; cat >"$OUT"';
  expect(await runPiped(folder, body, reader)).toBe(0);
  expect(Number(await folder.text("done"))).toBeLessThan(60 * 1024 * 1024);
  const lines = (await folder.lines("out")).map((line) => line.replace(/^\[\d+\] \S+ \S+ /, ""));
  const lost = /^\[WRN\] (\d+) log lines were lost\n$/.exec(lines.at(-2)!);
  expect(lines.at(-1)).toBe("[INF] last\n");
  const kept = lines.slice(0, -2).map((line) => /^\[INF\] (\d+) x{1000}\n$/.exec(line)?.[1]);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => String(i)));
  expect(kept.length).toBeGreaterThan(4000);
  expect(kept.length + Number(lost![1])).toBe(count);
}, 20_000);

test("a process can end although nobody reads its log", async () => {
  await using folder = await Folder.create();
  const body = `
    for (let i = 0; i < 200; i++) log.write("info", "x".repeat(1000));
    const startedAt = performance.now();
    await log.close();
    say(String(performance.now() - startedAt));
    process.exit(0);`;
  const reader = 'while [ ! -s "$DONE" ]; do sleep 0.02; done';
  expect(await runPiped(folder, body, reader)).toBe(0);
  expect(Number(await folder.text("done"))).toBeWithin(500, 3_000);
});

test("a reader that is gone does not end the process", async () => {
  await using folder = await Folder.create();
  const body = `
    for (let i = 0; i < 50; i++) {
      log.write("info", "x".repeat(1000));
      await Bun.sleep(1);
    }
    await log.flush();
    say("done");`;
  const reader = 'exec 0<&-; while [ ! -s "$DONE" ]; do sleep 0.02; done';
  expect(await runPiped(folder, body, reader)).toBe(0);
  expect(await folder.text("done")).toBe("done");
});

test("a full disk does not end the process either", async () => {
  const body = `
    for (let i = 0; i < 50; i++) {
      log.write("info", "x".repeat(1000));
      await Bun.sleep(0);
    }
    await log.flush();
    say("done");`;
  const child = Bun.spawn([process.execPath, "-e", program(body)], {
    stdout: "pipe",
    stderr: Bun.file("/dev/full"),
  });
  expect(await new Response(child.stdout).text()).toBe("done");
  expect(await child.exited).toBe(0);
});

/** What a command writes to a terminal until it says that it is ready or ends. */
async function onTerminal(command: string[]): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn(command, {
    terminal: {
      data(_, chunk) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes("Server is ready")) child.kill("SIGTERM");
      },
    },
  });
  await child.exited;
  await until("last line", () => text.includes("Server is ready"));
  return text;
}

/** Labels of the lines, with their colours. */
function labels(text: string): string[] {
  return text.split("\n").flatMap((line) => /\[[^\d\]]*\[[\d;]+m.*?\] /.exec(line)?.[0] ?? []);
}

describe("on a terminal", () => {
  test("labels are coloured, but not in JSON", async () => {
    const body = 'log.write("info", "x"); log.write("warn", "Server is ready");';
    const text = await onTerminal([process.execPath, "-e", program(body)]);
    expect(labels(text)).toEqual(["[\x1b[32mINF\x1b[0m] ", "[\x1b[0;93mWRN\x1b[0m] "]);
    const json = program(body, '{ logFormat: "json" }');
    expect(await onTerminal([process.execPath, "-e", json])).not.toContain("\x1b");
  });

  test.skipIf(peer === undefined)("the real server's labels are the same", async () => {
    const text = await onTerminal([peer!, "-a", "127.0.0.1", "-p", "-1", "-D"]);
    const unique = new Set(labels(text));
    expect([...unique].sort()).toEqual(["[\x1b[32mINF\x1b[0m] ", "[\x1b[36mDBG\x1b[0m] "]);
  });
});
