/** Messages between clusters: who gets them, and how answers find their way back. */

import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from "bun:test";
import { hashBytes } from "../../../src/bytes/hash.ts";
import { NEW_REPLIES_MAX } from "../../../src/core/gateway/mapped-replies.ts";
import { RECENT_MS } from "../../../src/core/gateway/recent-subscriptions.ts";
import { MessageTrace, TraceKind } from "../../../src/core/tracing/message-trace.ts";
import { Message } from "../../../src/protocol/message.ts";
import { matchesNaively } from "../../support/naive-matcher.ts";
import { withSeed } from "../../support/prng.ts";
import { messageOf } from "../delivery-fixture.ts";
import type { Node } from "../link/mesh-fixture.ts";
import { interestOf } from "../link/mesh-fixture.ts";
import { receive, TestGateway, World } from "./world.ts";

let steadyMs = 0;
let clock: Mock<() => number>;

beforeEach(() => {
  steadyMs = 5000;
  clock = spyOn(performance, "now").mockImplementation(() => steadyMs);
});
afterEach(() => {
  clock.mockRestore();
});

function sids(node: Node): string[] {
  return node.taken().map(({ sid }) => sid);
}

/** What a server sends to each other cluster, without passing it on. */
function sent(world: World, from: Node): string[] {
  return [...world.gateways.get(from)!.values()].map((link) => link.take().split("\r\n")[0]!);
}

describe("messages", () => {
  test("go to each cluster that wants them, once, and no further", () => {
    const world = new World(1, 2, 1);
    const [a, b, c] = world.firsts as [Node, Node, Node];
    const other = world.clusters[1]!.nodes[1]!;
    b.subscribe("foo", "1");
    b.subscribe("*", "2");
    other.subscribe("foo", "3");
    world.settle();
    expect(a.publish("foo 2", "hi")).toBe(1);
    expect(sent(world, a)).toEqual(["RMSG $G foo 2", ""]);
    a.publish("foo reply 2", "hi");
    world.settle();
    expect([sids(b).sort(), sids(other), sids(c)]).toEqual([["1", "2"], ["3"], []]);
    expect(a.publish("bar.baz 2", "hi")).toBe(0);
  });

  test("are wanted as long as anybody in the cluster wants them", () => {
    const world = new World(1, 3);
    const a = world.firsts[0]!;
    const [, second, third] = world.clusters[1]!.nodes as [Node, Node, Node];
    second.subscribe("foo", "1");
    third.subscribe("foo", "2");
    world.settle();
    second.unsubscribe("1");
    world.settle();
    expect(a.publish("foo 2", "hi")).toBe(1);
    third.unsubscribe("2");
    world.settle();
    expect(a.publish("foo 2", "hi")).toBe(0);
  });

  test("from another cluster reach plain subscriptions, and the groups that are named", () => {
    const world = new World(1, 2);
    const [first, second] = world.clusters[1]!.nodes as [Node, Node];
    first.subscribe("foo", "1");
    first.subscribe("foo", "2", "q");
    second.subscribe("foo", "3");
    second.subscribe("foo", "4", "p");
    world.settle();
    const inbound = new TestGateway(first, first, "A");
    receive(first, inbound, "$G foo 2", "hi");
    receive(first, inbound, "$G foo | q 2", "hi");
    receive(first, inbound, "$G foo + rep q p 2", "hi");
    world.settle();
    expect(sids(first)).toEqual(["1", "1", "2", "1", "2"]);
    expect(sids(second)).toEqual(["3", "3", "3", "4"]);
  });
});

