/** What servers tell each other of interest, and whom their messages reach. */

import { describe, expect, test } from "bun:test";
import { PermissionSet } from "../../../src/core/permissions/permission-set.ts";
import { matchesNaively } from "../../support/naive-matcher.ts";
import { withSeed } from "../../support/prng.ts";
import { Mesh, Node, TestLink } from "./mesh-fixture.ts";

describe("interest", () => {
  test("is told once for a subject, and taken back with the last subscription", () => {
    const mesh = new Mesh(2);
    const [a] = mesh.nodes as [Node, Node];
    a.subscribe("foo", "1");
    a.subscribe("foo", "2");
    a.subscribe("foo.*", "3");
    expect(mesh.settle()).toEqual(["RS+ $G foo", "RS+ $G foo.*"]);
    a.unsubscribe("1");
    expect(mesh.settle()).toEqual([]);
    a.unsubscribe("2");
    expect(mesh.settle()).toEqual(["RS- $G foo"]);
  });

  test("in queue groups is told with every change of their size", () => {
    const mesh = new Mesh(2);
    const [a] = mesh.nodes as [Node, Node];
    a.subscribe("foo", "1", "q");
    a.subscribe("foo", "2", "q");
    a.subscribe("foo", "3", "p");
    expect(mesh.settle()).toEqual(["RS+ $G foo q 2", "RS+ $G foo p 1"]);
    a.unsubscribe("1");
    expect(mesh.settle()).toEqual(["RS+ $G foo q 1"]);
    a.unsubscribe("2");
    a.unsubscribe("3");
    expect(mesh.settle()).toEqual(["RS- $G foo q", "RS- $G foo p"]);
    expect(a.account.sublist.stats).toMatchObject({ subscriptions: 0, nodes: 0 });
  });

  test("that comes and goes between two tellings is not told", () => {
    const mesh = new Mesh(2);
    const [a] = mesh.nodes as [Node, Node];
    a.subscribe("foo", "1");
    a.unsubscribe("1");
    a.subscribe("bar", "2", "q");
    a.unsubscribe("2");
    expect(mesh.settle()).toEqual([]);
    a.subscribe("foo", "1");
    mesh.settle();
    a.unsubscribe("1");
    a.subscribe("foo", "3");
    expect(mesh.settle()).toEqual([]);
    expect(a.local.isDirty).toBe(false);
  });

  test("is told before a message that follows it", () => {
    const mesh = new Mesh(2);
    const [a, b] = mesh.nodes as [Node, Node];
    b.subscribe("service", "1");
    mesh.settle();
    a.subscribe("inbox", "1");
    a.publish("service inbox 2", "hi");
    expect(a.links.get(b)!.take()).toBe("RS+ $G inbox\r\nRMSG $G service inbox 2\r\nhi\r\n");
  });

  test("of a closed link is taken back, and leaves nothing behind", async () => {
    const mesh = new Mesh(2);
    const [a, b] = mesh.nodes as [Node, Node];
    for (let i = 0; i < 3000; i++) a.subscribe(`foo.${i}`, `${i}`, i % 3 === 0 ? "q" : "");
    mesh.settle();
    const link = b.links.get(a)!;
    expect(b.publish("foo.1 2", "hi")).toBe(1);
    link.isOpen = false;
    expect(b.publish("foo.1 2", "hi")).toBe(0);
    expect(b.publish("foo.3 2", "hi")).toBe(0);
    await b.exchange.remoteInterest.dropAll(link);
    expect(b.account.sublist.stats).toMatchObject({ subscriptions: 0, nodes: 0 });
    expect(b.exchange.subs.pool.count).toBe(0);
    expect(link.outbound.slot).toBe(0);
  });

  test("with a subject that is none is refused", () => {
    const node = new Node();
    const link = new TestLink(node, node);
    for (const subject of ["a..b", ".a", "a.", ">.a"]) {
      node.hear(link, `RS+ $G ${subject}`);
      node.hear(link, `RS- $G ${subject}`);
    }
    expect(node.account.sublist.count).toBe(0);
  });
});

