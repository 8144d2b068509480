/** Times and sizes at the ends of their range: 0, less than that, more than a timer can be. */

import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { DEFAULT_OPTIONS, resolveOptions } from "../../src/config/options/options.ts";
import { Folder, ours, peer, ServerProcess } from "../process/processes.ts";
import { Wire } from "../support/wire.ts";

test.each([
  "maxPayload",
  "maxControlLine",
  "maxPending",
  "writeDeadlineMs",
  "pingIntervalMs",
  "pingMax",
  "maxClosedClients",
  "lameDuckDurationMs",
  "lameDuckGracePeriodMs",
  "connectErrorReports",
  "reconnectErrorReports",
] as const)("%s", (key) => {
  expect(resolveOptions({ [key]: 0 })).toEqual({ ...DEFAULT_OPTIONS });
});

const FILE = `
listen: "127.0.0.1:-1"
ping_interval: "0s"
ping_max: 0
max_pending: 0
max_payload: 0
max_control_line: 0
write_deadline: "0s"
lame_duck_grace_period: "0s"
`;

for (const [name, command] of [["ours", ours] as const, ["nats-server", [peer!]] as const]) {
  test.skipIf(command[0] === undefined)(`${name} serves with all of them`, async () => {
    await using folder = await Folder.make();
    await writeFile(folder.join("a.conf"), FILE);
    await using server = await ServerProcess.start([...command, "-c", folder.join("a.conf")]);
    const wire = await Wire.connect(server.port);
    await wire.send('CONNECT {"verbose":false}\r\nSUB a 1\r\nPUB a 2\r\nhi\r\nPING\r\n');
    expect(await wire.waitFor(/"max_payload":1048576,.*MSG a 1 2\r\nhi\r\nPONG\r\n$/s)).toBe(true);
    server.kill("SIGUSR2");
    await server.logged("[INF] Entering lame duck mode, stop accepting new clients");
    // The grace period is ten seconds, and not none.
    await Bun.sleep(100);
    expect(server.text).not.toContain("Closing existing clients");
    wire.close();
  });
}

test.each([
  ["less than none", 'ping_interval: "-1s"\nping_max: 1000\n', /PING\r\nPING\r\n/],
  // Without quotes this is five million seconds.
  ["more than a timer can be", "ping_interval: 5m\n", /PONG\r\n$/],
])("an interval that is %s draws no word from the runtime", async (_, text, answer) => {
  await using folder = await Folder.make();
  await writeFile(folder.join("a.conf"), `listen: "127.0.0.1:-1"\n${text}`);
  await using server = await ServerProcess.start([...ours, "-c", folder.join("a.conf")]);
  const wire = await Wire.connect(server.port);
  await wire.send('CONNECT {"verbose":false}\r\nPING\r\n');
  expect(await wire.waitFor(answer)).toBe(true);
  await Bun.sleep(300);
  expect(wire.text).toMatch(answer);
  wire.close();
  expect(server.text).not.toContain("Warning");
});
