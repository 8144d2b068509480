/**
 * Subscriptions that come and go in the middle of deliveries from one account into another: none is
 * served twice or after its end, nobody gets what belongs to others, and in the end nothing is left.
 */

import { describe, expect, test } from "bun:test";
import { exported, imported, type Tenant, Tenants } from "../accounts/tenants.ts";
import { Prng } from "../support/prng.ts";

const STREAM = { exports: [exported("stream", "s.>")] };

function sharing(): { it: Tenants; importing: Tenant; exporting: Tenant } {
  const it = new Tenants();
  it.apply("B", STREAM);
  it.apply("A", { imports: [imported("stream", "B", "s.>")] });
  return { it, importing: it.join("A"), exporting: it.join("B") };
}

describe("a subscription that stands for one in another account", () => {
  test("ends with it, after as many messages as it was to have, wherever they came from", () => {
    const { it, importing, exporting } = sharing();
    importing.subscribe("s.*", "1");
    importing.unsubscribe("1", 3);
    const before = it.subscriptions;
    exporting.publish("s.x 1", "1");
    importing.publish("s.x 1", "2");
    exporting.publish("s.x 1", "3");
    exporting.publish("s.x 1", "4");
    expect(importing.frames).toEqual(["MSG s.x 1 1|1|", "MSG s.x 1 1|2|", "MSG s.x 1 1|3|"]);
    expect(it.subscriptions).toBe(before - 2);
    // Its record is free: whoever gets it is no part of the delivery that has ended it.
    exporting.subscribe("other", "1");
    expect(exporting.publish("s.x 1", "5")).toBe(0);
  });

  test("goes with its client, which is too slow for the message under way", () => {
    const { it, importing, exporting } = sharing();
    const patient = it.join("A");
    for (const sid of ["1", "2", "3"]) {
      importing.subscribe("s.*", sid);
      patient.subscribe("s.*", sid);
    }
    importing.capacity = 45;
    expect(exporting.publish("s.x 1", "1")).toBe(4);
    expect(importing.slot).toBe(0);
    expect(patient.frames).toHaveLength(3);
    patient.close();
    expect(exporting.publish("s.x 1", "2")).toBe(0);
    expect(it.subscriptions).toBe(0);
  });
});

test("a fault in one request does not lead others astray", () => {
  const it = new Tenants();
  it.apply("B", { exports: [exported("service", "svc")] });
  it.apply("C", { exports: [exported("service", "svc")] });
  const imports = ["B", "C"].map((name) => imported("service", name, "svc"));
  it.apply("A", { imports });
  const responders = ["B", "C"].map((name) => it.join(name));
  for (const each of responders) each.subscribe(">", "1");
  const [faulty, other] = [it.join("A"), it.join("A")];
  faulty.requestInfo = () => {
    throw new Error("a fault");
  };
  expect(() => faulty.publish("svc 1", "1")).toThrow("a fault");
  other.subscribe("x", "1");
  expect(other.publish("x 6", "secret")).toBe(1);
  expect(responders.map(({ text }) => text)).toEqual(["", ""]);
});

test("interest in answers is looked for less often the longer that takes", async () => {
  const it = new Tenants();
  it.apply("B", { exports: [exported("service", "svc")] });
  it.apply("A", { imports: [imported("service", "B", "svc")] });
  it.join("B").subscribe("svc", "1");
  const requester = it.join("A");
  requester.subscribe("_INBOX.>", "1");
  for (let i = 0; i < 3000; i++) requester.publish(`svc _INBOX.${i} 2`, "hi");
  const { replies } = it.exchange;
  const { sweep } = replies;
  let swept = 0;
  replies.sweep = (account) => {
    swept++;
    sweep.call(replies, account);
  };
  const end = performance.now() + 40;
  let rounds = 0;
  for (; performance.now() < end; rounds++) {
    requester.subscribe("any.*", "2");
    requester.unsubscribe("2");
    await new Promise(setImmediate);
  }
  expect(swept).toBeGreaterThan(0);
  expect(swept).toBeLessThan(rounds / 2);
  requester.unsubscribe("1");
  while (requester.account.awaited > 0) await Bun.sleep(1);
});

describe("traffic at random", () => {
  const SUBJECTS = [
    "s.a",
    "s.b",
    "s.a.c",
    "svc.a",
    "svc.b",
    "back.a",
    "s.*",
    "svc.>",
    ">",
    "b.s.a",
  ];
  const NAMES = ["A", "B", "C"];

  function share(it: Tenants, prng: Prng): void {
    const others = (name: string): string[] => NAMES.filter((other) => other !== name);
    for (const name of NAMES) {
      const subjects = { stream: ["s.>", "s.*"], service: ["svc.>", "back.*"] } as const;
      const kinds = ["stream", "service"] as const;
      const imports = others(name).flatMap((other) =>
        kinds.flatMap((kind) =>
          subjects[kind]
            .filter(() => prng.below(2) === 0)
            .map((subject) => {
              const prefix = kind === "stream" && prng.below(2) === 0 ? "b" : "";
              return imported(kind, other, subject, { prefix });
            }),
        ),
      );
      const exports = kinds.flatMap((kind) => subjects[kind].map((each) => exported(kind, each)));
      it.apply(name, { exports, imports });
    }
  }

  function step(it: Tenants, prng: Prng, clients: Tenant[]): void {
    const client = prng.pick(clients);
    const sid = String(prng.below(4));
    const free = !hasSid(it, client, sid);
    switch (prng.below(9)) {
      case 0:
      case 1:
        if (free) client.subscribe(prng.pick(SUBJECTS), sid, prng.below(3) === 0 ? "q" : "");
        break;
      case 2:
        if (!free) client.unsubscribe(sid, prng.below(4));
        break;
      case 3:
        if (prng.below(4) === 0) client.capacity = client.end + 30;
        break;
      case 4:
        if (prng.below(6) === 0) share(it, prng);
        break;
      case 5:
        if (client.reply !== "") client.publish(`${client.reply} s.a 1`, client.account.name);
        break;
      default:
        client.publish(`${prng.pick(SUBJECTS.slice(0, 6))} s.b 1`, client.account.name);
    }
    for (const [index, each] of clients.entries()) {
      if (each.slot !== 0) continue;
      clients[index] = it.join(each.account.name);
    }
  }

  test("reaches nobody that shares nothing, and leaves nothing behind", () => {
    const prng = new Prng();
    for (let round = 0; round < 40; round++) {
      const it = new Tenants();
      it.apply("D");
      share(it, prng);
      const outsider = it.join("D");
      outsider.subscribe(">", "1");
      const clients = [...NAMES, ...NAMES].map((name) => it.join(name));
      for (let i = 0; i < 400; i++) step(it, prng, clients);
      expect([prng.seed, outsider.text]).toEqual([prng.seed, ""]);
      expect(outsider.publish("s.a 1", "D")).toBe(1);
      for (const name of NAMES) it.accounts.remove(name);
      for (const client of [...clients, outsider]) client.close();
      expect([prng.seed, it.subscriptions]).toEqual([prng.seed, 0]);
      expect(it.exchange.queues.acquire("new")).toBe(1);
    }
  });

  function hasSid(it: Tenants, client: Tenant, sid: string): boolean {
    const buf = Buffer.from(sid);
    return it.exchange.subs.find(client, buf, 0, buf.length) !== 0;
  }
});
