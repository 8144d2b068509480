/** Peers that lie, or do not do what they should: what it costs is bounded, and others go on. */

import { afterEach, expect, test } from "bun:test";
import type { ClusterMeans } from "../../../src/cluster/cluster.ts";
import {
  EMPTY_ROUTE_INFO,
  encodeRouteInfo,
  type RouteInfo,
} from "../../../src/protocol/route-info.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Member, type MemberOptions } from "./member.ts";

const CONNECT = `CONNECT {"echo":true,"verbose":false,"pedantic":false,"tls_required":false,"headers":true,"name":"NLIAR","cluster":"C1","lnoc":true}\r\n`;

function info(fields: Partial<RouteInfo>): Buffer {
  const own = {
    server_id: "NLIAR",
    server_name: "liar",
    version: "2.15.1",
    proto: 1,
    go: "go1.27",
  };
  const address = { host: "127.0.0.1", port: 1, headers: true, max_payload: 1024, cluster: "C1" };
  return encodeRouteInfo(
    { ...EMPTY_ROUTE_INFO, ...own, ...address, lnoc: true, lnocu: true, ...fields },
    " \r\n",
  );
}

const wires: Wire[] = [];

afterEach(() => {
  for (const wire of wires.splice(0)) wire.close();
});

async function connect(member: Member): Promise<Wire> {
  const wire = await Wire.connect(member.cluster.port);
  wires.push(wire);
  return wire;
}

async function comeIn(member: Member, fields: Partial<RouteInfo>): Promise<Wire> {
  const wire = await connect(member);
  await wire.send(CONNECT);
  await wire.send(info(fields));
  return wire;
}

/** What a peer is told before it is turned away. */
async function refusal(member: Member, fields: Partial<RouteInfo>): Promise<string> {
  const wire = await comeIn(member, fields);
  expect(await wire.waitForEnd()).toBe(true);
  return /-ERR '(.*)'\r\n$/.exec(wire.text)?.[1] ?? "";
}

function start(options: MemberOptions = {}): Member {
  return new Member("A", options).open();
}

test("pools, slots and accounts that cannot be", async () => {
  using a = start();
  a.addAccount("ACC");
  const answers = [
    await refusal(a, { route_pool_size: 3, route_pool_idx: 3 }),
    await refusal(a, { route_pool_size: 3, route_pool_idx: -1 }),
    await refusal(a, { route_pool_size: 1_000_000_000 }),
    await refusal(a, { route_pool_size: 3, route_account: "ACC" }),
    await refusal(a, { route_pool_size: 3, route_account: "NOBODY" }),
    await refusal(a, { route_account: "$SYS" }),
    await refusal(a, { route_pool_size: 3, server_id: "" }),
    await refusal(a, { route_pool_size: 3, server_id: "N".repeat(1000) }),
    await refusal(a, { route_pool_size: 3, server_name: "N".repeat(1000) }),
  ];
  expect(answers).toEqual([
    "Invalid route pool index: 3 - pool size is 3",
    "Invalid route pool index: -1 - pool size is 3",
    "Invalid route pool size: 1000000000",
    'No route for account "ACC"',
    'Unable to lookup account "NOBODY": account missing',
    'Not possible to have a dedicated route for account "$SYS" between those servers',
    "Invalid server id or name",
    "Invalid server id or name",
    "Invalid server id or name",
  ]);
  expect(a.cluster.serverCount).toBe(0);
  expect(a.made.filter((route) => route.isOpen)).toEqual([]);
});

test("the id of another server takes no place from it", async () => {
  using a = start();
  using b = new Member("B", { routes: [a.url] }).open();
  await until("a whole mesh", () => a.cluster.routeCount === 4 && b.cluster.routeCount === 4);
  const fields = { server_id: b.id, server_name: "B", route_pool_size: 3 };
  for (const slot of [0, 1, 2]) await refusal(a, { ...fields, route_pool_idx: slot });
  await refusal(a, { ...fields, route_account: "$SYS" });
  await refusal(a, { server_id: b.id });
  await refusal(b, { ...fields, server_id: a.id });
  await refusal(b, { ...fields, server_id: a.id, route_account: "$SYS" });
  expect(a.view).toEqual({ B: ["$SYS", "0", "1", "2"] });
  expect(b.view).toEqual({ A: ["$SYS", "0", "1", "2"] });
  b.subscribe("foo");
  await until("interest", () => a.interestIn("foo") === 1);
});

