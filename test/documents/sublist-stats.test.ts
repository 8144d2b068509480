/** Counts of subscriptions over several accounts. */

import { expect, test } from "bun:test";
import type { ServerView } from "../../src/documents/server-view.ts";
import { subscriptionCount } from "../../src/documents/sublist-stats.ts";
import { subsz } from "../../src/documents/subsz/subsz.ts";
import { subscriptionTotal } from "../../src/documents/varz/varz.ts";
import { Server } from "../../src/server/server.ts";
import { exported, imported, Tenants } from "../accounts/tenants.ts";
import { Wire } from "../support/wire.ts";

test("receivers of subjects that are remembered are counted", async () => {
  const server = new Server({ host: "127.0.0.1", port: 0, noSystemAccount: true }, null);
  await server.start();
  const wire = await Wire.connect(server.port);
  const subs =
    "SUB x 1\r\nSUB x 2\r\nSUB * 3\r\nSUB x q 4\r\nSUB x q 5\r\nSUB y 6\r\nSUB z 7\r\nUNSUB 7\r\n";
  const publish = "PUB x 0\r\n\r\nPUB y 0\r\n\r\n".repeat(4);
  await wire.send(`CONNECT {"verbose":false}\r\n${subs}${publish}PING\r\n`);
  expect(await wire.waitFor("PONG\r\n")).toBeTrue();
  expect(await subsz(server.observer)).toMatchObject({
    num_subscriptions: 6,
    num_inserts: 7,
    num_removes: 1,
    num_matches: 8,
    num_cache: 2,
    // Kept at the second time.
    cache_hit_rate: 0.5,
    max_fanout: 4,
    avg_fanout: 3,
    total: 0,
    subscriptions_list: undefined,
  });
  expect(await subsz(server.observer, { account: "nobody" })).toMatchObject({ num_matches: 0 });
  wire.close();
  await server.stop();
});

test("services that will be imported count before anybody is there, and no longer than that", async () => {
  const it = new Tenants();
  const exports = ["one", "two"].map((subject) => exported("service", subject));
  it.apply("B", { exports });
  const imports = ["one", "two"].map((subject) => imported("service", "B", subject));
  const count = (): number => subscriptionCount(it.accounts.entry("A")!);
  it.apply("A", { imports });
  expect(count()).toBe(2);
  const { exchange, accounts } = it;
  const total = await subscriptionTotal({ exchange, accounts } as ServerView);
  expect(total).toBe(exchange.subs.pool.count + 2);
  it.apply("A", { imports: imports.slice(1) });
  expect(count()).toBe(1);
  it.join("A").subscribe("foo", "1");
  expect(count()).toBe(2);
});
