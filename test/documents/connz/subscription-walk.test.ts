/** The walk over the subscriptions of one connection, which may change them meanwhile. */

import { expect, test } from "bun:test";
import { SubscriptionWalk } from "../../../src/documents/connz/subscription-walk.ts";
import { type Tenant, Tenants } from "../../accounts/tenants.ts";

const COUNT = 40;

function subscribed(): { it: Tenants; tenant: Tenant } {
  const it = new Tenants();
  it.apply("A");
  it.apply("B");
  const tenant = it.join("A");
  for (let i = 0; i < COUNT; i++) tenant.subscribe(`foo.${i}`, `${i}`);
  return { it, tenant };
}

function sids(it: Tenants, ids: readonly number[]): string[] {
  return ids.map((id) => it.exchange.subs.sid(id));
}

test("all are met once, the newest first", () => {
  const { it, tenant } = subscribed();
  const walk = new SubscriptionWalk(it.exchange, { account: tenant.account, outbound: tenant });
  const met = [...sids(it, walk.next(30)), ...sids(it, walk.next(30)), ...sids(it, walk.next(30))];
  expect(met).toEqual(Array.from({ length: COUNT }, (_, i) => `${COUNT - 1 - i}`));
});

test("it goes on when the next one is gone, and ends with its connection", () => {
  const { it, tenant } = subscribed();
  const walk = new SubscriptionWalk(it.exchange, { account: tenant.account, outbound: tenant });
  expect(sids(it, walk.next(2))).toEqual(["39", "38"]);
  tenant.unsubscribe("37");
  expect(sids(it, walk.next(2))).toEqual(["36", "35"]);
  for (let i = 0; i < COUNT; i++) if (i !== 37) tenant.unsubscribe(`${i}`);
  expect(walk.next(2)).toEqual([]);
});

test("it ends when its connection is in another account", () => {
  const { it, tenant } = subscribed();
  const subscriber = { account: tenant.account, outbound: tenant };
  const walk = new SubscriptionWalk(it.exchange, subscriber);
  walk.next(2);
  subscriber.account = it.accounts.find("B")!;
  expect(walk.next(2)).toEqual([]);
});
