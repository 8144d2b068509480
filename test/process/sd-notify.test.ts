/** What systemd hears of a server, over a real socket. */

import { afterEach, describe, expect, test } from "bun:test";
import type { ProcessLog } from "../../src/process/process-log.ts";
import { type NotifyEnvironment, ServiceManager } from "../../src/process/sd-notify.ts";
import { until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { DatagramListener } from "./datagram-listener.ts";
import { Folder, fixture, LOOPBACK, ours, ServerProcess } from "./processes.ts";

let warnings: string[] = [];
afterEach(() => {
  warnings = [];
});

const log: ProcessLog = {
  info: () => {},
  warn: (text) => warnings.push(text),
  error: () => {},
  fatal: () => {},
  debug: () => {},
};

const connect = (env: NotifyEnvironment): Promise<ServiceManager | null> =>
  ServiceManager.connect(env, log);

/** Fields of a datagram. */
function fieldsOf(datagram: string): Record<string, string> {
  return Object.fromEntries(datagram.split("\n").map((line) => line.split("=", 2)));
}

function abstractName(): string {
  return `@nats-test-${crypto.randomUUID()}`;
}

describe.skipIf(process.platform !== "linux")("systemd", () => {
  test("hears of start, reload and stop", async () => {
    await using folder = await Folder.make();
    const path = folder.join("notify");
    using systemd = new DatagramListener(path);
    const command = fixture({ reloads: ["", "a mistake"] });
    await using server = await ServerProcess.start(command, { NOTIFY_SOCKET: path });
    const ready = {
      READY: "1",
      STATUS: `Listening for client connections on 127.0.0.1:${server.port}`,
      MAINPID: String(server.pid),
    };
    expect((await systemd.waitFor(1)).map(fieldsOf)).toEqual([ready]);

    const uptime = Number((await Bun.file("/proc/uptime").text()).split(" ")[0]);
    for (const count of [3, 5]) {
      server.kill("SIGHUP");
      const [reloading, again] = (await systemd.waitFor(count)).slice(-2).map(fieldsOf);
      expect(reloading).toEqual({ RELOADING: "1", MONOTONIC_USEC: expect.any(String) });
      const sinceBoot = Number(reloading!.MONOTONIC_USEC) / 1e6;
      expect(Math.abs(sinceBoot - uptime)).toBeLessThan(10);
      expect(again).toEqual(ready);
    }

    server.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    expect(fieldsOf(systemd.received[5]!)).toEqual({ STOPPING: "1", STATUS: "Shutting down" });
    expect(systemd.received.length).toBe(6);
  });

  test("hears of lame duck mode, and of the stop only when it comes", async () => {
    const path = abstractName();
    using systemd = new DatagramListener(path);
    const options = { lameDuckDurationMs: 600, lameDuckGracePeriodMs: 500 };
    await using server = await ServerProcess.start(fixture({ options }), { NOTIFY_SOCKET: path });
    const wire = await Wire.connect(server.port);
    await wire.waitFor("INFO ");
    server.kill("SIGUSR2");
    const received = await systemd.waitFor(2);
    expect(received[1]).toStartWith("STATUS=Lame duck mode");
    expect(wire.ended).toBe(false);
    expect(await server.exit()).toBe(0);
    expect(systemd.received.slice(2).map((text) => text.split("\n")[0])).toEqual(["STOPPING=1"]);
    wire.close();
  });

  test("hears nothing when the server cannot start", async () => {
    const path = abstractName();
    using systemd = new DatagramListener(path);
    const command = fixture({ options: { pidFile: "/nonexistent/x.pid" } });
    await using server = ServerProcess.spawn(command, { NOTIFY_SOCKET: path });
    expect(await server.exit()).toBe(1);
    expect(systemd.received).toEqual([]);
  });

  test("gets signs of life at twice the rate it asks for, as long as the loop turns", async () => {
    const path = abstractName();
    using systemd = new DatagramListener(path);
    await using server = await ServerProcess.start([...ours, ...LOOPBACK], {
      NOTIFY_SOCKET: path,
      WATCHDOG_USEC: "200000",
      WATCHDOG_PID: "",
    });
    const begun = performance.now();
    await systemd.waitFor(6);
    expect(performance.now() - begun).toBeGreaterThan(300);
    expect(systemd.received.slice(1)).toEqual(Array(5).fill("WATCHDOG=1"));
    server.kill("SIGSTOP");
    // What was sent before the signal took effect.
    await Bun.sleep(50);
    const count = systemd.received.length;
    await Bun.sleep(300);
    expect(systemd.received.length).toBe(count);
    server.kill("SIGCONT");
    await systemd.waitFor(count + 2);
  });

  test.each([
    ["another process", "100000", "1"],
    ["nobody", "", ""],
    ["no number", "1e5", ""],
  ])("whose watchdog is for %s gets no signs of life", async (_, usec, pid) => {
    const path = abstractName();
    using systemd = new DatagramListener(path);
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: usec, WATCHDOG_PID: pid };
    const manager = (await connect(env))!;
    manager.ready("up");
    await Bun.sleep(200);
    expect(systemd.received).toEqual([`READY=1\nSTATUS=up\nMAINPID=${process.pid}`]);
    await manager.close();
  });

  test("gets everything in order though its queue is full for a while", async () => {
    const path = abstractName();
    using systemd = new DatagramListener(path, 1);
    const manager = (await connect({ NOTIFY_SOCKET: path }))!;
    const sent = Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(500)}`);
    for (const text of sent) manager.status(text);
    const seen: string[] = [];
    await until("all of them", () => {
      seen.splice(0, seen.length, ...systemd.received);
      return seen.length === sent.length;
    });
    expect(seen).toEqual(sent.map((text) => `STATUS=${text}`));
    expect(warnings).toEqual([]);
    await manager.close();
  });

  test("that has gone is given up, said, and does not hold the end up", async () => {
    const path = abstractName();
    const manager = (await connect({ NOTIFY_SOCKET: path }))!;
    const begun = performance.now();
    manager.stopping();
    await manager.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(warnings).toEqual(["The service manager does not take STOPPING"]);
  });

  test.each([
    ["vsock:2:1234", "it is no path of a socket"],
    ["relative/path", "it is no path of a socket"],
    [`/${"x".repeat(200)}`, "the path is too long for a socket"],
    [`@${"x".repeat(108)}`, "the path is too long for a socket"],
  ])("at an address that cannot be used is a warning: %s", async (path, why) => {
    expect(await connect({ NOTIFY_SOCKET: path })).toBeNull();
    expect(warnings).toEqual([`Cannot notify the service manager at ${path}: ${why}`]);
  });
});

test("without a service manager nothing is said", async () => {
  expect(await connect({})).toBeNull();
  expect(await connect({ NOTIFY_SOCKET: "" })).toBeNull();
  expect(warnings).toEqual([]);
});
