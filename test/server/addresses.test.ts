/** Addresses of IPv6 in log lines, and addresses that are none: the same as nats-server's. */

import { expect, test } from "bun:test";
import { ours, peer, ServerProcess } from "../process/processes.ts";

const SERVERS: [string, string[]][] = [["ours", ours]];
if (peer !== undefined) SERVERS.push(["nats-server", [peer]]);

for (const [name, command] of SERVERS) {
  test(`an IPv6 address stands in brackets, also when it is taken: ${name}`, async () => {
    await using server = await ServerProcess.start([...command, "-a", "::1", "-p", "-1"]);
    const line = server.lines.find((text) => text.includes("Listening for client connections"));
    expect(line).toBe(`[INF] Listening for client connections on [::1]:${server.port}`);

    const port = String(server.port);
    await using second = ServerProcess.spawn([...command, "-a", "::1", "-p", port]);
    expect(await second.exit()).toBe(1);
    expect(second.lines).toContain(
      `[FTL] Error listening on port: [::1]:${port}, ` +
        `"listen tcp [::1]:${port}: bind: address already in use"`,
    );
  });

  test.each([
    ["[::1]", "[[::1]]:0", "address [[::1]]:0: missing port in address"],
    ["[", "[:0", "address [:0: missing ']' in address"],
  ])(`%s is no address: ${name}`, async (host, shown, why) => {
    await using server = ServerProcess.spawn([...command, "-a", host, "-p", "-1"]);
    expect(await server.exit()).toBe(1);
    expect(server.lines).toContain(`[FTL] Error listening on port: ${shown}, "listen tcp: ${why}"`);
  });
}
