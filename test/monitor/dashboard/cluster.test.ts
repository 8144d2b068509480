/** The cluster as the dashboard shows it: what this server knows, and what others tell of themselves. */

import { describe, expect, test } from "bun:test";
import type { ClusterMap } from "../../../src/monitor/dashboard/cluster-shapes.ts";
import { eventually } from "../../support/until.ts";
import { startWatched, type Watched } from "./watched.ts";

async function read({ url }: Watched): Promise<ClusterMap> {
  return (await (await fetch(`${url}/api/cluster`)).json()) as ClusterMap;
}

/** A server of a cluster. */
function member(name: string, more = "", top = ""): Promise<Watched> {
  return startWatched(`
    server_name: ${name}
    cluster { name: c, listen: "127.0.0.1:-1", pool_size: 2, ${more} }
    ${top}`);
}

describe("without others", () => {
  test("it is said whether there could be any", async () => {
    await using alone = await startWatched();
    const map = await read(alone);
    expect(map).toMatchObject({ isCluster: false, routes: [], missing: [], port: 0 });
    expect(map.nodes).toMatchObject([{ isSelf: true, stats: { connections: 0 } }]);
  });

  test("servers that are not reached are named, without what is secret", async () => {
    await using first = await member("first", `routes: ["nats-route://u:s3cret@127.0.0.1:1"]`);
    await eventually("missing", async () => (await read(first)).missing.length > 0);
    const map = await read(first);
    expect(map).toMatchObject({ isCluster: true, hasConfiguredRoutes: true, name: "c" });
    expect(map.missing).toEqual(["127.0.0.1:1"]);
    expect(map.port).toBe(first.server.cluster!.port);
    expect(JSON.stringify(map)).not.toContain("s3cret");
    const answer = await fetch(`${first.url}/readyz`);
    const { status, checks } = (await answer.json()) as {
      status: string;
      checks: readonly { name: string; status: string; reason: string }[];
    };
    expect([answer.status, status]).toEqual([200, "ok"]);
    expect(checks.find(({ name }) => name === "cluster")).toEqual({
      name: "cluster",
      status: "warning",
      reason: "routes to 0 other servers, but none to 127.0.0.1:1",
    });
  });
});

describe("with another server", () => {
  test("it has told of itself, and each connection to it is there", async () => {
    await using first = await member("first");
    const url = `nats-route://127.0.0.1:${first.server.cluster!.port}`;
    await using second = await member("second", `routes: ["${url}"]`);
    const client = second.server.connectInProcess();
    await eventually("all of it", async () => {
      const { nodes, routes } = await read(first);
      return routes.length === 3 && nodes[1]?.stats?.connections === 1;
    });
    const map = await read(first);
    expect(map.nodes).toMatchObject([
      { name: "first", isSelf: true, routes: 0 },
      { name: "second", id: second.server.serverInfo.id, routes: 3, isSolicited: false },
    ]);
    expect(map.nodes[1]!.stats!.memory).toBeGreaterThan(1e6);
    expect(map.nodes[1]!.runtime).toStartWith("bun");
    const kinds = map.routes.map(({ account, slot, isSolicited }) => [account, slot, isSolicited]);
    expect(kinds).toEqual([
      ["", 0, false],
      ["", 1, false],
      ["$SYS", -1, false],
    ]);
    const back = await read(second);
    expect(back.routes.map((each) => each.isSolicited && each.isConfigured)).toEqual([
      true,
      true,
      true,
    ]);
    await client.close();
  });

  test("it is shown without numbers where there is no system account", async () => {
    await using first = await member("first", "", "no_system_account: true");
    const url = `nats-route://127.0.0.1:${first.server.cluster!.port}`;
    await using second = await member("second", `routes: ["${url}"]`, "no_system_account: true");
    await eventually("the other", async () => (await read(second)).nodes.length === 2);
    expect((await read(second)).nodes[1]).toMatchObject({ name: "first", stats: null });
  });
});
