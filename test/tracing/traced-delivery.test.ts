/** What a message that is traced leaves behind, compared with one that is not. */

import { describe, expect, test } from "bun:test";
import { RECORD_SHIFT } from "../../src/bytes/record-pool.ts";
import { SUB_DELIVERED } from "../../src/core/subscriptions.ts";
import { MessageTrace } from "../../src/core/tracing/message-trace.ts";
import { exported, imported, type Tenant, Tenants } from "../accounts/tenants.ts";
import { messageOf } from "../core/delivery-fixture.ts";

type Way = "untraced" | "traced" | "only";

function publish(it: Tenants, from: Tenant, line: string, way: Way): number {
  const message = messageOf(line, "x".repeat(Number(line.split(" ").at(-1))), 0);
  const { sublist } = from.account;
  const result = sublist.match(message.buf, 0, message.subjectEnd, message.hash);
  const { delivery, tracing } = it.exchange;
  if (way === "untraced") return delivery.deliver(from.account, from, message, result);
  const ingress = {
    ...({ at: 0, kind: 0, cid: 1, name: "", hop: "" } as const),
    ...{ account: from.account, subject: "" },
    ...{ messageBytes: 1, headerBytes: 0, headers: new Map() },
  };
  const trace = new MessageTrace(ingress, "dest", way === "only", "", null);
  return tracing.deliveryOf(trace).deliver(from.account, from, message, result);
}

describe.each(["untraced", "traced", "only"] as const)("a message that is %s", (way) => {
  const isDelivered = way !== "only";

  test("is traffic of the account whose stream it is", () => {
    const it = new Tenants();
    it.apply("B", { exports: [exported("stream", "s")] });
    it.apply("A", { imports: [imported("stream", "B", "s", { allowTrace: true })] });
    const [importing, exporting] = [it.join("A"), it.join("B")];
    importing.subscribe("s", "1");
    expect(publish(it, exporting, "s 5", way)).toBe(1);
    const moved = isDelivered ? 1 : 0;
    const { account } = exporting;
    expect([account.shiftedMsgs, account.shiftedBytes]).toEqual([moved, 5 * moved]);
    expect(importing.account.shiftedMsgs + account.shiftedMsgs).toBe(0);
    expect(importing.account.shiftedBytes + account.shiftedBytes).toBe(0);
    const { pool } = it.exchange.subs;
    const counted = account.sublist.match(Buffer.from("s"), 0, 1, messageOf("s 0", "", 0).hash);
    const id = counted.plain[0]!;
    expect(pool.words[(id << RECORD_SHIFT) + SUB_DELIVERED]).toBe(moved);
  });

  test("leaves answers awaited in each account on its way, if it was delivered", () => {
    const it = new Tenants();
    const shared = { ...exported("service", "svc"), allowTrace: true };
    it.apply("C", { exports: [shared] });
    it.apply("B", {
      exports: [shared],
      imports: [imported("service", "C", "svc")],
    });
    it.apply("A", { imports: [imported("service", "B", "svc")] });
    it.join("C").subscribe("svc", "1");
    it.join("B").subscribe("other", "1");
    const requester = it.join("A");
    requester.subscribe("inbox", "1");
    expect(publish(it, requester, "svc inbox 2", way)).toBe(1);
    const awaited = ["A", "B"].map((name) => it.accounts.find(name)!.awaited > 0);
    expect(awaited).toEqual([isDelivered, isDelivered]);
  });
});
