/** Lame duck mode: who is told what, who is closed when, and that nobody new comes in. */

import { expect, test } from "bun:test";
import type { Clock } from "../../src/net/clock.ts";
import { Server } from "../../src/server/server.ts";
import { withSeed } from "../support/prng.ts";
import { until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { Folder, fixture, LOOPBACK, peer, ServerProcess } from "./processes.ts";

/** A clock that jumps: a wait takes no time, and is noted. */
class JumpingClock implements Clock {
  readonly waits: number[] = [];
  readonly random: () => number;
  #now = 1000;

  constructor(random: () => number) {
    this.random = random;
  }

  now(): number {
    return this.#now;
  }

  async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.#now += milliseconds;
  }
}

async function listen(lines: string[] = []): Promise<Server> {
  const server = new Server({ host: "127.0.0.1", port: 0 }, (level, text) => {
    lines.push(`${level} ${text}`);
  });
  await server.start();
  lines.length = 0;
  return server;
}

async function connectAll(port: number, count: number): Promise<Wire[]> {
  const wires = await Promise.all(Array.from({ length: count }, () => Wire.connect(port)));
  for (const wire of wires) await wire.waitFor("INFO ");
  return wires;
}

test.each([
  // Spread over what the grace period leaves, ...
  [{ duration: 11_000, grace: 10_000 }, 4, 250],
  // ... but never longer than a second, ...
  [{ duration: 120_000, grace: 10_000 }, 3, 1000],
  // ... and over a second when nothing is left.
  [{ duration: 1_000, grace: 10_000 }, 5, 200],
  [{ duration: 60_000, grace: 0 }, 1, 1000],
])("%o with %d clients: pauses of up to %d ms", async ({ duration, grace }, count, pauseMax) => {
  await withSeed(async (random) => {
    const settings = { lameDuckDurationMs: duration, lameDuckGracePeriodMs: grace };
    const chances: number[] = [];
    const clock = new JumpingClock(() => {
      chances.push(random.below(1000) / 1000);
      return chances.at(-1)!;
    });
    const server = await listen();
    const wires = await connectAll(server.port, count);
    expect(await server.lameDuck(settings, clock)).toBe(true);
    expect(server.clients.size).toBe(0);
    const pauses = chances.slice(0, -1).map((chance) => Math.max(chance * pauseMax, pauseMax / 2));
    expect(clock.waits.length).toBe(count);
    expect(clock.waits[0]).toBe(grace);
    for (const [index, pause] of pauses.entries()) {
      expect(clock.waits[index + 1]).toBeCloseTo(pause, 6);
    }
    await server.stop();
    for (const wire of wires) expect(await wire.waitForEnd()).toBe(true);
  });
});

test("pauses shorter than a timer can be do not add up to more than the duration", async () => {
  const server = await listen();
  const wires = await connectAll(server.port, 200);
  const begun = performance.now();
  await server.lameDuck({ lameDuckDurationMs: 100, lameDuckGracePeriodMs: 50 });
  // 200 timers, of a millisecond each at the very least, would take 250.
  expect(performance.now() - begun).toBeLessThan(220);
  expect(server.clients.size).toBe(0);
  await server.stop();
  for (const wire of wires) wire.close();
});

test("without clients there is nothing to wait for", async () => {
  const lines: string[] = [];
  const server = await listen(lines);
  const clock = new JumpingClock(() => 0);
  const settings = { lameDuckDurationMs: 120_000, lameDuckGracePeriodMs: 10_000 };
  expect(await server.lameDuck(settings, clock)).toBe(true);
  expect(clock.waits).toEqual([]);
  await server.stop();
  expect(lines).toEqual([
    "info Entering lame duck mode, stop accepting new clients",
    "info Initiating Shutdown...",
    "info Server Exiting..",
  ]);
});

test("it begins once, and not before the server listens nor after it has stopped", async () => {
  const settings = { lameDuckDurationMs: 120_000, lameDuckGracePeriodMs: 60_000 };
  const server = new Server({ host: "127.0.0.1", port: 0 }, null);
  expect(await server.lameDuck(settings)).toBe(false);
  expect(server.phase).toBe("serving");
  await server.start();
  const [wire] = await connectAll(server.port, 1);
  const first = server.lameDuck(settings);
  expect(server.phase).toBe("lame duck");
  expect(await server.lameDuck(settings)).toBe(false);
  // A stop ends the grace period.
  await server.stop();
  expect(await first).toBe(true);
  expect(server.phase).toBe("stopping");
  expect(await server.lameDuck(settings)).toBe(false);
  expect(await wire!.waitForEnd()).toBe(true);
});

