/** What servers of other clusters are told of interest, in which order, and what they know by it. */

import { describe, expect, test } from "bun:test";
import {
  encodeRouteInfo,
  parseRouteInfo,
  type RouteInfo,
} from "../../../src/protocol/route-info.ts";
import { GatewayInterestBoard } from "../../../src/supercluster/interest/gateway-interest-board.ts";
import type { InterestGateway } from "../../../src/supercluster/interest/gateway-telling.ts";
import { TestSink } from "../../core/delivery-fixture.ts";
import { interestOf } from "../../core/link/mesh-fixture.ts";
import { until } from "../../support/until.ts";
import { GatewayNode } from "./gateway-node.ts";

/** A gateway that only keeps what it is told. */
class Listener implements InterestGateway {
  readonly cluster = "B";
  readonly accountName = "";
  isOpen = true;
  toldLines = 0;
  readonly debugged: string[] = [];
  readonly traced: string[] = [];
  readonly #out = Buffer.alloc(8 * 1024 * 1024);
  readonly outbound = {
    end: 0,
    limit: this.#out.length,
    buf: this.#out,
    tracing: true,
    isBlocked: false,
    pendingBytes: 0,
    reserve: () => false,
    addWaiting() {},
    append: (bytes: Buffer) => {
      this.outbound.end += bytes.copy(this.#out, this.outbound.end);
    },
  } as never as InterestGateway["outbound"] & { end: number };

  mayImport(): boolean {
    return true;
  }

  trace(text: string): void {
    this.traced.push(text);
  }

  debug(text: string): void {
    this.debugged.push(text);
  }

  sendInfoLine(info: RouteInfo): void {
    this.outbound.append(encodeRouteInfo(info, " \r\n"));
  }

  /** Everything so far; commands as `2 $G`. */
  get told(): string[] {
    const text = this.#out.toString("latin1", 0, this.outbound.end);
    return text
      .split("\r\n")
      .filter((line) => line !== "")
      .map((line) => {
        if (!line.startsWith("INFO ")) return line;
        const { gateway_cmd: command, gateway_cmd_payload: payload } = parseRouteInfo(
          line.slice(5),
        );
        return `${command} ${payload}`;
      });
  }
}

function rig() {
  const node = new GatewayNode("A");
  const board = new GatewayInterestBoard(node, "A");
  return { node, board };
}

describe("a server that comes", () => {
  test("is told of queue groups first, then of each account between its commands", async () => {
    const { node, board } = rig();
    node.subscribe("a");
    node.subscribe("a");
    node.subscribe("b.*", { queue: "q" });
    node.subscribe("b.*", { queue: "q" });
    node.subscribe("s", { account: "$SYS", queue: "r" });
    node.subscribe("t", { account: "$SYS" });
    const listener = new Listener();
    board.add(listener, () => {
      listener.outbound.append(Buffer.from("gossip\r\n"));
      return [];
    });
    await until("the end", () => listener.told.at(-1) === "3 $SYS");
    expect(listener.told).toEqual([
      "RS+ $G b.* q 1",
      "RS+ $SYS s r 1",
      "gossip",
      "2 $G",
      "RS+ $G a",
      "3 $G",
      "2 $SYS",
      "RS+ $SYS t",
      "3 $SYS",
    ]);
    expect(listener.toldLines).toBe(4);
    expect(listener.traced).toEqual([]);
    expect(listener.debugged.slice(0, 3)).toEqual([
      "Sent queue subscriptions to gateway",
      'Gateway "B": switching account "$G" to Interest-Only mode',
      "Sent queue subscriptions to gateway",
    ]);
    expect(listener.debugged).toContain(
      'Gateway "B": switching account "$SYS" to Interest-Only mode complete',
    );
  });

  test("is told of every change from then on, of groups only whether there are any", async () => {
    const { node, board } = rig();
    const listener = new Listener();
    board.add(listener, () => []);
    await until("the end", () => listener.told.at(-1) === "3 $SYS");
    const before = listener.told.length;
    const members = [{ queue: "q" }, { queue: "q" }, {}].map((queue) => node.subscribe("a", queue));
    node.exchange.clusterInterest!.flush();
    expect(listener.told.slice(before)).toEqual(["RS+ $G a", "RS+ $G a q 1"]);
    expect(listener.traced).toEqual(["->> [RS+ $G a]", "->> [RS+ $G a q 1]"]);
    for (const member of members) {
      node.account("$G").unsubscribe(member, member.firstSub);
      node.exchange.clusterInterest!.flush();
    }
    expect(listener.told.slice(before + 2)).toEqual(["RS- $G a q", "RS- $G a"]);
    board.remove(listener);
    node.subscribe("b");
    node.exchange.clusterInterest!.flush();
    expect(listener.told).toHaveLength(before + 4);
  });

  test("misses nothing of what changes while it is told a great deal", async () => {
    const { node, board } = rig();
    const other = node.addAccount("other");
    for (let i = 0; i < 20_000; i++) node.subscribe(`many.${i}`);
    const listener = new Listener();
    board.add(listener, () => []);
    expect(listener.told).not.toContain("3 $G");
    node.subscribe("early");
    node.subscribe("late", { account: other.name });
    node.subscribe("late", { account: other.name, queue: "q" });
    node.exchange.clusterInterest!.flush();
    // Its account is still to come.
    expect(listener.told).toContain("RS+ $G early");
    expect(listener.told).toContain("RS+ other late q 1");
    expect(listener.told).not.toContain("RS+ other late");
    await until("the end", () => listener.told.at(-1) === "3 other");
    expect(new Set(listener.told.filter((line) => line.startsWith("RS+ $G"))).size).toBe(20_001);
    expect(listener.told.slice(-3)).toEqual(["2 other", "RS+ other late", "3 other"]);
  });

  test("that goes meanwhile is told nothing more", async () => {
    const { node, board } = rig();
    for (let i = 0; i < 20_000; i++) node.subscribe(`many.${i}`);
    const listener = new Listener();
    board.add(listener, () => []);
    listener.isOpen = false;
    board.remove(listener);
    const { length } = listener.told;
    await Bun.sleep(20);
    expect(listener.told).toHaveLength(length);
  });
});

describe("an account", () => {
  test("that comes later is told by itself, also when it was refused", async () => {
    const { node, board } = rig();
    const listener = new Listener();
    board.add(listener, () => []);
    await until("the end", () => listener.told.at(-1) === "3 $SYS");
    const before = listener.told.length;
    for (let i = 0; i < 3; i++) board.refuse(listener, "late");
    expect(listener.told.slice(before)).toEqual(["A- late"]);
    expect(listener.traced).toEqual(["->> [A- late]"]);
    const account = node.addAccount("late");
    board.accountCreated(account);
    await until("the account", () => listener.told.at(-1) === "3 late");
    node.subscribe("a", { account: "late" });
    node.exchange.clusterInterest!.flush();
    node.subscribe("b", { account: "late" });
    node.exchange.clusterInterest!.flush();
    expect(listener.told.slice(before + 1)).toEqual([
      "2 late",
      "3 late",
      "RS+ late a",
      "RS+ late b",
    ]);
  });

  test("that comes back is told with what the cluster has wanted of it meanwhile", async () => {
    const { node, board } = rig();
    const { exchange } = node;
    const account = exchange.foreign.account("kept")!;
    const route = new TestSink({ account, sinks: exchange.sinks });
    const link = { outbound: route, isOpen: true, isDedicated: false, isTraceable: false };
    exchange.links.add(link);
    for (const line of ["RS+ kept a", "RS+ kept b q 2"]) {
      exchange.remoteInterest.add(link, account, interestOf(line));
    }
    exchange.clusterInterest!.flush();
    const listener = new Listener();
    board.add(listener, () => []);
    await until("the end", () => listener.told.at(-1) === "3 $SYS");
    expect(node.addAccount("kept")).toBe(account);
    board.accountCreated(account);
    await until("the account", () => listener.told.at(-1) === "3 kept");
    const told = listener.told.filter((line) => line.includes("kept"));
    expect(told).toEqual(["2 kept", "RS+ kept a", "RS+ kept b q 1", "3 kept"]);
  });

  test("is refused again after many others", () => {
    const { board } = rig();
    const listener = new Listener();
    board.add(listener, () => []);
    for (let i = 0; i < 1030; i++) board.refuse(listener, `no-${i}`);
    for (const name of ["no-1029", "no-0"]) board.refuse(listener, name);
    expect(listener.told.filter((line) => line === "A- no-1029")).toHaveLength(1);
    expect(listener.told.filter((line) => line === "A- no-0")).toHaveLength(2);
  });
});

test("interest of one cluster is known in another one, and gone with the connection", async () => {
  using a = new GatewayNode("A").open();
  a.subscribe("early");
  a.subscribe("early", { queue: "q" });
  using b = new GatewayNode("B", { remotes: { A: [a.url] } }).open();
  await until("interest", () => b.interestIn("early") === 2);
  a.subscribe("late");
  await until("more", () => b.interestIn("late") === 1);
  const late = a.addAccount("late");
  b.addAccount("late");
  a.subscribe("sub", { account: "late" });
  a.supercluster.accountCreated(late);
  await until("another account", () => b.interestIn("sub", "late") === 1);
  a[Symbol.dispose]();
  await until("nothing", () => b.interestIn("early") + b.interestIn("late") === 0);
});
