/** Clusters that are let in and lie: what they cost is bounded, comes back, and nobody waits for it. */

import { expect, test } from "bun:test";
import { RoutedRequests } from "../../../src/core/crossing/routed-requests.ts";
import { FOREIGN_MAX } from "../../../src/core/foreign-accounts.ts";
import type { InboundGateway } from "../../../src/kinds/gateway/inbound-gateway.ts";
import type { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import { Message } from "../../../src/protocol/message.ts";
import { commandLine, FalseGateway, gossipLine } from "../../supercluster/faults/false-gateway.ts";
import { GatewayNode } from "../../supercluster/unit/gateway-node.ts";
import { until } from "../../support/until.ts";
import { FalseCluster, lines } from "./false-cluster.ts";

const NAME = "LIAR";
/** That somebody tells of. */
const CLUSTERS = 1000;

function join(node: GatewayNode, info = {}): Promise<FalseCluster> {
  return FalseCluster.join(node.supercluster.port, NAME, info);
}

/** The connection to the liar. */
function outboundOf(node: GatewayNode) {
  return node.supercluster.outbounds.find(({ cluster }) => cluster === NAME)!;
}

async function expectNothingLeft(node: GatewayNode): Promise<void> {
  await until("nothing of others", () => {
    const { to, from } = node.view;
    const areFree = node.made.every(({ isOpen, outbound }) => !isOpen && outbound.slot >= 0);
    return to.length + from.length === 0 && areFree && node.exchange.subs.pool.count === 0;
  });
  expect(node.said("Internal error")).toEqual([]);
}

/** How much of something there was more of in a single turn of the event loop. */
async function mostInOneTurn(count: () => number, work: () => Promise<void>): Promise<number> {
  let [most, last, isWatching] = [0, count(), true];
  const watch = (): void => {
    if (!isWatching) return;
    const now = count();
    most = Math.max(most, Math.abs(now - last));
    last = now;
    setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isWatching = false;
  return most;
}

test("accounts that nobody has are forgotten with the last cluster that has told of them", async () => {
  using node = new GatewayNode("A").open();
  const { foreign } = node.exchange;
  const first = await join(node);
  using other = await FalseCluster.join(node.supercluster.port, "OTHER");
  const told = lines(2000, (at) => `RS+ NONE${at} a q 1`) + lines(2000, (at) => `A- GONE${at}`);
  await first.outbound.roundTrip(told + commandLine(NAME, 2, "BEGUN"));
  await other.outbound.roundTrip("RS+ NONE0 a q 1\r\n");
  for (const name of ["NONE0", "NONE1999", "GONE1999", "BEGUN"]) {
    expect([name, foreign.find(name) !== null]).toEqual([name, true]);
  }
  first[Symbol.dispose]();
  await until("they are gone", () => foreign.find("BEGUN") === null);
  const left = ["NONE0", "NONE1999", "GONE0"].filter((name) => foreign.find(name) !== null);
  expect(left).toEqual(["NONE0"]);
  // One that has come meanwhile stays, and so does what is known of it.
  node.addAccount("NONE0");
  expect(node.interestIn("a", "NONE0")).toBe(1);
  other[Symbol.dispose]();
  await expectNothingLeft(node);
  expect([...node.accounts()].map(({ knownAbroad }) => knownAbroad)).toEqual([0, 0, 0]);
});

test("nothing is kept of lines that change nothing, and of names that are too long", async () => {
  using node = new GatewayNode("A").open();
  const { foreign } = node.exchange;
  using liar = await join(node);
  const long = "L".repeat(600);
  const nothing = ["RS+ N1 a", "RS- N2 a q", "A+ N3", `RS+ ${long} a q 1`].join("\r\n");
  await liar.outbound.roundTrip(`${nothing}\r\n${commandLine(NAME, 3, "N4")}`);
  const known = ["N1", "N2", "N3", "N4", long].filter((name) => foreign.find(name) !== null);
  expect(known).toEqual([]);
  expect(FOREIGN_MAX).toBeLessThanOrEqual(100_000);
  const unknown = lines(2000, (at) => `RMSG U${at} a 0\r\n`);
  await liar.inbound.roundTrip(`${unknown}RMSG ${long} a 0\r\n\r\n`);
  const [gateway] = node.supercluster.inbounds;
  const refused = [...node.supercluster.refusedTo(gateway!)];
  expect(refused.length).toBe(1024);
  expect(refused).not.toContain(long);
});

test("refusals of an old server are bounded, and taking them back lets others have their turn", async () => {
  using node = new GatewayNode("A").open();
  using liar = await join(node, { gateway_iom: false });
  const refusals = lines(3000, (at) => `RS- $G refused.${at}`);
  const long = "r".repeat(1000);
  await liar.outbound.roundTrip(`RS- $G ${long}\r\n${refusals}`);
  const { interest } = outboundOf(node);
  const refused = () => interest.of(node.account("$G"))!.refused.size;
  expect(refused()).toBe(2000);
  expect(interest.of(node.account("$G"))!.refused.has(long)).toBe(false);
  const takesBack = lines(500, (at) => `RS+ $G *.never${at}`) + lines(1, () => "RS+ $G *.*");
  const heard = () => outboundOf(node).heardLines;
  const most = await mostInOneTurn(heard, () => liar.outbound.roundTrip(takesBack));
  expect(most).toBeLessThanOrEqual(4);
  expect(refused()).toBe(0);
});

test("an old server is taken for one that wants everything of a few accounts at a time", async () => {
  using node = new GatewayNode("A").open();
  for (let at = 0; at < 1000; at++) node.addAccount(`ACC${at}`);
  const wanted = () => node.exchange.subs.pool.count;
  let liar: FalseCluster | undefined;
  const most = await mostInOneTurn(wanted, async () => {
    liar = await join(node, { gateway_iom: false });
    await until("everything is wanted", () => wanted() === [...node.accounts()].length);
  });
  expect(most).toBeLessThanOrEqual(128);
  liar?.[Symbol.dispose]();
  await expectNothingLeft(node);
});

test("long subjects, unknown accounts, requests and pongs come a few at a time", async () => {
  using node = new GatewayNode("A").open();
  using liar = await join(node);
  await liar.outbound.roundTrip(commandLine(NAME, 2, "$G"));
  const deep = (at: number) => `${"*.".repeat(30_000)}x${at}`;
  const outbound = outboundOf(node);
  const told = () => liar.outbound.roundTrip(lines(20, (at) => `RS+ $G ${deep(at)}`));
  expect(await mostInOneTurn(() => outbound.heardLines, told)).toBeLessThanOrEqual(3);
  const sink = node.subscribe("asked");
  const [inbound] = node.supercluster.inbounds;
  const messages = () => inbound!.inMsgs;
  const floods: [number, number, string][] = [
    [20, 2, `RMSG $G ${"a.".repeat(30_000)}a 0\r\n`],
    [1000, 2, "RMSG NONE a 0\r\n"],
    [8000, 2048, "RMSG $G asked _GR_.aaaaaa.bbbbbb.inbox 0\r\n"],
  ];
  for (const [count, limit, message] of floods) {
    const sends = () => liar.inbound.roundTrip(lines(count, () => message));
    expect(await mostInOneTurn(messages, sends)).toBeLessThanOrEqual(limit);
  }
  expect(sink.frames.length).toBe(8000);
  const { rttMs } = outbound.keepalive;
  await liar.outbound.roundTrip("PONG\r\n".repeat(1000));
  expect(outbound.keepalive.rttMs).toBe(rttMs);
});

test("gossip of many clusters is passed on step by step, and holds up no interest", async () => {
  // Whoever is dialled never answers.
  const dial = () => new Promise<never>(() => {});
  using node = new GatewayNode("A", { means: { dial } }).open();
  for (let at = 0; at < 20_000; at++) node.subscribe(`mine.${at}`);
  const urls = Array.from({ length: 64 }, (_, at) => `${"h".repeat(200)}${at}:1`);
  for (let at = 0; at < CLUSTERS; at++) {
    const info = { gateway: `C${at}`, gateway_urls: urls, gateway_cmd: 1 };
    const teller = { remoteId: `N${at}`, cluster: `S${at % 4}` } as OutboundGateway;
    node.supercluster.onGossip(teller, { ...node.supercluster.info(), ...info });
  }
  expect([...node.supercluster.remotes].length).toBe(CLUSTERS);
  using comer = new FalseGateway({ ports: { gateway: node.supercluster.port } });
  await comer.until("INFO", () => comer.text.includes("\r\n"));
  const gateway = node.made.at(-1) as InboundGateway;
  let told = 0;
  const send = gateway.sendInfoLine.bind(gateway);
  gateway.sendInfoLine = (info) => {
    told++;
    send(info);
  };
  const most = await mostInOneTurn(
    () => told,
    async () => {
      comer.introduce("COMER");
      await until("interest", () => gateway.toldLines === 20_000);
    },
  );
  expect(told).toBeGreaterThan(CLUSTERS);
  // A part takes a millisecond, however fast the machine is.
  expect(most).toBeLessThan(CLUSTERS / 2);
});

test("what others tell of one cluster is bounded for all of them together", async () => {
  using node = new GatewayNode("A", { means: { dial: () => new Promise(() => {}) } }).open();
  for (let teller = 0; teller < 40; teller++) {
    const urls = Array.from({ length: 100 }, (_, at) => `t${teller}-${at}:1`);
    const info = { gateway: "X", gateway_urls: urls, gateway_cmd: 1 };
    node.supercluster.onGossip({ remoteId: `N${teller}`, cluster: "S" } as never, {
      ...node.supercluster.info(),
      ...info,
    });
  }
  const known = node.remote("X")!.urls;
  expect(known.length).toBe(512);
  expect(known).toContain("t39-63:1");
  expect(known).not.toContain("t0-0:1");
});

test("a gossip line is no longer than others take", async () => {
  using node = new GatewayNode("A", { means: { dial: () => new Promise(() => {}) } }).open();
  using liar = new FalseGateway({ ports: { gateway: node.supercluster.port } });
  liar.introduce(NAME, { gateway_urls: ["u:p@h:1", "h:0", "x", `${"h".repeat(400)}:1`] });
  await liar.roundTrip(gossipLine("Y", ["h:1"]));
  expect(node.remote(NAME)!.urls).toEqual(["h:1"]);
  expect(node.remote("Y")).toBeNull();
});

test("requests that are measured are remembered by subjects as servers make them", () => {
  using node = new GatewayNode("A");
  const requests = new RoutedRequests();
  requests.start(() => {});
  for (const [name, isKept] of [
    ["r".repeat(10_000), false],
    ["abcdef.ABCDEF.SERVERID", true],
  ] as const) {
    const message = new Message();
    message.buf = Buffer.from(`_R_.${name}.T`);
    message.replyStart = 0;
    message.replyEnd = message.buf.length;
    requests.note(node.account("$G"), message);
    expect(requests.isAwaiting).toBe(isKept);
  }
});