test("clients that are told keep what they have until they are closed", async () => {
  const server = await listen();
  const wire = await Wire.connect(server.port);
  await wire.send('CONNECT {"verbose":false,"protocol":1}\r\nSUB a 1\r\nPING\r\n');
  await wire.waitFor('"connect_info":true');
  const ending = server.lameDuck({ lameDuckDurationMs: 60_000, lameDuckGracePeriodMs: 30_000 });
  expect(await wire.waitFor('"ldm":true')).toBe(true);
  await wire.send("PUB a 2\r\nhi\r\n");
  expect(await wire.waitFor("MSG a 1 2\r\nhi\r\n")).toBe(true);
  await server.stop();
  await ending;
  wire.close();
});

const GREETINGS = {
  current: 'CONNECT {"verbose":false,"protocol":1}\r\nPING\r\n',
  // These three do not understand INFO at any time, or have not come that far.
  old: 'CONNECT {"verbose":false,"protocol":0}\r\nPING\r\n',
  hasty: 'CONNECT {"verbose":false,"protocol":1}\r\n',
  silent: "",
};

/** What everybody sees of a lame duck with a grace period of a second. */
async function observe(command: string[]): Promise<Record<string, unknown>> {
  await using server = await ServerProcess.start(command);
  const wires: Record<string, Wire> = {};
  for (const [name, greeting] of Object.entries(GREETINGS)) {
    const wire = await Wire.connect(server.port);
    await wire.waitFor("INFO ");
    await wire.send(greeting);
    if (greeting.includes("PING")) await wire.waitFor("PONG\r\n");
    wires[name] = wire;
  }
  const key = /"xkey":"\w+"/.exec(wires.silent!.text)![0];
  await wires.current!.waitFor('"connect_info":true');

  const begun = performance.now();
  server.kill("SIGUSR2");
  await server.logged("[INF] Entering lame duck mode, stop accepting new clients");
  await wires.current!.waitFor('"ldm":true');
  await expect(Wire.connect(server.port)).rejects.toThrow("Failed to connect");
  server.kill("SIGUSR2");
  server.kill("SIGTERM");
  await server.logged('[INF] Trapped "terminated" signal');
  await server.logged("[INF] Closing existing clients");
  const graceMs = performance.now() - begun;
  expect(await server.exit()).toBe(0);
  const totalMs = performance.now() - begun;
  expect(graceMs).toBeWithin(900, 1_400);
  // Three pauses of half a second to a second.
  expect(totalMs - graceMs).toBeWithin(1_400, 3_500);

  const seen = Object.entries(wires).map(([name, wire]) => {
    // Keep-alive runs meanwhile, at random times.
    const text = wire.text.replace("\r\nPING\r\n", "\r\n");
    const shown = text
      .replaceAll(key, '"xkey":"KEY"')
      .replaceAll(/"(server_id|server_name|go)":"[^"]*"/g, '"$1":"…"')
      .replaceAll(`"port":${server.port}`, '"port":0')
      .replaceAll(/"client_id":\d+/g, '"client_id":0');
    return [name, shown];
  });
  const trapped = /^\[INF\] Trapped/;
  return {
    ...Object.fromEntries(seen),
    // The two signals may come in either order.
    trapped: server.linesSinceReady.filter((line) => trapped.test(line)).sort(),
    lines: server.linesSinceReady.filter((line) => !trapped.test(line)),
  };
}

test.skipIf(peer === undefined)(
  "clients, bytes and log lines are those of nats-server",
  async () => {
    await using folder = await Folder.make();
    const config = folder.join("nats-server.conf");
    await Bun.write(config, 'lame_duck_duration: "30s"\nlame_duck_grace_period: "1s"\n');
    const options = { lameDuckDurationMs: 30_000, lameDuckGracePeriodMs: 1_000 };
    const [mine, theirs] = await Promise.all([
      observe(fixture({ options })),
      observe([peer!, ...LOOPBACK, "-c", config]),
    ]);
    expect(mine).toEqual(theirs);
    expect(mine.current).toContain('"client_ip":"127.0.0.1","ldm":true,"api_lvl"');
    for (const name of ["old", "hasty", "silent"]) expect(mine[name]).not.toContain("ldm");
  },
  15_000,
);

test("SIGINT ends a lame duck at once", async () => {
  await using server = await ServerProcess.start(fixture({}));
  const wire = await Wire.connect(server.port);
  await wire.waitFor("INFO ");
  server.kill("SIGUSR2");
  await server.logged("[INF] Entering lame duck mode, stop accepting new clients");
  server.kill("SIGINT");
  expect(await server.exit()).toBe(0);
  expect(server.linesSinceReady.slice(2)).toEqual([
    '[INF] Trapped "interrupt" signal',
    "[INF] Initiating Shutdown...",
    "[INF] Server Exiting..",
  ]);
  expect(await wire.waitForEnd()).toBe(true);
});

test("a client that leaves by itself is not missed", async () => {
  const server = await listen();
  const [leaving] = await connectAll(server.port, 2);
  const ending = server.lameDuck({ lameDuckDurationMs: 300, lameDuckGracePeriodMs: 200 });
  leaving!.close();
  await until("one less", () => server.clients.size === 1);
  expect(await ending).toBe(true);
  expect(server.clients.size).toBe(0);
  await server.stop();
});
