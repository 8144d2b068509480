/** What signals do to a server, the same as to nats-server. */

import { expect, test } from "bun:test";
import { Wire } from "../support/wire.ts";
import { fixture, LOOPBACK, ours, peer, ServerProcess } from "./processes.ts";

const SERVERS: [string, string[]][] = [["ours", [...ours, ...LOOPBACK]]];
if (peer !== undefined) SERVERS.push(["nats-server", [peer, ...LOOPBACK]]);

const SHUTDOWN = ["[INF] Initiating Shutdown...", "[INF] Server Exiting.."];

/** Whether the server answers. */
async function isServing(server: ServerProcess): Promise<boolean> {
  const wire = await Wire.connect(server.port);
  await wire.send("PING\r\n");
  const answered = await wire.waitFor("PONG\r\n");
  wire.close();
  return answered;
}

for (const [name, command] of SERVERS) {
  for (const [signal, logged] of [
    ["SIGINT", ['[INF] Trapped "interrupt" signal', ...SHUTDOWN]],
    ["SIGTERM", ['[INF] Trapped "terminated" signal', ...SHUTDOWN]],
    [
      "SIGUSR2",
      [
        '[INF] Trapped "user defined signal 2" signal',
        "[INF] Entering lame duck mode, stop accepting new clients",
        ...SHUTDOWN,
      ],
    ],
  ] as const) {
    test(`${signal} ends ${name} with 0`, async () => {
      await using server = await ServerProcess.start(command);
      server.kill(signal);
      expect(await server.exit()).toBe(0);
      expect(server.linesSinceReady).toEqual([...logged]);
    });
  }

  for (const [signal, logged] of [
    [
      "SIGHUP",
      [
        '[INF] Trapped "hangup" signal',
        "[ERR] Failed to reload server configuration: " +
          "can only reload config when a file is provided using -c or --config",
      ],
    ],
    [
      "SIGUSR1",
      [
        '[INF] Trapped "user defined signal 1" signal',
        "[INF] File log re-open ignored, not a file logger",
      ],
    ],
  ] as const) {
    test(`${signal} leaves ${name} serving`, async () => {
      await using server = await ServerProcess.start(command);
      server.kill(signal);
      await server.logged(logged[1]);
      expect(server.linesSinceReady).toEqual([...logged]);
      expect(await isServing(server)).toBe(true);
    });
  }

  for (const signal of ["SIGPIPE", "SIGALRM", "SIGWINCH"] as const) {
    test(`${signal} does nothing to ${name}`, async () => {
      await using server = await ServerProcess.start(command);
      server.kill(signal);
      expect(await isServing(server)).toBe(true);
      server.kill("SIGINT");
      expect(await server.exit()).toBe(0);
      expect(server.linesSinceReady).toEqual(['[INF] Trapped "interrupt" signal', ...SHUTDOWN]);
    });
  }

  for (const [signal, first] of [
    ["SIGQUIT", "SIGQUIT: quit"],
    ["SIGABRT", "SIGABRT: abort"],
  ] as const) {
    test(`${signal} ends ${name} with 2 and a dump`, async () => {
      await using server = await ServerProcess.start(command);
      server.kill(signal);
      expect(await server.exit()).toBe(2);
      expect(server.linesSinceReady[0]).toBe(first);
      expect(server.linesSinceReady.length).toBeGreaterThan(5);
    });
  }
}

test("a dump tells what the server was at", async () => {
  await using server = await ServerProcess.start([...ours, ...LOOPBACK]);
  const wire = await Wire.connect(server.port);
  await wire.send('CONNECT {"verbose":false}\r\nSUB a 1\r\nSUB b 2\r\nPING\r\n');
  await wire.waitFor("PONG\r\n");
  server.kill("SIGQUIT");
  expect(await server.exit()).toBe(2);
  expect(server.linesSinceReady).toEqual(
    expect.arrayContaining([
      `pid: ${server.pid}`,
      "phase: serving",
      "clients: 1",
      "subscriptions: 2",
    ]),
  );
});

test("reloads do not overlap, and those asked for meanwhile become one", async () => {
  await using server = await ServerProcess.start(fixture({ reloads: ["", "no such key", ""] }));
  const trapped = '[INF] Trapped "hangup" signal';
  const count = (line: string): number => server.lines.filter((text) => text === line).length;
  for (let sent = 1; sent <= 4; sent++) {
    server.kill("SIGHUP");
    while (count(trapped) < sent) await Bun.sleep(1);
  }
  await server.logged("[ERR] Failed to reload server configuration: no such key");
  expect(count("[INF] Reloaded on purpose")).toBe(1);
  server.kill("SIGHUP");
  const deadline = performance.now() + 2_000;
  while (count("[INF] Reloaded on purpose") < 2 && performance.now() < deadline) await Bun.sleep(5);
  expect(server.linesSinceReady.filter((line) => line !== trapped)).toEqual([
    "[INF] Reloaded on purpose",
    "[ERR] Failed to reload server configuration: no such key",
    "[INF] Reloaded on purpose",
  ]);
});
