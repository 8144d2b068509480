/** How two servers come together, line by line, from either side. */

import { describe, expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { connectLine, infoLine } from "./cases.ts";
import { RawServer } from "./raw-server.ts";
import { OWN_ID, Rig, type RigOptions } from "./rig.ts";

const CONNECT =
  'CONNECT {"echo":true,"verbose":false,"pedantic":false,"tls_required":false,"headers":true,' +
  `"name":"${OWN_ID}","cluster":"C1","lnoc":true,"ln":true}\r\n`;
const BEGINNING =
  `{"server_id":"${OWN_ID}","server_name":"RIG","version":"2.15.1","proto":3,"go":"go1.27.2",` +
  '"host":"127.0.0.1","port":4999,"headers":true,"max_payload":1048576,"nonce":"*","cluster":"C1",';
const SUPPORTS = '"lnoc":true,"lnocu":true,"ln":true';

function ownInfo(compression: string, rest = ""): string {
  return `INFO ${BEGINNING}"compression":"${compression}",${SUPPORTS}${rest}} \r\n`;
}

function withoutNonce(text: string): string {
  return text.replace(/"nonce":"[\w-]{15}"/g, '"nonce":"*"');
}

const OFF: RigOptions = { compression: { mode: "off", rttThresholdsMs: [] } };
const UNPOOLED: RigOptions = { ...OFF, poolSize: -1 };
const POOL = ',"route_pool_size":3';

describe("a server that is dialled", () => {
  test("sends INFO at once, and registers with that of the other one", async () => {
    await using rig = new Rig();
    const wire = await Wire.connect(rig.listen());
    expect(await wire.waitFor("} \r\n")).toBe(true);
    expect(withoutNonce(wire.text)).toBe(ownInfo("accept", POOL));
    await wire.send(connectLine());
    await wire.send(`${infoLine({ route_pool_size: 3, route_pool_idx: 2 })}PING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    const [route] = rig.routes;
    expect(route).toMatchObject({
      isSolicited: false,
      isRegistered: true,
      isPooled: true,
      poolIndex: 2,
      remoteId: "NPPP",
      remoteName: "PY",
      compression: "not supported",
      dialled: null,
    });
    expect(route!.remote!.ip).toBe("nats-route://127.0.0.1:23999/");
    expect(rig.told).toContain("[info] Route connection created");
    wire.close();
    await until("it is closed", () => rig.cluster.closed.length === 1);
    expect(rig.told.at(-1)).toStartWith("[info] Router connection closed: ");
    expect(rig.told.at(-1)).toEndWith(" - Remote: PY");
  });

  test("keeps the address that the other one has told", async () => {
    await using rig = new Rig();
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${connectLine()}${infoLine({ ip: "nats-route://a:1/" })}`);
    await until("it is registered", () => rig.cluster.registered.length === 1);
    expect(rig.cluster.registered[0]).toMatchObject({ ip: "nats-route://a:1/" });
  });

  test("takes a connection for the account that it names", async () => {
    await using rig = new Rig();
    const wire = await Wire.connect(rig.listen());
    const info = infoLine({ route_pool_size: 3, route_account: "$SYS" });
    await wire.send(`${connectLine()}${info}RS+ foo\r\nPING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    const [route] = rig.routes;
    expect(route).toMatchObject({ accountName: "$SYS", isDedicated: true, poolIndex: -1 });
    expect(route!.account).toBe(rig.system);
    expect(route!.outbound.subCount).toBe(1);
  });

  test("hands every later INFO on", async () => {
    await using rig = new Rig();
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${connectLine()}${infoLine()}${infoLine({ ldm: true })}PING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(rig.cluster.registered).toHaveLength(1);
    expect(rig.cluster.later).toMatchObject([{ server_id: "NPPP", ldm: true }]);
  });

  test("takes another cluster's name where it may", async () => {
    await using rig = new Rig();
    rig.cluster.isAdopting = true;
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${connectLine({ cluster: "C2" })}${infoLine({ cluster: "C2" })}PING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(rig.cluster.adopted).toEqual(["C2 false NPPP"]);
  });
});

describe("a server that dials", () => {
  test("sends CONNECT, and holds its INFO back until it knows its place in the pool", async () => {
    await using rig = new Rig(OFF);
    using server = new RawServer();
    const [peer, route] = await Promise.all([server.accept(), rig.dial(server.port)]);
    expect(await peer.waitFor("}\r\n")).toBe(true);
    expect(peer.text).toBe(CONNECT);
    expect(route.isSolicited).toBe(true);
    peer.send(infoLine({ route_pool_size: 3, compression: "accept" }));
    expect(await peer.waitFor("} \r\n")).toBe(true);
    expect(withoutNonce(peer.text)).toBe(CONNECT + ownInfo("off", POOL));
    expect(rig.told).toEqual(["[debug] Route connect msg sent", "[info] Route connection created"]);
  });

  test("tells its place, and how it has come to know of the other", async () => {
    await using rig = new Rig();
    using server = new RawServer();
    rig.cluster.onInfo = (route) => {
      route.sendDelayedInfo(2);
      route.sendDelayedInfo(1);
      route.register(2);
    };
    const dialling = rig.dial(server.port, { gossipMode: 2 });
    const peer = await server.accept();
    peer.send(infoLine({ route_pool_size: 3, compression: "accept" }));
    expect(await peer.waitFor("} \r\n")).toBe(true);
    const place = ',"route_pool_idx":2,"gossip_mode":2';
    expect(withoutNonce(peer.text)).toBe(CONNECT + ownInfo("off", POOL + place));
    expect((await dialling).poolIndex).toBe(2);
  });

  test("sends CONNECT and INFO together where it need not wait", async () => {
    await using rig = new Rig(UNPOOLED);
    using server = new RawServer();
    const [peer, route] = await Promise.all([
      server.accept(),
      rig.dial(server.port, { gossipMode: 1 }),
    ]);
    expect(await peer.waitFor("} \r\n")).toBe(true);
    expect(withoutNonce(peer.text)).toBe(CONNECT + ownInfo("off", ',"gossip_mode":1'));
    peer.send(`${infoLine({ route_pool_size: 3 })}PING\r\n`);
    expect(await peer.waitFor("PONG\r\n")).toBe(true);
    expect(route).toMatchObject({ isPooled: false, isRegistered: true });
  });

  test("names the account whose connection it is", async () => {
    await using rig = new Rig(OFF);
    using server = new RawServer();
    const dialling = rig.dial(server.port, { account: "$SYS" });
    const peer = await server.accept();
    expect(await peer.waitFor("} \r\n")).toBe(true);
    const account = ',"route_account":"$SYS"';
    expect(withoutNonce(peer.text)).toBe(CONNECT + ownInfo("off", POOL + account));
    peer.send(`${infoLine({ route_pool_size: 3 })}RS+ foo q 2\r\nPING\r\n`);
    expect(await peer.waitFor("PONG\r\n")).toBe(true);
    const route = await dialling;
    expect(route).toMatchObject({ accountName: "$SYS", isDedicated: true });
    expect(route.outbound.subCount).toBe(1);
    expect(rig.cluster.registered).toMatchObject([{ route_account: "$SYS" }]);
  });

  test("tells the cluster of the first PONG alone", async () => {
    await using rig = new Rig(UNPOOLED);
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine());
    const route = await dialling;
    await until("it is registered", () => route.isRegistered);
    route.awaitsPong = true;
    route.sendPing();
    expect(await peer.waitFor("PING\r\n")).toBe(true);
    peer.send("PONG\r\nPONG\r\nPING\r\n");
    expect(await peer.waitFor("PONG\r\n")).toBe(true);
    expect(rig.cluster.pongs).toBe(1);
    expect(route.keepalive.rttMs).toBeGreaterThan(0);
  });

  test("ends a connection to itself without a word", async () => {
    await using rig = new Rig();
    const route = await rig.dial(rig.listen());
    await until("both ends are closed", () => rig.cluster.closed.length === 2);
    expect(route.closedReason).toBe("Duplicate Route");
    expect(route.remoteId).toBe(OWN_ID);
  });

  test("may meet a server of the same name, which is told so by that one", async () => {
    await using rig = new Rig(UNPOOLED);
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine({ server_name: "RIG" }));
    await dialling;
    await until("it is registered", () => rig.cluster.registered.length === 1);
  });

  test.each<[string, Record<string, unknown>]>([
    ["clients", { client_id: 7 }],
    ["gateways", { gateway: "B", gateway_url: "127.0.0.1:7222" }],
  ])("leaves a port for %s at once, and says so", async (_, fields) => {
    await using rig = new Rig();
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine(fields));
    expect(await peer.waitFor("-ERR 'attempted to connect to wrong port'\r\n")).toBe(true);
    expect((await dialling).closedReason).toBe("Incorrect Port");
    expect(rig.told).toContain("[error] attempted to connect to wrong port");
    expect(rig.cluster.registered).toEqual([]);
  });

  test("takes an error for the end", async () => {
    await using rig = new Rig();
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send("-ERR 'Authorization Violation'\r\n");
    expect(await peer.waitForEnd()).toBe(true);
    expect((await dialling).closedReason).toBe("Parse Error");
    expect(rig.told).toContain("[error] Route Error 'Authorization Violation'");
  });
});