describe("messages", () => {
  test("go once to each server, with the queue groups that it is to serve", () => {
    const node = new Node();
    const link = new TestLink(node, node);
    for (const line of ["RS+ $G foo", "RS+ $G foo.*", "RS+ $G foo.* q 2", "RS+ $G > p 1"]) {
      node.hear(link, line);
    }
    expect(node.publish("foo.bar 2", "hi")).toBe(1);
    expect(node.publish("foo.bar rep 2", "hi")).toBe(1);
    expect(node.publish("foo 2", "hi")).toBe(1);
    expect(node.publish("bar 2", "hi")).toBe(1);
    expect(node.publish("bar rep 2", "hi")).toBe(1);
    expect(link.take().replaceAll("p q", "q p").split("\r\nhi\r\n")).toEqual([
      "RMSG $G foo.bar | q p 2",
      "RMSG $G foo.bar + rep q p 2",
      "RMSG $G foo | p 2",
      "RMSG $G bar | p 2",
      "RMSG $G bar + rep p 2",
      "",
    ]);
  });

  test("leave the account out on a connection that is its own", () => {
    const node = new Node();
    const link = new TestLink(node, node, true);
    node.hear(link, "RS+ $G foo");
    node.publish("foo 2", "hi");
    expect(link.take()).toBe("RMSG foo 2\r\nhi\r\n");
  });

  test("from another server are for receivers of this one, and for the groups that they name", () => {
    const node = new Node();
    const [from, other] = [new TestLink(node, node), new TestLink(node, node)];
    node.hear(other, "RS+ $G foo");
    node.hear(other, "RS+ $G foo q 1");
    node.subscribe("foo", "1");
    node.subscribe("foo", "2", "q");
    node.subscribe("foo", "3", "p");
    node.receive(from, "$G foo 2", "hi");
    expect(node.taken().map(({ sid }) => sid)).toEqual(["1"]);
    node.receive(from, "$G foo | q 2", "hi");
    expect(node.taken().map(({ sid }) => sid)).toEqual(["1", "2"]);
    node.receive(from, "$G foo + rep q p x 2", "hi");
    expect(node.client.text).toContain("MSG foo 3 rep 2\r\nhi\r\n");
    expect(other.take()).toBe("");
  });

  test("for a group without members here are passed on, back only when nobody else is there", () => {
    const node = new Node();
    const [from, other] = [new TestLink(node, node), new TestLink(node, node)];
    node.hear(from, "RS+ $G foo q 1");
    node.receive(from, "$G foo | q 2", "hi");
    expect(from.take()).toBe("RMSG $G foo | q 2\r\nhi\r\n");
    node.hear(other, "RS+ $G foo q 1");
    node.receive(from, "$G foo + r q 2", "hi");
    expect([from.take(), other.take()]).toEqual(["", "RMSG $G foo + r q 2\r\nhi\r\n"]);
  });

  test("are rather passed on to a server that has not got them already", () => {
    const node = new Node();
    const links = [new TestLink(node, node), new TestLink(node, node), new TestLink(node, node)];
    const [from, plain, other] = links as [TestLink, TestLink, TestLink];
    for (const link of [plain, other]) node.hear(link, "RS+ $G foo q 1");
    node.hear(plain, "RS+ $G foo");
    for (let i = 0; i < 5; i++) node.receive(from, "$G foo | q 2", "hi");
    expect([plain.take(), other.take()]).toEqual(["", "RMSG $G foo | q 2\r\nhi\r\n".repeat(5)]);
    node.hear(other, "RS- $G foo q");
    node.receive(from, "$G foo | q 2", "hi");
    expect(plain.take()).toBe("RMSG $G foo | q 2\r\nhi\r\n");
  });

  test("of a group are shared by weight, wherever the members are", () => {
    const node = new Node();
    const link = new TestLink(node, node);
    node.hear(link, "RS+ $G foo q 3");
    node.subscribe("foo", "1", "q");
    for (let i = 0; i < 4000; i++) node.publish("foo 2", "hi");
    const here = node.taken().length;
    const there = link.take().split("RMSG").length - 1;
    expect(here + there).toBe(4000);
    expect(here).toBeGreaterThan(850);
    expect(here).toBeLessThan(1150);
    node.hear(link, "RS+ $G foo q 1");
    for (let i = 0; i < 4000; i++) node.publish("foo 2", "hi");
    expect(node.taken().length).toBeGreaterThan(1800);
  });
});

test("a group is served by those who may get the message, although others are on servers that may not", () => {
  const mesh = new Mesh(3);
  const [a, b, c] = mesh.nodes as [Node, Node, Node];
  const rules = { publish: null, subscribe: { allow: null, deny: ["secret.*"] }, responses: null };
  a.links.get(b)!.outbound.filter = PermissionSet.compile(rules);
  b.subscribe(">", "1", "q");
  a.subscribe("secret.a", "2", "q");
  c.subscribe("secret.b", "3", "q");
  mesh.settle();
  for (let i = 0; i < 20; i++) {
    expect(a.publish("secret.a 2", "hi")).toBe(1);
    expect(a.publish("secret.b 2", "hi")).toBe(1);
  }
  mesh.settle();
  expect(a.taken()).toHaveLength(20);
  expect(c.taken()).toHaveLength(20);
  expect(b.taken()).toEqual([]);
});

test("every subscription gets each message once, every group one of its members, whatever comes and goes", () =>
  withSeed((random) => {
    const mesh = new Mesh(random.between(2, 4));
    const subscriptions = new Map<string, { node: Node; subject: string; queue: string }>();
    const subjects = ["a", "a.b", "a.*", "*", "a.>", ">", "a.b.c", "*.b"];
    let sid = 0;
    for (let round = 0; round < 60; round++) {
      for (let change = random.below(12); change > 0; change--) {
        const node = random.pick(mesh.nodes);
        if (random.chance(3) && subscriptions.size > 0) {
          const [gone, { node: owner }] = random.pick([...subscriptions]);
          owner.unsubscribe(gone);
          subscriptions.delete(gone);
        } else {
          const added = {
            node,
            subject: random.pick(subjects),
            queue: random.pick(["", "", "q", "p"]),
          };
          node.subscribe(added.subject, `${++sid}`, added.queue);
          subscriptions.set(`${sid}`, added);
        }
      }
      mesh.settle();
      const subject = random.pick(["a", "a.b", "a.b.c", "b", "b.b"]);
      random.pick(mesh.nodes).publish(`${subject}${random.pick([" ", " reply "])}2`, "hi");
      mesh.settle();
      const got = mesh.nodes.flatMap((node) => node.taken().map((each) => each.sid));
      const wanting = [...subscriptions].filter(([, each]) =>
        matchesNaively(each.subject.split("."), subject.split(".")),
      );
      const plain = wanting.filter(([, { queue }]) => queue === "").map(([each]) => each);
      expect(got.filter((each) => subscriptions.get(each)!.queue === "").sort()).toEqual(
        plain.sort(),
      );
      for (const queue of ["q", "p"]) {
        const members = wanting.filter(([, each]) => each.queue === queue).map(([each]) => each);
        const served = got.filter((each) => subscriptions.get(each)!.queue === queue);
        expect(served.length).toBe(members.length > 0 ? 1 : 0);
        for (const each of served) expect(members).toContain(each);
      }
    }
  }));
