/** Accounts that come, change and go, with clients in them and requests under way. */

import { describe, expect, test } from "bun:test";
import { resolveOptions } from "../../src/config/options/options.ts";
import { exported, imported, Tenants } from "./tenants.ts";

const SERVICE = { exports: [exported("service", "svc.*")] };
const STREAM = { exports: [exported("stream", "s.>")] };

describe("imports", () => {
  test("wait for an account that comes later, and for one that comes back", () => {
    const it = new Tenants();
    it.apply("A", { imports: [imported("stream", "B", "s.>", { prefix: "b" })] });
    const client = it.join("A");
    client.subscribe("b.s.*", "1");
    for (const body of ["1", "2"]) {
      it.apply("B", STREAM);
      it.join("B").publish("s.x 1", body);
      it.accounts.remove("B");
    }
    it.apply("B");
    it.join("B").publish("s.x 1", "3");
    expect(client.frames).toEqual(["MSG b.s.x 1 1|1|", "MSG b.s.x 1 1|2|"]);
  });

  test("of one stream under several names keep them apart, whoever is served first", () => {
    const it = new Tenants();
    it.apply("B", STREAM);
    for (const name of ["A", "C"]) {
      it.apply(name, { imports: [imported("stream", "B", "s.>", { prefix: name })] });
    }
    const [a, c] = [it.join("A"), it.join("C")];
    for (const [client, name] of [
      [a, "A"],
      [c, "C"],
      [a, "A"],
      [c, "C"],
    ] as const) {
      client.subscribe(`${name}.s.>`, String(client.subCount));
    }
    const publisher = it.join("B");
    publisher.publish("s.x 1", "1");
    publisher.publish("s.y.z 1", "2");
    const frames = (name: string): string[] =>
      ["x 1 1|1|", "x 0 1|1|", "y.z 1 1|2|", "y.z 0 1|2|"].map((end) => `MSG ${name}.s.${end}`);
    expect([a.frames.toSorted(), c.frames.toSorted()]).toEqual([
      frames("A").toSorted(),
      frames("C").toSorted(),
    ]);
  });

  test("are carried out as soon as the server itself publishes", () => {
    const it = new Tenants();
    const service = it.apply("B", SERVICE);
    const asking = it.apply("A", { imports: [imported("service", "B", "svc.*")] });
    const responder = it.join("B");
    responder.subscribe("svc.>", "1");
    it.messaging.publish(asking, "svc.x", "", "hi");
    expect(responder.text).toContain("svc.x 1 2\r\nhi");
    expect(service.isAwake).toBe(true);
  });

  test.each([
    ["service", { subject: "*.x", to: "bar.bar" }, "not using all of the token wildcard(s)"],
    ["service", { subject: "x.>", to: "bar.$1.>" }, "wildcard index out of range in $1: [1]"],
    ["service", { subject: "x", to: "a..b" }, "sublist: invalid subject"],
    ["stream", { subject: "*.x", prefix: "$9" }, "wildcard index out of range in $9: [9]"],
    ["stream", { subject: "x", prefix: "a.*" }, "prefix can not contain wildcard tokens"],
  ] as const)(
    "that cannot be carried out are refused: %s %j",
    (kind, { subject, ...change }, why) => {
      const it = new Tenants();
      it.apply("B", { exports: [exported(kind, subject)] });
      const imports = [imported(kind, "B", subject, change), imported(kind, "B", "other")];
      it.apply("A", { imports });
      it.join("A").subscribe(">", "1");
      expect(it.refused).toEqual([
        expect.stringContaining(why),
        `A other: ${kind} import not authorized`,
      ]);
    },
  );

  test("complete a cycle, or not, by the order of the configuration in force", () => {
    const account = (name: string, other: string): object => ({
      ...{ name, mappings: [], limits: {}, users: [] },
      exports: [exported("stream", `${name}.>`), exported("stream", "x")],
      imports: [imported("stream", other, "x")],
    });
    const [a, b] = [account("A", "B"), account("B", "A")];
    const reloaded = new Tenants();
    for (const accounts of [
      [a, b],
      [b, a],
    ]) {
      const fresh = new Tenants();
      for (const it of [fresh, reloaded]) {
        it.refused.length = 0;
        it.accounts.configure(resolveOptions({ accounts: accounts as never }));
      }
      expect(fresh.refused).toHaveLength(1);
      expect(reloaded.refused).toEqual(fresh.refused);
    }
  });
});

describe("an account that is gone", () => {
  test("leaves nothing behind, whatever was under way", () => {
    const it = new Tenants();
    it.apply("B", { ...SERVICE, imports: [imported("service", "A", "back")] });
    const responder = it.join("B");
    responder.subscribe("svc.*", "1");
    const { crossings, passage } = it.exchange;
    const free = crossings.add({ service: null, take: () => false });
    for (let round = 0; round < 20; round++) {
      it.apply("A", {
        exports: [exported("service", "back")],
        imports: [imported("service", "B", "svc.*")],
      });
      const requester = it.join("A");
      requester.subscribe("_INBOX.>", "1");
      requester.subscribe("back", "2");
      expect(requester.publish("svc.x _INBOX.1 2", "hi")).toBe(1);
      // Answered with a question, which waits in its turn.
      expect(responder.publish(`${responder.reply} _INBOX.2 3`, "yes")).toBe(1);
      expect(responder.publish("back _INBOX.3 2", "hi")).toBe(1);
      expect(requester.publish("svc.y _INBOX.4 2", "hi")).toBe(1);
      const late = responder.reply;
      it.accounts.remove("A");
      requester.close();
      const frames = requester.frames.length;
      responder.publish(`${late} 3`, "yes");
      expect(requester.frames).toHaveLength(frames);
      expect(requester.account.awaited).toBe(0);
    }
    expect(crossings.add({ service: null, take: () => false })).toBeLessThan(free + 6);
    const { subscriptions } = it;
    passage.replySubjects.forget(responder.account);
    expect([subscriptions, it.subscriptions]).toEqual([2, 1]);
  });
});
