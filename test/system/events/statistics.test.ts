/** Statistics from time to time, and when somebody asks. */

import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { ours, peer } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { both, EventStage, type Receiver } from "./event-stage.ts";

const TIMEOUT_MS = 60_000;
const CONFIG = `system_account: SYS
accounts {
  SYS { users: [{ user: sys, password: sys }] }
  A { users: [{ user: a, password: a }] }
}
`;
const STATSZ = /^\$SYS\.SERVER\.N[A-Z2-7]{55}\.STATSZ$/;
/** What is by chance, or of the operating system. */
const BY_CHANCE = /"(start|mem|cpu|bytes)":(?:[\d.]+|"[^"]*")/g;

function seen(receiver: Receiver): string[] {
  return receiver.messages.map(({ text }) => text);
}

function listen(stage: EventStage): Promise<Receiver> {
  return stage.client({ user: "sys", pass: "sys" }, "SUB $SYS.SERVER.*.STATSZ 1\r\n");
}

async function force(receiver: Receiver): Promise<void> {
  const from = receiver.messages.length;
  await receiver.wire.send("PUB $SYS.REQ.SERVER.PING 0\r\n\r\n");
  await receiver.saw("statistics", ({ subject }) => STATSZ.test(subject), from);
}

/** As JSON without its server. */
async function forced(command: readonly string[]): Promise<string> {
  await using stage = await EventStage.open(command, CONFIG);
  const receiver = await listen(stage);
  await receiver.saw("the first", ({ subject }) => STATSZ.test(subject));
  const client = await stage.client({ user: "a", pass: "a" }, "SUB foo 1\r\n");
  await client.wire.send("PUB foo 5\r\nhello\r\nPUB bar 2\r\nhi\r\nPING\r\n");
  await client.wire.waitFor(({ text }) => text.split("PONG\r\n").length > 3);
  await force(receiver);
  const text = seen(receiver).at(-1)!;
  expect(text).toStartWith('{"server":{"name":"stage"');
  return text.slice(text.indexOf('"statsz"')).replaceAll(BY_CHANCE, '"$1":0');
}

describe.skipIf(peer === undefined)("statistics that are asked for", () => {
  test(
    "are those of the real server",
    async () => {
      const [theirs, own] = await both(forced([peer!]), forced(ours));
      expect(own).toBe(theirs);
    },
    TIMEOUT_MS,
  );
});

/** When statistics have come, in milliseconds since the first of them. */
async function times(command: readonly string[], count: number): Promise<number[]> {
  await using stage = await EventStage.open(command, CONFIG);
  const receiver = await listen(stage);
  await until(`${count} statistics`, () => receiver.messages.length >= count, 10_000);
  const at = seen(receiver).map((text) => Date.parse(/"time":"([^"]*)"/.exec(text)![1]!));
  return at.slice(0, count).map((time) => time - at[0]!);
}

describe.skipIf(peer === undefined)("statistics from time to time", () => {
  test(
    "come as often as from the real server",
    async () => {
      for (const [, second, third] of await both(times([peer!], 3), times(ours, 3))) {
        // Whoever comes late misses the first ones; each pause is twice as long as the one before.
        const pause = second! < 1500 ? 1000 : 2000;
        expect(Math.abs(second! - pause)).toBeLessThan(400);
        expect(Math.abs(third! - 3 * pause)).toBeLessThan(400);
      }
    },
    TIMEOUT_MS,
  );
});

test(
  "whoever asks gets them at once, however often",
  async () => {
    await using stage = await EventStage.open(ours, CONFIG);
    const receiver = await listen(stage);
    await receiver.saw("the first", ({ subject }) => STATSZ.test(subject));
    for (let i = 0; i < 5; i++) await force(receiver);
    const numbers = seen(receiver).map((text) => Number(/"seq":(\d+)/.exec(text)![1]));
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
    expect(numbers.length).toBeGreaterThanOrEqual(6);
  },
  TIMEOUT_MS,
);

/** Prints how often statistics were woken long after their start, at very different times. */
const WAKING = `
  const { Statistics } = await import(process.argv[1]);
  let now = 0;
  performance.now = () => now;
  for (let i = 0; i < 1000; i++) {
    const statistics = new Statistics({ view: { serverInfo: { id: "" } } });
    now = Math.random() * 5000;
    statistics.start();
    now += Math.random() * 100_000;
    statistics.wake();
    statistics.stop();
  }
  console.log("woken");
`;

test("whenever somebody begins to listen, what has been missed is passed over", () => {
  const path = resolve(import.meta.dir, "../../../src/system/events/statistics.ts");
  // In a process of its own: it would not end if it were not passed over.
  const { stdout } = Bun.spawnSync([process.execPath, "-e", WAKING, path], { timeout: 20_000 });
  expect(stdout.toString()).toBe("woken\n");
});
