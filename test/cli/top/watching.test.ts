/** `top` on a terminal: what it shows, and what keys do. */

import { describe, expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { connection, type FakeMonitor, startMonitor } from "./fake-monitor.ts";
import { type Watching, watch } from "./watching.ts";

function watchMonitor(monitor: FakeMonitor, ...args: string[]): Watching {
  return watch(["--url", monitor.url, "-d", "100ms", ...args]);
}

describe("keys", () => {
  test("choose what is shown", async () => {
    using monitor = startMonitor();
    monitor.connections = [connection(5, { name: "one", out_msgs: 12_345 }), connection(6)];
    await using top = watchMonitor(monitor);
    await top.shows("Connections: 2 of 2 by cid");
    expect(top.screen()).toContain("12.3K");
    top.press("b");
    await top.shows(" 12345 ");
    top.press("r");
    await top.shows(" 0/s ");
    top.press("s");
    await top.shows("SUBSCRIPTIONS");
    await until("subjects", () => monitor.asked.some((path) => path.endsWith("subs=1")));

    top.press("o");
    await top.shows("sort by (now cid): _");
    top.press("pendinx\u007fg\r");
    await top.shows("by pending\n");
    top.press("obogus\r");
    await top.shows("sort by (now pending): bogus_   one of cid start");
    top.press("\u001b");
    await top.shows("q quit");
    top.press("n");
    await top.shows("connections (now 1024): _");
    top.press("0\r");
    await top.shows("a number from 1 to 65536");
    top.press("\u007f1\r");
    await top.shows("Connections: 1 of 2 by pending");
    expect(monitor.asked).toContain("/connz?limit=1&sort=pending&subs=1");

    top.press("?");
    await top.shows("q  end");
    expect(top.screen()).not.toContain("Connections:");
    top.press("x");
    await top.shows("Connections:");
    top.press("h");
    await top.shows("q  end");
    top.press("q");
    expect(await top.left()).toBe(0);
  }, 20_000);

  test("pause it, and go on", async () => {
    using monitor = startMonitor();
    await using top = watchMonitor(monitor);
    await top.shows("up 1m5s");
    top.press(" ");
    await top.shows("paused: space goes on");
    monitor.varz.uptime = "1h";
    await Bun.sleep(400);
    expect(top.screen()).toContain("up 1m5s");
    top.press(" ");
    await top.shows("up 1h");
    expect(top.screen()).not.toContain("paused");
    top.press("\u0003");
    expect(await top.left()).toBe(0);
  });

  test("move through more connections than fit", async () => {
    using monitor = startMonitor();
    monitor.connections = Array.from({ length: 100 }, (_, i) => connection(i + 1));
    await using top = watchMonitor(monitor);
    await top.shows("Connections: 100 of 100");
    const first = (): number => Number(/:40(\d+)/.exec(top.screen())?.[1]);
    expect(first()).toBe(1);
    top.press("\u001b[B\u001b[B");
    await until("two lines", () => first() === 3);
    top.press("\u001b[6~");
    await until("a page", () => first() === 19);
    top.press("\u001b[F");
    await top.shows(/40100 +100 /);
    expect(top.screen().split("\n").length).toBe(24);
    top.press("\u001b[H");
    await top.shows(/40001 +1 /);
    top.resize(40, 12);
    const isSmall = (): boolean => {
      const lines = top.screen().split("\n");
      return lines.length === 12 && lines.every((line) => line.length <= 40);
    };
    for (let i = 0; i < 100 && !isSmall(); i++) await Bun.sleep(20);
    expect(isSmall()).toBe(true);
  }, 20_000);
});

test("connections that are about to be cut off stand out", async () => {
  using monitor = startMonitor();
  monitor.connections = [connection(2), connection(3)];
  monitor.slow = [
    {
      cid: 3,
      pending_percent: 80,
      limit_in_ms: 4_000,
      deadline_in_ms: 850,
      will_miss_deadline: true,
    },
  ];
  await using top = watchMonitor(monitor);
  await top.shows("! 192.0.2.1:40003    3  80% 850ms");
  expect(top.sent()).toContain("\u001b[1;31m! 192.0.2.1:40003");
  monitor.slow = [];
  await top.shows(/\n {2}192\.0\.2\.1:40003/);
  expect(top.screen()).not.toContain("SLOW");
});

test("names of clients cannot do anything to the terminal", async () => {
  using monitor = startMonitor();
  const name = "\u001b]0;o\u0007\u001b[2J\u009b1m\u202ee漢字\t.";
  monitor.connections = [connection(2, { name, lang: "\u001b[5m" })];
  await using top = watchMonitor(monitor);
  await top.shows("e漢字 .");
  expect(top.screen()).toContain("\\x1b]0;o\\a\\x1b[2J\\u009b1m\\u202ee漢字 .");
  for (const sequence of ["\u001b]", "\u001b[2J", "\u001b[5m", "\u009b", "\u202e", "\u0007"]) {
    expect(top.sent()).not.toContain(sequence);
  }
});

describe("a terminal", () => {
  test("without colours gets none", async () => {
    using monitor = startMonitor();
    await using top = watch(["--url", monitor.url], { NO_COLOR: "1" });
    await top.shows("NATS server 2.15.1");
    for (const style of ["1", "2", "0"]) expect(top.sent()).not.toContain(`\u001b[${style}m`);
    top.press("q");
    expect(await top.left()).toBe(0);
  });

  test("that can do nothing gets one table", async () => {
    using monitor = startMonitor();
    await using top = watch(["--url", monitor.url, "-d", "100ms"], { TERM: "dumb" });
    expect(await top.exited).toBe(0);
    expect(top.sent()).toContain("Connections: 0 of 0 by cid");
    expect(top.sent()).not.toContain("\u001b");
  });

  test("is left as it was after so many looks, and by a signal", async () => {
    using monitor = startMonitor();
    await using counted = watchMonitor(monitor, "-r", "3");
    expect(await counted.left()).toBe(0);
    expect(monitor.asked.filter((path) => path === "/varz").length).toBe(3);
    await using killed = watchMonitor(monitor);
    await killed.shows("NATS server");
    killed.kill("SIGTERM");
    expect(await killed.left()).toBe(0);
  });
});

test("a server that goes away is waited for", async () => {
  using monitor = startMonitor();
  await using top = watchMonitor(monitor);
  await top.shows("NATS server 2.15.1");
  monitor.answer = () => new Response("no\u001b[2J", { status: 503 });
  await top.shows("it answers 503 no\\x1b[2J");
  expect(top.screen()).toContain("NATS server 2.15.1");
  monitor.answer = null;
  await top.shows("q quit");
  expect(top.screen()).not.toContain("answers 503");
});

test("a server that does not answer holds nobody up who wants to go", async () => {
  using monitor = startMonitor();
  await using top = watchMonitor(monitor);
  await top.shows("NATS server 2.15.1");
  monitor.answer = () => new Promise<Response>(() => {});
  const { length } = monitor.asked;
  await until("a question", () => monitor.asked.length > length);
  const begin = performance.now();
  top.press("q");
  expect(await top.left()).toBe(0);
  expect(performance.now() - begin).toBeLessThan(3000);
});

test("a server that is not there is told of without a screen", async () => {
  await using top = watch(["-m", "1"]);
  expect(await top.exited).toBe(1);
  expect(Bun.stripANSI(top.sent())).toBe("nats-server: http://127.0.0.1:1: connection refused\r\n");
  expect(top.sent()).not.toContain("\u001b[?1049h");
});