describe("queue groups", () => {
  test("are served by the nearest cluster that has them, each by one", () => {
    const world = new World(1, 1, 1, 1);
    const [a, b, c, d] = world.firsts as [Node, Node, Node, Node];
    const groups: [Node, string[]][] = [
      [b, ["bar", "baz", "bat"]],
      [c, ["bar", "bat"]],
      [d, ["bar"]],
    ];
    for (const [node, queues] of groups) {
      for (const [index, queue] of queues.entries()) node.subscribe("foo", `${index}`, queue);
    }
    world.settle();
    const links = world.gateways.get(a)!;
    const [toB, toC, toD] = [b, c, d].map((node) => links.get(world.clusterOf(node))!);
    a.exchange.gateways!.order = [toC!, toB!, toD!];
    expect(a.publish("foo 2", "hi")).toBe(2);
    const [lineB, lineC, lineD] = [toB!, toC!, toD!].map((link) => link.take().split("\r\n")[0]);
    expect(lineC).toMatch(/^RMSG \$G foo \| (bar bat|bat bar) 2$/);
    expect([lineB, lineD]).toEqual(["RMSG $G foo | baz 2", ""]);
    d.subscribe("foo", "9");
    world.settle();
    a.publish("foo x 2", "hi");
    expect(toD!.take()).toBe("RMSG $G foo x 2\r\nhi\r\n");
    expect(toB!.take()).toBe("RMSG $G foo + x baz 2\r\nhi\r\n");
  });

  test("that are here are not served elsewhere, until nobody here is left", () => {
    const world = new World(2, 1);
    const [a, far] = world.firsts as [Node, Node];
    const near = world.clusters[0]!.nodes[1]!;
    far.subscribe("foo", "1", "q");
    far.subscribe("foo", "2", "p");
    near.subscribe("foo", "3", "q");
    a.subscribe("foo", "4", "q");
    world.settle();
    a.publish("foo 2", "hi");
    expect(sent(world, a)).toEqual(["RMSG $G foo | p 2"]);
    a.unsubscribe("4");
    a.publish("foo 2", "hi");
    expect(sent(world, a)).toEqual(["RMSG $G foo | p 2"]);
    near.unsubscribe("3");
    world.settle();
    a.publish("foo 2", "hi");
    expect(sent(world, a)[0]).toMatch(/^RMSG \$G foo \| (q p|p q) 2$/);
  });

  test("are served once also by a member whose last message it is", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    b.subscribe("foo", "1", "q");
    a.subscribe("foo", "2", "q");
    world.settle();
    const sid = Buffer.from("2");
    const id = a.exchange.subs.find(a.client, sid, 0, 1);
    a.account.unsubscribeAfter(a.client, id, 1);
    expect(a.publish("foo 2", "hi")).toBe(1);
    expect(sent(world, a)).toEqual([""]);
    expect(a.publish("foo 2", "hi")).toBe(1);
  });
});

