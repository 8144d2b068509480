/** What becomes of routes when the options of one of two servers change. */

import { expect, test } from "bun:test";
import { hashBytes } from "../../../src/bytes/hash.ts";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { Member, type MemberOptions } from "./member.ts";

const SECRET = { token: "", timeoutMs: 2000 };
const POOL = ["$SYS", "0", "1", "2"];

async function pair(
  ofA: MemberOptions = {},
  ofB: MemberOptions = {},
  view = POOL,
): Promise<[Member, Member]> {
  const a = new Member("A", ofA).open();
  const b = new Member("B", { ...ofB, routes: [a.url] }).open();
  await until("a whole mesh", () => isPair(a, b, view));
  return [a, b];
}

function isPair(a: Member, b: Member, view = POOL): boolean {
  return Bun.deepEquals(a.view[b.name], view) && Bun.deepEquals(b.view[a.name], view);
}

test("a route that is added is dialled, and one that is removed is closed for good", async () => {
  using a = new Member("A").open();
  using b = new Member("B").open();
  await b.reload({ routes: [a.url] });
  await until("a whole mesh", () => isPair(a, b));
  await b.reload({ routes: [] });
  expect(b.cluster.routeCount).toBe(0);
  expect(b.said("Removed route")).toHaveLength(4);
  expect(b.said("Removed route")[0]).toBe(`[info] Removed route ${a.url}`);
  await until("an end", () => a.cluster.routeCount === 0);
  await Bun.sleep(1200);
  expect(b.made).toHaveLength(4);
});

test("a removed route that leads nowhere is not dialled any more", async () => {
  const url = `nats-route://x:secret@127.0.0.1:${freePort()}`;
  using a = new Member("A", { routes: [url] }).open();
  await until("an attempt", () => a.said("Error trying").length === 2);
  await a.reload({ routes: [] });
  const said = "no longer part of configured routes";
  await until("an end", () => a.said(said).length === 2);
  expect(a.said(said)[0]).not.toContain("secret");
});

test("a pool of another size is made anew", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  a.subscribe("foo");
  await until("interest", () => b.interestIn("foo") === 1);
  await b.reload({ poolSize: 5 });
  await until("a whole mesh", () => isPair(a, b, ["$SYS", "0", "1", "2", "3", "4"]));
  b.subscribe("bar");
  await until("interest", () => b.interestIn("foo") === 1 && a.interestIn("bar") === 1);
});

test("an account gets routes of its own, and gives them back", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  for (const member of [a, b]) member.addAccount("ACC");
  a.subscribe("foo", "ACC");
  b.subscribe("bar", "ACC");
  const isKnown = (): boolean => b.interestIn("foo", "ACC") + a.interestIn("bar", "ACC") === 2;
  await until("interest", isKnown);

  await b.reload({ accounts: ["ACC"] });
  await until("routes of its own", () => isPair(a, b, [...POOL, "ACC"]));
  await until("interest", isKnown);
  expect(b.said("Timed out")).toEqual([]);
  expect([...a.cluster.movingAccounts].map(({ name }) => name)).toEqual(["ACC"]);
  expect(a.cluster.slotOf(a.account("ACC"))).toBe(-1);
  a.subscribe("later", "ACC");
  await until("interest", () => b.interestIn("later", "ACC") === 1);

  await a.reload({ accounts: ["ACC"] });
  expect(a.cluster.movingAccounts.size).toBe(0);
  await until("routes of its own", () => isPair(a, b, [...POOL, "ACC"]));
  await until("interest", isKnown);

  await a.reload({ accounts: [] });
  await b.reload({ accounts: [] });
  await until("the pool", () => isPair(a, b));
  await until("interest", isKnown);
  expect(b.cluster.slotOf(b.account("ACC"))).toBeGreaterThanOrEqual(0);
});

test("what changes while an account moves is told by one connection", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  for (const member of [a, b]) member.addAccount("ACC");
  a.subscribe("foo", "ACC");
  b.subscribe("foo", "ACC");
  await until("interest", () => a.interestIn("foo", "ACC") + b.interestIn("foo", "ACC") === 2);
  const isMoved = (): boolean => isPair(a, b, [...POOL, "ACC"]);
  const moved = b.reload({ accounts: ["ACC"] });
  let count = 0;
  while (count < 10 || !isMoved()) {
    for (const member of [a, b]) member.subscribe(`later.${count}`, "ACC");
    count++;
    await Bun.sleep(0);
  }
  await moved;
  const last = `later.${count - 1}`;
  await until("interest", () => a.interestIn(last, "ACC") * b.interestIn(last, "ACC") > 0);
  for (let i = 0; i < count; i++) {
    const subject = `later.${i}`;
    const seen = [a.interestIn(subject, "ACC"), b.interestIn(subject, "ACC")];
    expect([subject, ...seen]).toEqual([subject, 1, 1]);
  }
});

test("an account that others do not have is not waited for longer than two seconds", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  b.addAccount("ACC");
  const begin = performance.now();
  await b.reload({ accounts: ["ACC"] });
  expect(performance.now() - begin).toBeGreaterThan(1900);
  expect(a.said("[error] Error looking up account")).toEqual([
    '[error] Error looking up account "ACC": account missing',
  ]);
  expect(b.said("[warn]")).toEqual([
    "[warn] Timed out waiting for confirmation from all routes regarding per-account routes changes",
  ]);
});

