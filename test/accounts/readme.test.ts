/** The two tenants of the documentation, with the published clients. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CLIENTS, type Connection } from "../interop/clients.ts";
import { join } from "../security/readme.ts";
import { SecuredServer } from "../security/secured-server.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(30_000);

const ROOT = resolve(import.meta.dir, "../..");
const SHOP = { user: "shop", pass: "shop-secret" };
const BILLING = { user: "billing", pass: "billing-secret" };

/** The block of the chapter, as a reader copies it. */
async function twoTenants(): Promise<string> {
  const text = await readFile(resolve(ROOT, "README.md"), "utf8");
  const chapter = text.slice(text.indexOf("### Two tenants"));
  const block = /```\n(accounts \{.*?)```/s.exec(chapter)?.[1];
  if (block === undefined) throw new Error("the documentation has no such block");
  return block;
}

/** What a connection receives on a subject, as `subject text`. */
function listen(connection: Connection, subject: string): string[] {
  const seen: string[] = [];
  connection.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) seen.push(`${message.subject} ${message.string()}`);
    },
  });
  return seen;
}

describe.each(CLIENTS)("with $name", (client) => {
  test("orders go to billing, requests too, and nothing else goes anywhere", async () => {
    await using server = await SecuredServer.start(await twoTenants());
    await using shop = await join(client, server, SHOP);
    await using billing = await join(client, server, BILLING);
    const orders = listen(billing, "shop.orders.*.placed");
    const [inBilling, inShop] = [listen(billing, ">"), listen(shop, ">")];
    let asked = "";
    billing.subscribe("invoices.create", {
      callback: (_, message) => {
        asked = message.headers?.get("Nats-Request-Info") ?? "";
        message.respond(`invoice for ${message.string()}`);
      },
    });
    await billing.flush();
    await shop.flush();

    shop.publish("orders.7.placed", "seven");
    shop.publish("order.8.placed", "eight");
    await until("both orders are there", () => orders.length === 2);
    expect(orders).toEqual(["shop.orders.7.placed seven", "shop.orders.8.placed eight"]);

    const answer = await shop.request("billing.invoice", "7", { timeout: 2_000 });
    expect(answer.string()).toBe("invoice for 7");
    expect(JSON.parse(asked)).toMatchObject({ acc: "SHOP" });

    shop.publish("secret.shop", "");
    billing.publish("secret.billing", "");
    billing.publish("orders.9.placed", "not the shop's");
    billing.publish("shop.orders.9.placed", "nor this one");
    await shop.flush();
    await billing.flush();
    const subjects = (seen: readonly string[]) => seen.map((each) => each.split(" ")[0]!);
    expect(subjects(inShop)).not.toContain("secret.billing");
    expect(subjects(inShop).filter((subject) => subject.includes(".9."))).toEqual([]);
    expect(subjects(inBilling)).not.toContain("secret.shop");
    expect(subjects(inBilling)).toContain("secret.billing");
  });

  test("nobody else gets in, and the shop's service is nobody's but billing's", async () => {
    await using server = await SecuredServer.start(await twoTenants());
    await using shop = await join(client, server, SHOP);
    const error = await shop.request("billing.invoice", "", { timeout: 2_000 }).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(client.isNoResponders(error)).toBe(true);
    await expect(join(client, server, { user: "shop", pass: "billing-secret" })).rejects.toThrow();
    await expect(join(client, server)).rejects.toThrow();
  });
});

test("the example measures requests, shares them out, and has a system account", async () => {
  const text = await readFile(resolve(ROOT, "conf/tenants.conf"), "utf8");
  const passwords = {
    SHOP_PASSWORD: SHOP.pass,
    BILLING_PASSWORD: BILLING.pass,
    ADMIN_PASSWORD: "admin-secret",
  };
  const config = text.replace(/^listen:.*$/m, "");
  await using server = await SecuredServer.start(config, { env: passwords });
  const client = CLIENTS[0]!;
  await using shop = await join(client, server, SHOP);
  await using billing = await join(client, server, BILLING);
  const metrics = listen(billing, "metrics.invoices");
  const [first, second] = [listen(shop, "search.v1"), listen(shop, "search.v2")];
  billing.subscribe("invoices.create", { callback: (_, message) => void message.respond() });
  await billing.flush();
  await shop.request("billing.invoice", "", { timeout: 2_000 });
  await until("the request was measured", () => metrics.length === 1);
  const metric = JSON.parse(metrics[0]!.slice(metrics[0]!.indexOf("{"))) as object;
  expect(metric).toMatchObject({
    type: "io.nats.server.metric.v1.service_latency",
    status: 200,
    requestor: { acc: "SHOP" },
    responder: { acc: "BILLING" },
  });
  for (let i = 0; i < 400; i++) shop.publish("search");
  await shop.flush();
  await until("all searches are there", () => first.length + second.length === 400);
  expect(first.length).toBeGreaterThan(300);
  expect(second.length).toBeGreaterThan(5);
});
