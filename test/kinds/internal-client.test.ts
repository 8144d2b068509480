/** The server as a client of its own accounts: whom it speaks to, and what it hears itself. */

import { describe, expect, test } from "bun:test";
import { Tenants } from "../accounts/tenants.ts";
import { turnEnd } from "../net/fake-transport.ts";

describe("whoever is told what happens", () => {
  test("is somebody else than the server, whatever it has subscribed to before", () => {
    const it = new Tenants();
    const account = it.apply("SYS");
    const { messaging } = it;
    const heard = (): boolean[] => [
      messaging.hasAudience(account),
      messaging.hears(account, "foo"),
      messaging.hears(account, "other"),
    ];
    expect(heard()).toEqual([false, false, false]);
    const own = [1, 2].map(() => messaging.subscribe(account, "foo", () => {}));
    own.push(messaging.subscribe(account, ">", () => {}, "group"));
    expect(heard()).toEqual([false, false, false]);
    const tenant = it.join("SYS");
    tenant.subscribe("foo", "1");
    expect(heard()).toEqual([true, true, false]);
    for (const each of own) each.unsubscribe();
    expect(heard()).toEqual([true, true, false]);
    own[0]!.unsubscribe();
    expect(heard()).toEqual([true, true, false]);
    tenant.unsubscribe("1");
    expect(heard()).toEqual([false, false, false]);
  });

  test("does not include the server itself", async () => {
    const it = new Tenants();
    const account = it.apply("SYS");
    const seen: string[] = [];
    it.messaging.subscribe(account, ">", ({ subject, payload }) => {
      seen.push(`${subject} ${payload}`);
    });
    const tenant = it.join("SYS");
    tenant.subscribe(">", "1");
    it.messaging.announce(account, "told", "", "what happens");
    it.messaging.publish(account, "asked", "", "for something");
    await turnEnd();
    expect(seen).toEqual(["asked for something"]);
    expect(tenant.frames).toEqual([
      "MSG told 1  12|what happens|",
      "MSG asked 1  13|for something|",
    ]);
  });
});

test("what is received comes in order, and not after the end of the subscription", async () => {
  const it = new Tenants();
  const account = it.apply("SYS");
  const seen: string[] = [];
  const first = it.messaging.subscribe(
    account,
    "*",
    ({ subject }) => void seen.push(`1 ${subject}`),
  );
  it.messaging.subscribe(account, "*", ({ subject }) => {
    seen.push(`2 ${subject}`);
    first.unsubscribe();
  });
  for (const subject of ["a", "b"]) it.messaging.publish(account, subject, "", "");
  expect(seen).toEqual([]);
  await turnEnd();
  expect(seen.filter((line) => line.startsWith("2"))).toEqual(["2 a", "2 b"]);
  expect(seen.filter((line) => line.startsWith("1")).length).toBeLessThan(2);
});