test("permissions are told, and interest follows them", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  for (const subject of ["in.a", "other"]) a.subscribe(subject);
  for (const subject of ["out.b", "other"]) b.subscribe(subject);
  const seen = (): number[] => [
    b.interestIn("in.a"),
    b.interestIn("other"),
    a.interestIn("out.b"),
    a.interestIn("other"),
  ];
  await until("interest", () => Bun.deepEquals(seen(), [1, 1, 1, 1]));
  const only = (subject: string) => ({ allow: [subject], deny: null });
  await a.reload({
    permissions: { publish: only("in.>"), subscribe: only("out.>"), responses: null },
  });
  await until("less interest", () => Bun.deepEquals(seen(), [1, 0, 1, 0]));
  const told = [...b.cluster.routes].map(({ remote }) => remote);
  await until("news", () =>
    [...b.cluster.routes].every(({ remote }) => remote?.import?.allow?.[0] === "in.>"),
  );
  expect(told[0]?.export).toEqual({ allow: ["out.>"] });
  await a.reload({ permissions: null });
  await until("all interest", () => Bun.deepEquals(seen(), [1, 1, 1, 1]));
  expect(a.made).toHaveLength(4);
});

test("what routes may be sent follows the permissions, for what was wanted before too", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  b.subscribe(">");
  await until("interest", () => a.interestIn("x") === 1);
  const carrier = [...a.cluster.routes].find(
    ({ poolIndex }) => poolIndex === a.cluster.slotOf(a.account("$G")),
  )!;
  const mayGet = (subject: string): boolean => {
    const buf = Buffer.from(subject);
    const hash = hashBytes(buf, 0, buf.length);
    return carrier.outbound.filter?.mayReceive(buf, 0, buf.length, hash, "") ?? true;
  };
  const denying = (subject: string) => ({
    permissions: { publish: null, subscribe: { allow: [">"], deny: [subject] }, responses: null },
  });
  await a.reload(denying("one"));
  expect([mayGet("one"), mayGet("two")]).toEqual([false, true]);
  await a.reload(denying("two"));
  expect([mayGet("one"), mayGet("two")]).toEqual([true, false]);
  await a.reload({ permissions: null });
  expect([mayGet("one"), mayGet("two")]).toEqual([true, true]);
});

test("interest that ends as permissions forbid it is taken back", async () => {
  const alone = { poolSize: -1 };
  const [a, b] = await pair(alone, alone, ["all"]);
  using _a = a;
  using _b = b;
  const sink = a.subscribe("other");
  a.subscribe("more");
  await until("interest", () => b.interestIn("other") === 1 && b.interestIn("more") === 1);
  a.account("$G").unsubscribe(sink, sink.firstSub);
  const only = { allow: ["in.>"], deny: null };
  await a.reload({ permissions: { publish: only, subscribe: null, responses: null } });
  await until("less interest", () => b.interestIn("more") === 0);
  expect(b.interestIn("other")).toBe(0);
});

test("servers have to say a new password, and those that dialled this one come again", async () => {
  const authorization = (password: string) => ({ ...SECRET, user: "u", password });
  using a = new Member("A", { authorization: authorization("one") }).open();
  using b = new Member("B", { routes: [a.url.replace("//", "//u:one@")] }).open();
  await until("a whole mesh", () => isPair(a, b));
  await a.reload({ authorization: authorization("two") });
  expect(a.cluster.routeCount).toBe(0);
  await until("a refusal", () => b.said("Authorization Violation").length > 0);
  await b.reload({ routes: [a.url.replace("//", "//u:two@")] });
  await until("a whole mesh", () => isPair(a, b));
});

test("compression is agreed on again where it has to be, and changed at once where not", async () => {
  const compression = (mode: string) => ({ compression: { mode, rttThresholdsMs: [] } });
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  const modes = (member: Member): string[] => [
    ...new Set([...member.cluster.routes].map((route) => route.compression)),
  ];
  expect(modes(a).concat(modes(b))).toEqual(["off", "off"]);
  await b.reload(compression("s2_fast"));
  await until("a whole mesh", () => isPair(a, b) && modes(b)[0] === "s2_fast");
  expect(modes(a)).toEqual(["s2_fast"]);
  const before = b.made.length;
  await b.reload(compression("s2_best"));
  expect(modes(b)).toEqual(["s2_best"]);
  a.subscribe("foo");
  b.subscribe("bar");
  await until("interest", () => a.interestIn("bar") + b.interestIn("foo") === 2);
  expect(b.made).toHaveLength(before);
});

test("other servers are told another address, and clients no URLs", async () => {
  const [a, b] = await pair();
  using _a = a;
  using _b = b;
  await a.reload({ advertise: "a.example:1234", noAdvertise: true });
  const { host, port, ip, connect_urls } = a.cluster.info();
  expect({ host, port, ip }).toEqual({
    host: "a.example",
    port: 1234,
    ip: "nats-route://a.example:1234/",
  });
  expect(connect_urls).toEqual([]);
  await a.reload({ name: "OTHER" });
  expect(a.cluster.name).toBe("OTHER");
  expect(a.names).toEqual(["OTHER"]);
  expect(a.cluster.routeCount).toBe(4);
});