test("the id of this server", async () => {
  using a = start();
  expect(await refusal(a, { server_id: a.id, route_pool_size: 3 })).toBe("");
  expect(a.cluster.serverCount).toBe(0);
});

test("news of thousands of servers that are not there", async () => {
  // No attempt ever ends: one that does makes room for another, and is made again. The liar itself
  // is dialled as well, a second later, for the rest of its pool.
  const dialled: string[] = [];
  const dial: ClusterMeans["dial"] = async ({ address, signal }) => {
    if (address !== "127.0.0.1:1") dialled.push(address);
    return await new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
  };
  using a = start({ means: { dial } });
  const wire = await comeIn(a, { route_pool_size: 3 });
  await until("a route", () => a.cluster.routeCount === 1);
  const news: Buffer[] = [];
  for (let i = 0; i < 2000; i++) {
    const ip = `nats-route://127.0.0.1:${20_000 + i}/`;
    news.push(info({ server_id: `NX${i}`, port: 20_000 + i, ip, route_pool_size: 3 }));
  }
  const odd = [
    "",
    "x",
    "nats-route://",
    "nats-route://h:0/",
    `nats-route://${"h".repeat(5000)}:1/`,
  ];
  for (const [i, ip] of odd.entries()) news.push(info({ server_id: `NODD${i}`, ip }));
  await wire.send(Buffer.concat(news));
  await until("all news", () => a.said("too many others").length > 1700);
  expect(dialled.length).toBeGreaterThan(0);
  expect(dialled.length).toBeLessThanOrEqual(256);
  expect(a.cluster.routeCount).toBe(1);
});

test("URLs for clients without end", async () => {
  using a = start({ server: { clientAdvertise: "a.example:4222" } });
  const urls = Array.from({ length: 1000 }, (_, i) => `h${i}.example:4222`);
  urls.unshift("x".repeat(10_000));
  await comeIn(a, { route_pool_size: 3, connect_urls: urls });
  await until("URLs", () => a.told.length === 1);
  expect(a.told[0]).toHaveLength(257);
  expect(a.told[0]![1]).toBe("h0.example:4222");
});

test("moves of accounts that nobody has, and answers that nobody waits for", async () => {
  using a = start();
  const wire = await comeIn(a, { route_pool_size: 3 });
  await until("a route", () => a.cluster.routeCount === 1);
  const move = { server_id: "", server_name: "", route_pool_size: 3, route_acc_add_reqid: "R" };
  await wire.send(info({ ...move, route_account: "NOBODY" }));
  await wire.send(info(move));
  await wire.send(info({ gateway: "G" }));
  await until("an answer", () => a.said("gateway").length === 1);
  expect(a.said("[error]")).toEqual([
    '[error] Error looking up account "NOBODY": account missing',
    '[error] Received information about gateway "G" from NLIAR, but gateway is not configured',
  ]);
  expect(a.cluster.movingAccounts.size).toBe(0);
  expect(a.cluster.routeCount).toBe(1);
});

test("a thousand connections that say nothing leave room for others", async () => {
  using a = start();
  for (let i = 0; i < 1030; i++) await connect(a);
  await until("a limit", () => a.said("maximum connections exceeded").length > 0);
  expect(a.made.filter((route) => route.isOpen).length).toBeLessThanOrEqual(1024);
  for (const wire of wires) wire.close();
  await until("room", () => a.made.every((route) => !route.isOpen));
  using b = new Member("B", { routes: [a.url] }).open();
  await until("a whole mesh", () => b.cluster.routeCount === 4);
}, 15_000);
