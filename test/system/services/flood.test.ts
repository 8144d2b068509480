/** Floods of requests: what is dropped, and that nobody else has to wait. */

import { expect, setDefaultTimeout, test } from "bun:test";
import { Logger } from "../../../src/log/logger.ts";
import { WAITING_MAX, WorkQueue } from "../../../src/system/services/work-queue.ts";
import { ours } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { Asker } from "./asker.ts";
import { PING, ServiceStage } from "./service-stage.ts";

setDefaultTimeout(30_000);

const CLIENTS = 300;
const REQUESTS = 5000;
const PINGS = 20;
/** Half a minute of work would be many times as long. */
const PING_MS_MAX = 500;

function queueWithLog(): { queue: WorkQueue; lines: string[] } {
  const lines: string[] = [];
  const log = new Logger((_level, text) => lines.push(text), { debug: false, trace: false });
  return { queue: new WorkQueue(log), lines };
}

test("one request is worked on at a time, and failures hold up nobody", async () => {
  const { queue, lines } = queueWithLog();
  const seen: string[] = [];
  for (const name of ["a", "b", "c"]) {
    queue.add(1, async () => {
      seen.push(`${name} begins`);
      await Bun.sleep(1);
      if (name === "b") throw new Error("no b");
      seen.push(`${name} ends`);
    });
  }
  await until("all are done", () => seen.includes("c ends"));
  expect(seen).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
  expect(lines).toEqual(["Request to the system account failed: no b"]);
});

test("beyond the most that may wait requests are dropped, which is said once", async () => {
  const { queue, lines } = queueWithLog();
  let done = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  queue.add(1, () => promise);
  for (let i = 0; i < WAITING_MAX + 500; i++) queue.add(1, () => void done++);
  expect(queue.length).toBe(WAITING_MAX);
  expect(lines).toEqual(["Too many requests to the system account wait, 1 were dropped"]);
  resolve();
  await until("the others are done", () => done === WAITING_MAX);
  expect(queue.length).toBe(0);
  queue.add(1, () => void done++);
  await until("it goes on", () => done === WAITING_MAX + 1);
});

test("large payloads count", () => {
  const { queue, lines } = queueWithLog();
  queue.add(1, () => new Promise(() => {}));
  for (let i = 0; i < 20; i++) queue.add(1024 * 1024, () => {});
  expect(queue.length).toBe(16);
  expect(lines).toHaveLength(1);
});

test("a flood of requests about all connections starves no client", async () => {
  await using stage = await ServiceStage.open(ours);
  const user = { user: "a", pass: "a" };
  const crowd = await Promise.all(
    Array.from({ length: CLIENTS }, () => Asker.open(stage.stage.port, user)),
  );
  const [client] = crowd;
  const body = '{"auth":true,"subscriptions_detail":true}';
  const request = `PUB ${PING}.CONNZ _INBOX.flood ${body.length}\r\n${body}\r\n`;
  void stage.system.wire.send(request.repeat(REQUESTS));
  let slowest = 0;
  for (let i = 0; i < PINGS; i++) {
    const start = performance.now();
    const before = client!.text.length;
    await client!.wire.send("PING\r\n");
    await client!.wire.waitFor(() => client!.text.length > before, 10_000);
    slowest = Math.max(slowest, performance.now() - start);
    await Bun.sleep(20);
  }
  expect(slowest).toBeLessThan(PING_MS_MAX);
  await stage.stage.server.loggedMatching(/requests to the system account wait, \d+ were dropped/);
  for (const { wire } of crowd) wire.close();
});