describe("a reply subject", () => {
  const A = "_GR_.";

  function asked(world: World, a: Node, line: string): string {
    a.publish(line, "hi");
    const [to] = world.gateways.get(a)!.values();
    return to!.take();
  }

  test("tells where it is from as long as others may not know of it", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    b.subscribe("svc", "1");
    b.subscribe("svc", "2", "q");
    a.subscribe("inbox.*", "3");
    world.settle();
    const prefix = a.exchange.gateways!.prefix.toString();
    expect(prefix).toMatch(/^_GR_\.\w{6}\.\w{6}\.$/);
    expect(asked(world, a, "svc inbox.1 2")).toBe(`RMSG $G svc + ${prefix}inbox.1 q 2\r\nhi\r\n`);
    expect(asked(world, a, "svc other.1 2")).toBe("RMSG $G svc + other.1 q 2\r\nhi\r\n");
    steadyMs += RECENT_MS;
    expect(asked(world, a, "svc inbox.1 2")).toBe("RMSG $G svc + inbox.1 q 2\r\nhi\r\n");
    a.subscribe("inbox.>", "4", "own");
    expect(asked(world, a, "svc inbox.1 2")).toBe(`RMSG $G svc + ${prefix}inbox.1 q 2\r\nhi\r\n`);
  });

  test("is short for whoever receives it, and long again for their answers", () => {
    const world = new World(2, 2);
    const [[a, a2], [b, b2]] = world.clusters.map(({ nodes }) => nodes) as [Node[], Node[]];
    b!.subscribe("svc", "1");
    b2!.subscribe("svc", "2");
    a!.subscribe("inbox.1", "3");
    world.settle();
    a!.publish("svc inbox.1 2", "hi");
    world.settle();
    expect(b!.client.text).toEndWith("MSG svc 1 inbox.1 2\r\nhi\r\n");
    expect(b2!.client.text).toEndWith("MSG svc 2 inbox.1 2\r\nhi\r\n");
    for (const node of [b!, b2!]) {
      expect(node.client.answersAbroad).toBe(true);
      expect(node.answer("inbox.1 2", "ok")).toBe(1);
      const links = [...world.gateways.get(node)!.values()];
      const lines = links.map((link) => link.outbound.text).filter((text) => text !== "");
      expect(lines[0]).toStartWith(`RMSG $G ${a!.exchange.gateways!.prefix}inbox.1 2\r\n`);
    }
    world.settle();
    expect(a!.taken().map(({ body }) => body)).toEqual(["ok", "ok"]);
    expect(a2!.taken()).toEqual([]);
  });

  test("of a request that is measured elsewhere: its answer is reported to the one that measures", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    const reports: string[] = [];
    b.exchange.latencies.routed.start((subject) => reports.push(subject));
    b.subscribe("svc", "1");
    a.subscribe("_R_.>", "3");
    world.settle();
    a.publish("svc _R_.aaaaaa.bbbbbb.SSSSSSSS.T 2", "hi");
    world.settle();
    expect(b.answer("_R_.aaaaaa.bbbbbb.SSSSSSSS.T 2", "ok")).toBe(1);
    expect(world.gateway(b, a).take()).toStartWith("RMSG $G _GR_.");
    expect(reports).toEqual(["$SYS.LATENCY.M2.SSSSSSSS"]);
  });

  test("is long again for an answer that is traced, and the trace tells where that goes", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    b.subscribe("svc", "1");
    a.subscribe("inbox.1", "3");
    world.settle();
    a.publish("svc inbox.1 2", "hi");
    world.settle();
    const { account, client, exchange } = b;
    const who = { at: 0, kind: TraceKind.Client, cid: 1, name: "", hop: "", account } as const;
    const what = { subject: "inbox.1", messageBytes: 20, headerBytes: 18, headers: new Map() };
    const trace = new MessageTrace({ ...who, ...what }, "dest", false, "", null);
    const message = messageOf("inbox.1 18 20", "NATS/1.0\r\nA: b\r\n\r\nok", 18);
    const result = account.sublist.match(message.buf, 0, message.subjectEnd, message.hash);
    const delivery = exchange.tracing.deliveryOf(trace);
    exchange.gateways!.publish(client.slot, account, client, message, result, delivery);
    expect(world.gateway(b, a).take()).toMatch(
      /^HMSG \$G _GR_\.\S+ 37 39\r\n.*Hop: 1\r\n\r\nok\r\n$/s,
    );
    expect(trace.steps).toMatchObject([
      { type: "eg", receiver: { kind: TraceKind.Gateway, hop: "1" }, error: "" },
    ]);
  });

  test("is what it is two seconds later", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    b.subscribe("svc", "1");
    a.subscribe("inbox.1", "3");
    world.settle();
    a.publish("svc inbox.1 2", "hi");
    world.settle();
    steadyMs += RECENT_MS;
    expect(b.answer("inbox.1 2", "ok")).toBe(1);
    expect(world.gateway(b, a).take()).toBe("RMSG $G inbox.1 2\r\nok\r\n");
    expect(b.client.answersAbroad).toBe(true);
    steadyMs += RECENT_MS;
    b.answer("nobody 2", "ok");
    expect(b.exchange.gateways!.mapped.count).toBe(0);
    expect(b.client.answersAbroad).toBe(false);
  });

  test("of another cluster, or of nobody, is nothing", () => {
    const world = new World(2, 1);
    const [a, b] = world.firsts as [Node, Node];
    const second = world.clusters[0]!.nodes[1]!;
    for (const node of [a, second]) node.subscribe("inbox.1", "1");
    world.settle();
    const inbound = new TestGateway(a, a, "B");
    const foreign = b.exchange.gateways!.prefix.toString();
    receive(a, inbound, `$G ${foreign}inbox.1 2`, "no");
    receive(a, inbound, `$G ${A}xxxxxx.yyyyyy.inbox.1 2`, "no");
    world.settle();
    expect([...a.taken(), ...second.taken()]).toEqual([]);
    const own = a.exchange.gateways!.prefix.toString();
    const unknown = own.replace(/\w{6}\.$/, "yyyyyy.");
    receive(a, inbound, `$G ${unknown}inbox.1 more 3`, "one");
    receive(a, inbound, `$G ${own}inbox.1 3`, "two");
    world.settle();
    expect(a.client.text).toContain("MSG inbox.1 1 more 3\r\none\r\n");
    expect(a.taken().map(({ body }) => body)).toEqual(["one", "two"]);
    expect(second.taken().map(({ body }) => body)).toEqual(["one", "two"]);
  });

  test("that is answered by a request keeps both origins apart", () => {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    b.subscribe("svc", "1");
    b.subscribe("back", "2");
    a.subscribe("inbox.1", "3");
    world.settle();
    a.publish("svc inbox.1 2", "hi");
    world.settle();
    b.answer("inbox.1 back 3", "you");
    world.settle();
    expect(a.client.text).toEndWith("MSG inbox.1 3 back 3\r\nyou\r\n");
    a.answer("back 3", "and");
    const { prefix } = b.exchange.gateways!;
    expect(world.gateway(a, b).outbound.text).toEndWith(`RMSG $G ${prefix}back 3\r\nand\r\n`);
    world.settle();
    expect(b.taken().at(-1)).toEqual({ sid: "2", body: "and" });
  });

  test("is remembered once, however often it is used, as it was used last", () => {
    const world = new World(1);
    const [a] = world.firsts as [Node];
    const { mapped } = a.exchange.gateways!;
    const message = new Message();
    message.buf = Buffer.from("inbox.1");
    message.subjectEnd = message.buf.length;
    message.hash = hashBytes(message.buf, 0, message.subjectEnd);
    const use = (origin: string): void => {
      const buf = Buffer.from(`${A}${origin}.inbox.1`);
      mapped.add(1, buf, 0, buf.length - message.subjectEnd, buf.length);
    };
    const known = (): string => {
      if (!mapped.find(1, message)) return "";
      const out = Buffer.alloc(64);
      return out.toString("latin1", 0, mapped.writePrefix(out, 0));
    };
    for (let i = 0; i < 100; i++) use("AAAAAA.BBBBBB");
    expect(mapped.count).toBe(1);
    use("CCCCCC.DDDDDD");
    expect(known()).toBe("_GR_.CCCCCC.DDDDDD.");
    steadyMs += RECENT_MS - 1;
    use("CCCCCC.DDDDDD");
    steadyMs += RECENT_MS - 1;
    expect(known()).toBe("_GR_.CCCCCC.DDDDDD.");
    use("AAAAAA.BBBBBB");
    expect(known()).toBe("_GR_.AAAAAA.BBBBBB.");
    steadyMs += RECENT_MS;
    expect(known()).toBe("");
  });

  test("is forgotten when there are very many", () => {
    const world = new World(1);
    const [a] = world.firsts as [Node];
    const { mapped } = a.exchange.gateways!;
    const buf = Buffer.from("_GR_.AAAAAA.BBBBBB.inbox.0000000");
    for (let i = 0; i < NEW_REPLIES_MAX * 3; i++) {
      buf.write(`${i}`.padStart(7, "0"), buf.length - 7);
      mapped.add(1, buf, 0, 19, buf.length);
    }
    expect(mapped.count).toBeWithin(NEW_REPLIES_MAX, NEW_REPLIES_MAX * 2 + 1);
  });
});

