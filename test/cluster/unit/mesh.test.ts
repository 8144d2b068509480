/** Servers of this implementation among themselves: registration, pools, gossip, names, ends. */

import { describe, expect, test } from "bun:test";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { Member, type MemberOptions } from "./member.ts";

const POOL = ["$SYS", "0", "1", "2"];

function start(name: string, options: MemberOptions = {}): Member {
  return new Member(name, options).open();
}

/** Whether each has all routes with each of the others, and none with anybody else. */
function isWhole(members: readonly Member[], routes = POOL): boolean {
  return members.every((member) => {
    const others = members.filter((other) => other !== member).map(({ name }) => name);
    const { view } = member;
    const isAll = others.every((name) => Bun.deepEquals(view[name], routes));
    return isAll && Object.keys(view).length === others.length;
  });
}

const whole = (members: readonly Member[], routes = POOL): Promise<void> =>
  until("a whole mesh", () => isWhole(members, routes));

describe("two servers", () => {
  test("share a pool and a connection of the system account", async () => {
    using a = start("A");
    using b = start("B", { routes: [a.url] });
    await whole([a, b]);
    expect(a.cluster.serverCount).toBe(1);
    expect(a.cluster.routeCount).toBe(4);
    expect(b.made).toHaveLength(4);
    expect(a.said("Cluster name")).toEqual(["[info] Cluster name is C1"]);
    expect(a.said("Listening")).toEqual([
      `[info] Listening for route connections on 127.0.0.1:${a.cluster.port}`,
    ]);
    expect(a.said("Registering")).toHaveLength(4);
    expect(b.said("Registering")).toContain(
      `[debug] Registering remote route "${a.id}" for account "$SYS"`,
    );
  });

  test("share the larger one of two pools, and interest by each one's own slots", async () => {
    using a = start("A", { poolSize: 5 });
    using b = start("B", { routes: [a.url] });
    await whole([a, b], ["$SYS", "0", "1", "2", "3", "4"]);
    expect(a.cluster.slotOf(a.account("$G"))).toBe(3);
    expect(b.cluster.slotOf(b.account("$G"))).toBe(2);
    a.subscribe("from.a");
    b.subscribe("from.b");
    await until("interest", () => b.interestIn("from.a") + a.interestIn("from.b") === 2);
  });

  test("share one connection when one of them has no pool", async () => {
    using a = start("A", { poolSize: -1 });
    using b = start("B", { routes: [a.url] });
    a.subscribe("sys", "$SYS");
    await whole([a, b], ["all"]);
    await until("interest", () => b.interestIn("sys", "$SYS") === 1);
    const refused =
      'Not possible to have a dedicated route for account "$SYS" between those servers';
    await until("a refusal", () => b.said(refused).length === 1);
  });

  test("that both dial end with one pool, and the first is dialled when it comes back", async () => {
    const port = freePort();
    const first = start("A", { port });
    using b = start("B", { routes: [first.url] });
    await first.reload({ routes: [b.url] });
    await whole([first, b]);
    await until("quiet", () => first.made.every((route) => !route.isOpen || route.isRegistered));
    expect(isWhole([first, b])).toBe(true);
    first[Symbol.dispose]();
    using a = start("A2", { port });
    await whole([a, b]);
  });

  test("are connected again after all connections are lost", async () => {
    using a = start("A");
    using b = start("B", { routes: [a.url] });
    await whole([a, b]);
    for (const route of [...a.cluster.routes]) route.close("Stale Connection");
    await until("a loss", () => b.cluster.routeCount === 0);
    await whole([a, b]);
    expect(b.made).toHaveLength(8);
  });
});

describe("a server", () => {
  test("that dials itself leaves it at that", async () => {
    const port = freePort();
    using a = start("A", { port, routes: [`nats-route://127.0.0.1:${port}`] });
    await until("an end", () => a.said("Detected route to self").length === 2);
    await until("closed routes", () => a.made.every((route) => !route.isOpen));
    expect(a.said("[error]")).toEqual([]);
  });

  test("with the name of another one is turned away", async () => {
    using a = start("A");
    using b = start("A", { routes: [a.url] });
    const said = `[error] Remote server has a duplicate name: "A"`;
    await until("a refusal", () => a.said("duplicate name").length > 0);
    expect(a.said("duplicate name")[0]).toBe(said);
    expect(b.cluster.routeCount).toBe(0);
  });

  test("ends with everything it has begun", async () => {
    using a = start("A");
    const b = start("B", { routes: [a.url, "nats-route://127.0.0.1:1"] });
    await whole([a, b]);
    b[Symbol.dispose]();
    await until("an end", () => a.cluster.routeCount === 0 && a.cluster.serverCount === 0);
    expect(b.made.filter((route) => route.isOpen)).toEqual([]);
    expect(b.said("[debug] Route accept loop exiting..")).toHaveLength(1);
  });

  test("whose port is taken cannot start", () => {
    using a = start("A");
    expect(() => start("B", { port: a.cluster.port })).toThrow(
      `Error listening on router port: ${a.cluster.port} - listen tcp 127.0.0.1:${a.cluster.port}: ` +
        "bind: address already in use",
    );
  });

  test("cannot start with an address that is none", () => {
    expect(() => start("B", { advertise: "a:b:c" })).toThrow(
      "Error setting route INFO with Cluster.Advertise value of a:b:c, err=",
    );
  });
});

