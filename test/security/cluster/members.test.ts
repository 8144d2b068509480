/** Servers that are let in and lie: they harm themselves, and nobody else. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../../src/bytes/hash.ts";
import { Member } from "../../cluster/unit/member.ts";
import { connectLine, infoLine } from "../../kinds/route/cases.ts";
import { until } from "../../support/until.ts";
import { expectNothingLeft, FalseServer, openMember } from "./false-server.ts";

const ALONE = { route_pool_size: 0 };
const HASH = "$2a$04$abcdefghijklmnopqrstuv0123456789abcdefghijklmnopqrstu";

describe("who has said who it is", () => {
  test("is not forgotten when it claims the id of this server later", async () => {
    using a = openMember();
    const peer = await FalseServer.registered(a);
    await peer.send(`RS+ $G foo\r\n${infoLine({ server_id: a.id })}`);
    expect(await peer.refusal()).toBe("");
    await expectNothingLeft(a);
  });

  test("is not forgotten when it says another name", async () => {
    using a = openMember();
    const peer = await FalseServer.registered(a);
    await peer.send(`${connectLine({ name: "NOTHER" })}RS+ $G foo\r\n`);
    await peer.sync();
    expect(a.interestIn("foo")).toBe(1);
    peer.close();
    await expectNothingLeft(a);
  });

  test.each([
    { host: "", port: 0 },
    { host: "x".repeat(5000), port: 1 },
    { host: "127.0.0.1", port: 99_999_999_999 },
  ])("at an address that nobody can dial: %#", async (address) => {
    using a = openMember();
    const peer = await FalseServer.registered(a, { ...ALONE, ...address });
    await peer.send("RS+ $G foo\r\n");
    await peer.sync();
    peer.close();
    await expectNothingLeft(a);
    expect(a.said("Trying to connect")).toEqual([]);
  });

  test.each([
    [{ host: "a b%zz\u0001" }, "net/url: invalid control character in URL"],
    [{ port: -5 }, 'invalid port ":-5" after host'],
    [{ host: "[::1" }, "invalid IP-literal"],
  ])("at an address that is none: %j", async (address, reason) => {
    using a = openMember();
    const peer = await FalseServer.connect(a);
    await peer.send(connectLine() + infoLine({ ...ALONE, ...address }));
    expect(await peer.refusal()).toBe("");
    expect(a.said("[error]")[0]).toContain(`Error parsing URL from INFO: parse "nats-route://`);
    expect(a.said("[error]")[0]).toEndWith(reason);
    await expectNothingLeft(a);
  });

  test("has no name that breaks out of a line of the log", async () => {
    using a = openMember({ name: "" });
    for (const name of ["N\u001b[31m", "N\n[INF] x", "N\u0000"]) {
      const peer = await FalseServer.connect(a);
      const cluster = a.cluster.name;
      await peer.send(connectLine({ cluster }) + infoLine({ cluster, server_id: name }));
      expect(await peer.refusal()).toBe("Invalid server id or name");
      const other = await FalseServer.connect(a);
      await other.send(connectLine({ cluster: `zz${name}` }));
      expect(await other.refusal()).toStartWith("Rejecting connection, cluster name");
    }
    expect(a.names).toEqual([]);
    expect(a.lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });
});

describe("news", () => {
  test("that no other server would take are not passed on", async () => {
    using a = openMember();
    using b = new Member("B", { routes: [a.url] }).open();
    await until("a whole mesh", () => a.cluster.routeCount === 4 && b.cluster.routeCount === 4);
    // In JSON as Go writes it each of these is six characters.
    const urls = Array.from({ length: 90 }, () => "<".repeat(500));
    const peer = await FalseServer.registered(a, { connect_urls: urls });
    await peer.send("RS+ $G foo\r\n");
    await peer.sync();
    b.subscribe("bar");
    await until("interest", () => a.interestIn("bar") === 1);
    expect(b.view).toEqual({ A: ["$SYS", "0", "1", "2"] });
    peer.close();
  });

  test("make no server say a hash in place of its password", async () => {
    const heard: string[] = [];
    using trap = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (_, chunk) => void heard.push(chunk.toString()) },
    });
    const ip = `nats-route://127.0.0.1:${trap.port}/`;
    const said: string[] = [];
    for (const [password, routes] of [
      ["plain", []],
      [HASH, []],
      [HASH, ["nats-route://u:real@127.0.0.1:1"]],
    ] as const) {
      const authorization = { user: "u", password, timeoutMs: 0, users: [], token: "" };
      using a = openMember({ authorization, routes: [...routes] });
      const connect = { user: "u", pass: "plain" };
      // Who is let in by a hash is decided elsewhere.
      if (password === HASH) Object.assign(a.cluster.settings, { authorization: null });
      const peer = await FalseServer.connect(a);
      await peer.send(connectLine(connect) + infoLine({ route_pool_size: 3 }));
      await until("a route", () => a.cluster.routeCount === 1);
      heard.length = 0;
      await peer.send(infoLine({ server_id: "NX", ip, auth_required: true }));
      await until("a connection", () => heard.length > 0);
      const { user, pass } = JSON.parse(/CONNECT (.*)\r\n/.exec(heard.join(""))![1]!);
      said.push(`${user}:${pass}`);
      peer.close();
    }
    expect(said).toEqual(["u:plain", "undefined:undefined", "u:real"]);
  });

  test("of URLs tell clients only of addresses, and not of too many", async () => {
    using a = openMember({ server: { clientAdvertise: "a.example:4222" } });
    const odd = ["", "x", "a b:1", "h:\n1", "h:1x", "h:\u202e1", `${"h".repeat(300)}:1`];
    const long = Array.from({ length: 256 }, (_, i) => `${"l".repeat(240)}${i}:1`);
    const peers: FalseServer[] = [];
    for (let i = 0; i < 4; i++) {
      const urls = i === 0 ? ["good:1", ...odd] : long.map((url) => `p${i}${url}`);
      const who = { server_id: `N${i}`, server_name: `n${i}`, connect_urls: urls };
      peers.push(await FalseServer.registered(a, who));
    }
    const urls = a.cluster.clientUrls;
    expect(urls.slice(0, 2)).toEqual(["a.example:4222", "good:1"]);
    expect(urls.join("").length).toBeLessThan(66 * 1024);
    expect(urls.length).toBeGreaterThan(256);
    for (const peer of peers) peer.close();
    await until("they are gone", () => a.cluster.clientUrls.length === 1);
  });
});

describe("interest", () => {
  test("in subjects of very many tokens", async () => {
    using a = openMember();
    const deep = `${"*.".repeat(30_000)}*`;
    const peer = await FalseServer.registered(a);
    await peer.send(`RS+ $G ${deep}\r\n`);
    await peer.send(`RMSG $G ${"a.".repeat(30_000)}a 2\r\nhi\r\n`);
    await peer.sync();
    expect(a.exchange.subs.pool.count).toBe(1);
    await peer.send(`RS- $G ${deep}\r\n`);
    await peer.sync();
    expect(a.exchange.subs.pool.count).toBe(0);
    peer.close();
    await expectNothingLeft(a);
  });

  test("of any weight leaves a share to everybody", async () => {
    using a = openMember();
    const sink = a.subscribe("work", "$G", "q");
    const peer = await FalseServer.registered(a);
    const weights = [2 ** 31, 2 ** 32, 99_999_999_999, -1, 0].map(
      (weight, i) => `RS+ $G ${["work", "*", ">", "wor*", "work.>"][i]} q ${weight}\r\n`,
    );
    const leafs = Array.from({ length: 5000 }, (_, i) => `LS+ o${i} $G work q 2147483647\r\n`);
    await peer.send(weights.join("") + leafs.join(""));
    await peer.sync();
    const subject = Buffer.from("work");
    const { sublist } = a.account("$G");
    const result = sublist.match(subject, 0, 4, hashBytes(subject, 0, 4));
    const [locals, members, total] = result.groups;
    expect([locals, members]).toEqual([1, 4]);
    expect(total).toBeGreaterThan(1);
    expect(total).toBeLessThanOrEqual(2 ** 30);
    // What comes from a server is for those that are here.
    await peer.send("RMSG $G work | q 2\r\nhi\r\n");
    await peer.sync();
    expect(sink.frames).toEqual(["MSG work 1 2|hi|"]);
    peer.close();
    await expectNothingLeft(a, 1);
  });

  test("without end lets others have their turn", async () => {
    using a = openMember();
    const peer = await FalseServer.registered(a);
    const grown: number[] = [];
    let last = 0;
    let isWatching = true;
    const watch = (): void => {
      const { count } = a.exchange.subs.pool;
      grown.push(count - last);
      last = count;
      if (isWatching) setImmediate(watch);
    };
    setImmediate(watch);
    const lines = Array.from({ length: 20_000 }, (_, i) => `RS+ $G tele.${i}\r\n`);
    await peer.send(lines.join(""));
    await peer.sync();
    expect(last).toBe(20_000);
    expect(Math.max(...grown)).toBeLessThanOrEqual(2048);
    grown.length = 0;
    peer.close();
    await expectNothingLeft(a);
    isWatching = false;
    await Bun.sleep(0);
    // A part takes a millisecond, however fast the machine is.
    expect(grown.filter((change) => change < 0).length).toBeGreaterThan(1);
  });

  test("that is asked for again and again is told once at a time", async () => {
    using a = openMember();
    const subjects = 20_000;
    for (let i = 0; i < subjects; i++) a.subscribe(`mine.${i}`);
    const peer = await FalseServer.registered(a, ALONE);
    const told = (): number => peer.text.split("\r\nRS+ $G mine.").length - 1;
    const flips = ["a", "b"].map((subject) => infoLine({ ...ALONE, export: { allow: [subject] } }));
    await peer.send(flips.join(""));
    await peer.sync();
    const [route] = a.cluster.routes;
    for (let i = 0; i < 100; i++) a.interest.remoteExportsChanged(route!);
    await until("all of it", () => told() >= subjects);
    await Bun.sleep(50);
    await peer.sync();
    expect(told()).toBeLessThanOrEqual(subjects * 6);
    peer.close();
    await expectNothingLeft(a, subjects);
  });
});

test("an account that everybody is told to move is forgotten once", async () => {
  using a = openMember();
  a.addAccount("A");
  const peers: FalseServer[] = [];
  for (const slot of [0, 1, 2]) {
    peers.push(await FalseServer.registered(a, { route_pool_idx: slot }));
  }
  for (const peer of peers) {
    await peer.send("RS+ A foo\r\nRS+ $G foo\r\n");
    await peer.sync();
  }
  const move = infoLine({ route_pool_size: 3, route_account: "A", route_acc_add_reqid: "R" });
  await peers[0]!.send(move.repeat(100));
  await peers[0]!.sync();
  await until("answers", () => peers[0]!.text.split('"route_acc_add_reqid":"R"').length === 101);
  await peers[1]!.send("RS+ A bar\r\n");
  await peers[1]!.sync();
  expect([a.interestIn("bar", "A"), a.interestIn("foo", "$G")]).toEqual([0, 3]);
  for (const peer of peers) peer.close();
  await expectNothingLeft(a);
});

test("a connection for an account that nobody has told of is made all the same", async () => {
  let count = 0;
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: () => void count++, data: () => {} },
  });
  using a = openMember();
  const ip = `nats-route://127.0.0.1:${listener.port}/`;
  const peer = await FalseServer.registered(a, { ip });
  await until("a connection", () => count > 0);
  peer.close();
});