describe("a cluster that is sent what it has not refused", () => {
  function optimistic(isInterestOnly = false): {
    a: Node;
    link: TestGateway;
    send: (subject: string) => number;
  } {
    const world = new World(1, 1);
    const [a, b] = world.firsts as [Node, Node];
    const link = new TestGateway(a, b, "B");
    a.exchange.gateways!.order = [link];
    link.interest.open(isInterestOnly, [a.account]);
    return { a, link, send: (subject) => a.publish(`${subject} 2`, "hi") };
  }

  test("gets everything but that", () => {
    const { a, link, send } = optimistic();
    expect(send("foo")).toBe(1);
    link.interest.unsubscribe(a.account, interestOf("RS- $G foo"));
    link.interest.unsubscribe(a.account, interestOf("RS- $G foo.a"));
    link.interest.unsubscribe(a.account, interestOf("RS- $G bar"));
    expect([send("foo"), send("foo.a"), send("foo.b"), send("bar")]).toEqual([0, 0, 1, 0]);
    link.interest.subscribe(a.account, interestOf("RS+ $G foo.*"));
    link.interest.subscribe(a.account, interestOf("RS+ $G bar"));
    expect([send("foo"), send("foo.a"), send("bar")]).toEqual([0, 1, 1]);
    link.interest.accountUnsub(a.account);
    expect([send("foo.a"), send("baz")]).toEqual([0, 0]);
    link.interest.accountSub(a.account);
    expect([send("foo"), send("baz")]).toEqual([1, 1]);
  });

  test("gets everything of an account that comes when groups of it are known already", () => {
    const { a, link, send } = optimistic();
    link.interest.accountCreated(a.account);
    expect(send("foo")).toBe(1);
    const late = new TestGateway(a, link.to, "B");
    late.interest.open(false, []);
    a.exchange.gateways!.order = [late];
    late.interest.subscribe(a.account, interestOf("RS+ $G foo q 1"));
    late.interest.accountCreated(a.account);
    expect([send("foo"), send("bar")]).toEqual([1, 1]);
    late.interest.accountUnsub(a.account);
    late.interest.accountCreated(a.account);
    expect(send("bar")).toBe(0);
  });

  test("gets what its groups want, also of what it has refused", () => {
    const { a, link, send } = optimistic();
    link.interest.subscribe(a.account, interestOf("RS+ $G foo q 1"));
    link.interest.unsubscribe(a.account, interestOf("RS- $G foo"));
    expect(send("foo")).toBe(1);
    expect(link.take()).toBe("RMSG $G foo | q 2\r\nhi\r\n");
    link.interest.unsubscribe(a.account, interestOf("RS- $G foo q"));
    expect(send("foo")).toBe(0);
  });

  test("gets what it wants once it has told all of it", () => {
    const { a, link, send } = optimistic();
    link.interest.unsubscribe(a.account, interestOf("RS- $G foo"));
    link.interest.begin(a.account);
    link.interest.subscribe(a.account, interestOf("RS+ $G bar"));
    expect([send("foo"), send("bar"), send("baz")]).toEqual([0, 1, 1]);
    link.interest.complete(a.account);
    expect([send("foo"), send("bar"), send("baz")]).toEqual([0, 1, 0]);
    expect(link.interest.of(a.account)?.mode).toBe("Interest-Only");
    link.interest.unsubscribe(a.account, interestOf("RS- $G bar"));
    expect(send("bar")).toBe(0);
  });

  test("whose interest is known gets nothing of an account that is gone there", () => {
    const { a, link, send } = optimistic(true);
    link.interest.begin(a.account);
    link.interest.subscribe(a.account, interestOf("RS+ $G foo"));
    link.interest.subscribe(a.account, interestOf("RS+ $G bar q 1"));
    link.interest.complete(a.account);
    link.interest.accountUnsub(a.account);
    expect([send("foo"), send("bar")]).toEqual([0, 1]);
    link.interest.begin(a.account);
    expect(send("foo")).toBe(1);
  });

  test("may want everything indeed", () => {
    const { a, link, send } = optimistic();
    link.interest.begin(a.account);
    link.interest.subscribe(a.account, interestOf("RS+ $G >"));
    link.interest.complete(a.account);
    expect(send("foo")).toBe(1);
    link.interest.unsubscribe(a.account, interestOf("RS- $G >"));
    expect(send("foo")).toBe(0);
  });
});