describe("gossip", () => {
  test("connects all who know one", async () => {
    using seed = start("S");
    const options = { routes: [seed.url] };
    using a = start("A", options);
    using b = start("B", options);
    using c = start("C", options);
    using d = start("D", options);
    const all = [seed, a, b, c, d];
    await whole(all);
    expect(all.flatMap((member) => member.said("[error]"))).toEqual([]);
    a[Symbol.dispose]();
    await whole([seed, b, c, d]);
  });

  test("connects all along a chain", async () => {
    using a = start("A");
    using b = start("B", { routes: [a.url] });
    using c = start("C", { routes: [b.url] });
    using d = start("D", { routes: [c.url] });
    await whole([a, b, c, d]);
  });

  test("connects those without a pool, and those with one through one without", async () => {
    using seed = start("S", { poolSize: -1 });
    using a = start("A", { routes: [seed.url] });
    using b = start("B", { routes: [seed.url] });
    await until("a whole mesh", () => Bun.deepEquals(a.view.B, POOL));
    await until("its other side", () => Bun.deepEquals(b.view, { S: ["all"], A: POOL }));
  });

  test("needs the password that all of them have", async () => {
    const authorization = { user: "route", password: "s3cret@:/", token: "", timeoutMs: 2000 };
    const secret = { authorization } as MemberOptions;
    using seed = start("S", secret);
    const url = seed.url.replace("//", "//route:s3cret%40%3A%2F@");
    using a = start("A", { ...secret, routes: [url] });
    using b = start("B", { ...secret, routes: [url] });
    await whole([seed, a, b]);
    const lines = [seed, a, b].flatMap((member) => member.lines).join("\n");
    expect(lines).not.toContain("s3cret");
  });

  test("finds a server again that was away", async () => {
    using seed = start("S");
    using a = start("A", { routes: [seed.url] });
    using b = start("B", { routes: [seed.url] });
    await whole([seed, a, b]);
    for (const route of [...a.cluster.routes]) {
      if (route.remoteName === "B") route.close("Stale Connection");
    }
    // It may be back before anybody has looked.
    await until("a loss", () => b.cluster.lostRoutes >= POOL.length);
    await whole([seed, a, b]);
  });
});

describe("names of clusters", () => {
  test("that were made up give way to a real one", async () => {
    using a = start("A", { name: "" });
    using b = start("B", { name: "", routes: [a.url] });
    await whole([a, b]);
    expect(a.cluster.name).toBe(b.cluster.name);
    expect(a.cluster.name).toHaveLength(22);
    const warning = "Cluster name was dynamically generated, consider setting one";
    expect(a.said(warning)).toEqual([`[warn] ${warning}`]);
    using c = start("C", { name: "REAL", routes: [a.url] });
    await until("one name", () => b.cluster.name === "REAL");
    await whole([a, b, c]);
    expect(a.names.at(-1)).toBe("REAL");
    expect(a.said("Cluster name updated to REAL")).toHaveLength(1);
  });

  test("that differ keep servers apart", async () => {
    using a = start("A", { name: "ONE" });
    using b = start("B", { name: "TWO", routes: [a.url] });
    const said = 'Rejecting connection, cluster name "TWO" does not match "ONE"';
    await until("a refusal", () => a.said(said).length > 0);
    expect(a.said(said)[0]).toBe(`[error] ${said}`);
    expect(a.cluster.routeCount + b.cluster.routeCount).toBe(0);
  });
});

describe("URLs for clients", () => {
  test("are those of all servers, and forgotten with them", async () => {
    using a = start("A", { server: { clientAdvertise: "a.example:4222" } });
    using b = start("B", { routes: [a.url], server: { clientAdvertise: "b.example:4222" } });
    using c = start("C", { routes: [a.url], server: { clientAdvertise: "b.example:4222" } });
    expect(a.cluster.clientUrls).toEqual([]);
    await whole([a, b, c]);
    expect(a.cluster.clientUrls).toEqual(["a.example:4222", "b.example:4222"]);
    expect(a.told).toEqual([["a.example:4222", "b.example:4222"]]);
    b[Symbol.dispose]();
    await whole([a, c]);
    expect(a.told).toHaveLength(1);
    c[Symbol.dispose]();
    await until("a loss", () => a.told.length === 2);
    expect(a.told.at(-1)).toEqual(["a.example:4222"]);
  });

  test("are not told where they are not to be", async () => {
    using a = start("A", { noAdvertise: true });
    using b = start("B", { routes: [a.url] });
    await whole([a, b]);
    expect(a.told.concat(b.told)).toEqual([]);
    expect(a.cluster.info().connect_urls).toEqual([]);
  });

  test("of a server in lame duck mode are forgotten, and it tells only those of others", async () => {
    using a = start("A", { server: { clientAdvertise: "a.example:4222" } });
    using b = start("B", { routes: [a.url], server: { clientAdvertise: "b.example:4222" } });
    await whole([a, b]);
    a.cluster.lameDuck();
    expect(a.cluster.clientUrls).toEqual(["b.example:4222"]);
    await until("news", () => b.told.length === 2);
    expect(b.told.at(-1)).toEqual(["b.example:4222"]);
    a[Symbol.dispose]();
    await until("an end", () => b.cluster.routeCount === 0);
    expect(b.told).toHaveLength(2);
  });
});
