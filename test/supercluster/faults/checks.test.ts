/** The check of what clusters know of each other's interest finds what it is there for. */

import { expect, test } from "bun:test";
import { gatewayDifferences } from "../../support/gateway-checker.ts";

/** `subject` or `subject queue` that a server knows of account ONE of the other cluster. */
type Known = readonly string[];

/** Monitoring of a server of cluster `A` and of two of cluster `B`, of which only the first is asked. */
async function differences(known: Known, mode = "Interest-Only"): Promise<string[]> {
  const [one, other] = ["foo", "work q"].map((own) => monitor([own], []));
  const asked = monitor([], known, mode);
  await using servers = new AsyncDisposableStack();
  for (const server of [one!, other!, asked]) servers.use(server);
  const node = (name: string, { url }: typeof asked) => ({ name, monitorUrl: url.origin });
  return await gatewayDifferences([
    { name: "A", nodes: [node("A1", asked)] },
    { name: "B", nodes: [node("B1", one!), node("B2", other!)] },
  ]);
}

function monitor(own: Known, known: Known, mode = "Interest-Only") {
  const listed = (list: Known) =>
    list.map((text) => {
      const [subject, qgroup] = text.split(" ");
      return { account: "ONE", subject, sid: "", ...(qgroup !== undefined && { qgroup }) };
    });
  const account = { name: "ONE", interest_mode: mode, subscriptions_list_detail: listed(known) };
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) =>
      Response.json(
        new URL(url).pathname === "/subsz"
          ? { subscriptions_list: listed([...own, "$SYS.REQ.USER.INFO"]) }
          : { outbound_gateways: { B: { accounts: [account] } } },
      ),
  });
}

test("interest that is known is no difference", async () => {
  expect(await differences(["foo", "work q"])).toEqual([]);
});

test("interest that is missing, old or there twice is found", async () => {
  expect(await differences(["foo", "foo", "old", "work"])).toEqual([
    "A1 of B: does not know ONE work q",
    "A1 of B: has ONE foo 2 times",
    "A1 of B: still has ONE old",
    "A1 of B: still has ONE work",
  ]);
});

test("an account that is sent everything is found", async () => {
  expect(await differences(["foo", "work q"], "Optimistic")).toEqual([
    "A1 of B: ONE is Optimistic",
  ]);
});