test("every subscription of the world gets each message once, every group one of its members, near ones first", () =>
  withSeed((random) => {
    const world = new World(...Array.from({ length: 3 }, () => random.between(1, 3)));
    const subscriptions = new Map<string, { node: Node; subject: string; queue: string }>();
    const subjects = ["a", "a.b", "a.*", "*", "a.>", ">", "a.b.c", "*.b"];
    let sid = 0;
    for (let round = 0; round < 60; round++) {
      for (let change = random.below(12); change > 0; change--) {
        const node = random.pick(world.nodes);
        if (random.chance(3) && subscriptions.size > 0) {
          const [gone, { node: owner }] = random.pick([...subscriptions]);
          owner.unsubscribe(gone);
          subscriptions.delete(gone);
        } else {
          const queue = random.pick(["", "", "q", "p"]);
          const added = { node, subject: random.pick(subjects), queue };
          node.subscribe(added.subject, `${++sid}`, added.queue);
          subscriptions.set(`${sid}`, added);
        }
      }
      world.settle();
      const subject = random.pick(["a", "a.b", "a.b.c", "b", "b.b"]);
      const from = random.pick(world.nodes);
      from.publish(`${subject}${random.pick([" ", " reply "])}2`, "hi");
      world.settle();
      const got = world.nodes.flatMap((node) => sids(node));
      const wanting = [...subscriptions].filter(([, each]) =>
        matchesNaively(each.subject.split("."), subject.split(".")),
      );
      const plain = wanting.filter(([, { queue }]) => queue === "").map(([each]) => each);
      const gotPlain = got.filter((each) => subscriptions.get(each)!.queue === "");
      expect(gotPlain.sort()).toEqual(plain.sort());
      for (const queue of ["q", "p"]) {
        const members = wanting.filter(([, each]) => each.queue === queue);
        const home = world.clusterOf(from);
        const near = members.filter(([, { node }]) => home.nodes.includes(node));
        const served = got.filter((each) => subscriptions.get(each)!.queue === queue);
        expect(served.length).toBe(members.length > 0 ? 1 : 0);
        const eligible = (near.length > 0 ? near : members).map(([each]) => each);
        for (const each of served) expect(eligible).toContain(each);
      }
    }
  }));
