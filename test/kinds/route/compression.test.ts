/** Routes that compress: what is agreed on, in which order, and that it works with the real server. */

import { describe, expect, test } from "bun:test";
import { modeByRtt, negotiate } from "../../../src/kinds/route/route-compression.ts";
import { S2Decoder } from "../../../src/s2/s2-decoder.ts";
import { S2Encoder } from "../../../src/s2/s2-encoder.ts";
import { freePort, isOpen } from "../../support/free-port.ts";
import { findPeer, startConfigured } from "../../support/peer.ts";
import { eventually, until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { connectLine, infoLine } from "./cases.ts";
import { RawServer } from "./raw-server.ts";
import { Rig, type RigOptions } from "./rig.ts";

const HASH = "$2a$04$abcdefghijklmnopqrstuv0123456789abcdefghijklmnopqrstu";
const STREAM = "\xff\x06\0\0S2sTwO";

function mode(name: string): RigOptions {
  return { compression: { mode: name, rttThresholdsMs: [10, 50, 100] } };
}

function compressed(text: string): Buffer {
  const data = Buffer.from(text);
  const encoder = new S2Encoder("fast");
  const out = Buffer.alloc(encoder.maxLength(data.length));
  return Buffer.from(out.subarray(0, encoder.encode(data, 0, data.length, out, 0)));
}

/** What has come: the part in clear, and what the rest stands for. */
function parts(received: Buffer): { clear: string; hidden: string } {
  const start = received.indexOf(STREAM, 0, "latin1");
  if (start < 0) return { clear: received.toString(), hidden: "" };
  const plain: Buffer[] = [];
  new S2Decoder().decode(Buffer.from(received.subarray(start)), (bytes) => plain.push(bytes));
  return { clear: received.toString("utf8", 0, start), hidden: Buffer.concat(plain).toString() };
}

function modesOf(text: string): (string | undefined)[] {
  return [...text.matchAll(/INFO (.*)\r\n/g)].map(([, json]) => JSON.parse(json!).compression);
}

describe("the mode", () => {
  const own = ["accept", "s2_fast", "s2_auto"];
  test.each([
    ["", ["not supported", "not supported", "not supported"]],
    ["not supported", ["not supported", "not supported", "not supported"]],
    ["off", ["off", "off", "off"]],
    ["accept", ["off", "s2_fast", "s2_auto"]],
    ["s2_auto", ["s2_fast", "s2_fast", "s2_auto"]],
    ["s2_best", ["s2_best", "s2_fast", "s2_auto"]],
    ["s2_uncompressed", ["s2_uncompressed", "s2_fast", "s2_auto"]],
  ])("when the other one says %p", (told, chosen) => {
    expect(own.map((each) => negotiate(each, told))).toEqual(chosen);
  });

  test.each(["zstd", "constructor", "S2_FAST"])("is none: %s", (told) => {
    expect(() => negotiate("accept", told)).toThrow(`unsupported route compression mode "${told}"`);
  });

  test("by round-trip time", () => {
    const at = (rtt: number, times: number[]) => modeByRtt(rtt, times);
    const modes = ["s2_uncompressed", "s2_fast", "s2_better", "s2_best"];
    expect([10, 50, 100, 101].map((rtt) => at(rtt, [10, 50, 100]))).toEqual(modes);
    expect([0, 1, 11, 1000].map((rtt) => at(rtt, [0, 10, 20, 30]))).toEqual(modes);
    expect([5, 15].map((rtt) => at(rtt, [10]))).toEqual(["s2_uncompressed", "s2_uncompressed"]);
    expect(at(99, [10, 20])).toBe("s2_fast");
  });
});

describe("a server that is dialled", () => {
  test("answers INFO with a second one, compressed as all that follows", async () => {
    await using rig = new Rig(mode("accept"));
    const wire = await Wire.connect(rig.listen());
    await wire.waitFor("} \r\n");
    await wire.send(connectLine() + infoLine({ route_pool_size: 3, compression: "s2_better" }));
    expect(await wire.waitFor(() => modesOf(parts(wire.received).hidden).length === 1)).toBe(true);
    expect(modesOf(parts(wire.received).clear)).toEqual(["accept"]);
    expect(modesOf(parts(wire.received).hidden)).toEqual(["s2_better"]);
    expect(rig.cluster.registered).toEqual([]);
    const second = infoLine({ route_pool_size: 3, route_pool_idx: 1, compression: "s2_better" });
    await wire.send(compressed(`${second}RS+ $G foo\r\nPING\r\n`));
    expect(await wire.waitFor(() => parts(wire.received).hidden.endsWith("PONG\r\n"))).toBe(true);
    const [route] = rig.routes;
    expect(route).toMatchObject({ compression: "s2_better", poolIndex: 1, isRegistered: true });
    expect(route!.outbound.subCount).toBe(1);
  });

  test("reads on when a password was looked at while INFO had come already", async () => {
    const authorization = { user: "u", password: HASH };
    const verify = (): Promise<boolean> => Bun.sleep(20).then(() => true);
    await using rig = new Rig({ ...mode("accept"), authorization, verify });
    const wire = await Wire.connect(rig.listen());
    await wire.waitFor("} \r\n");
    const told = infoLine({ route_pool_size: 3, compression: "s2_fast" });
    await wire.send(connectLine({ user: "u", pass: "p" }) + told);
    expect(await wire.waitFor(() => modesOf(parts(wire.received).hidden).length === 1)).toBe(true);
    await wire.send(compressed(`${told}PING\r\n`));
    expect(await wire.waitFor(() => parts(wire.received).hidden.endsWith("PONG\r\n"))).toBe(true);
  });

  test("always calls its mode s2_auto when it is that", async () => {
    await using rig = new Rig(mode("s2_auto"));
    const wire = await Wire.connect(rig.listen());
    await wire.send(connectLine() + infoLine({ compression: "accept" }));
    expect(await wire.waitFor(() => modesOf(parts(wire.received).hidden).length === 1)).toBe(true);
    expect(modesOf(parts(wire.received).clear)).toEqual(["s2_auto"]);
    expect(modesOf(parts(wire.received).hidden)).toEqual(["s2_auto"]);
    expect(rig.routes[0]!.compression).toBe("s2_uncompressed");
  });

  test("tells of errors in the way that was agreed on", async () => {
    await using rig = new Rig(mode("accept"));
    const wire = await Wire.connect(rig.listen());
    await wire.send(connectLine() + infoLine({ compression: "s2_fast" }));
    await wire.waitFor(() => modesOf(parts(wire.received).hidden).length === 1);
    await wire.send(compressed("WHAT\r\n"));
    expect(await wire.waitForEnd()).toBe(true);
    expect(parts(wire.received).hidden).toEndWith("-ERR 'Unknown Protocol Operation'\r\n");
  });

  test.each(["plain text\r\n", "\0\x04\0\0abcd", "\x7f\0\0\0"])(
    "closes when what comes cannot be read: %p",
    async (text) => {
      await using rig = new Rig(mode("accept"));
      const wire = await Wire.connect(rig.listen());
      await wire.send(connectLine() + infoLine({ compression: "s2_fast" }));
      await wire.waitFor(() => modesOf(parts(wire.received).hidden).length === 1);
      await wire.send(Buffer.from(text, "latin1"));
      expect(await wire.waitForEnd()).toBe(true);
      expect(rig.told.at(-1)).toBe("[info] Router connection closed: Read Error");
    },
  );

  test("drops who is silent after the greeting, without a PING before that", async () => {
    await using rig = new Rig({ ...mode("accept"), pingIntervalMs: 40, pingMax: 2 });
    const wire = await Wire.connect(rig.listen());
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith(" \r\n-ERR 'Stale Connection'\r\n");
    expect(wire.text).not.toContain("PING");
    expect(rig.host.stats.staleConnections).toBe(1);
  });
});

describe("a server that dials", () => {
  test("waits with compressed bytes until the other one has sent some", async () => {
    await using rig = new Rig(mode("s2_fast"));
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine({ route_pool_size: 3, compression: "accept" }));
    const route = await dialling;
    expect(await peer.waitFor("} \r\n")).toBe(true);
    await peer.waitForQuiet(50);
    const first = parts(peer.received);
    expect(modesOf(first.clear)).toEqual(["s2_fast"]);
    expect(first.clear).not.toContain("route_pool_idx");
    expect(first.hidden).toBe("");
    expect(route.isRegistered).toBe(false);
    rig.cluster.onInfo = () => {
      route.sendDelayedInfo(1);
      route.register(1);
    };
    peer.send(compressed(`${infoLine({ route_pool_size: 3, compression: "s2_fast" })}PING\r\n`));
    expect(await peer.waitFor(() => parts(peer.received).hidden.includes("PONG\r\n"))).toBe(true);
    const { hidden } = parts(peer.received);
    expect(modesOf(hidden)).toEqual(["s2_fast"]);
    expect(hidden).toContain('"route_pool_idx":1');
  });

  test("does without where the other one wants none", async () => {
    await using rig = new Rig(mode("s2_auto"));
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(`${infoLine({ route_pool_size: 3 })}PING\r\n`);
    expect(await peer.waitFor("PONG\r\n")).toBe(true);
    expect((await dialling).compression).toBe("not supported");
    expect(parts(peer.received).hidden).toBe("");
  });
});

/** By the modes of both. */
const PAIRS = [
  ["s2_fast", "accept"],
  ["accept", "s2_best"],
  ["s2_better", "s2_uncompressed"],
] as const;

test.each(PAIRS)("two of ours: %s and %s", async (one, other) => {
  await using left = new Rig(mode(one));
  await using right = new Rig(mode(other));
  right.cluster.info = () => ({ ...left.cluster.info(), server_id: "NRIGHT", server_name: "R" });
  const sink = right.subscriber("foo");
  const route = await left.dial(right.listen());
  await until(
    "both know each other",
    () => right.routes[0]?.isRegistered === true && route.isRegistered,
  );
  const body = "x".repeat(100_000);
  for (let i = 0; i < 40; i++) {
    route.outbound.append(Buffer.from(`RMSG $G foo ${body.length}\r\n${body}\r\n`));
  }
  await until("all is there", () => sink.end === 40 * `MSG foo 1 100000\r\n${body}\r\n`.length);
  expect(sink.text.slice(0, 30)).toBe(`MSG foo 1 100000\r\n${"x".repeat(12)}`);
});

describe.skipIf(findPeer() === undefined)("with the real server", () => {
  test.each([
    ["sid", "s2_fast", "accept"],
    ["sid", "accept", "s2_best"],
    ["trixie", "s2_auto", "s2_better"],
  ] as const)(
    "%s: %s and %s",
    async (suite, ours, theirs) => {
      const port = freePort();
      const cluster = `{ name: C1, listen: "127.0.0.1:${port}", compression: ${theirs} }`;
      await using peer = await startConfigured(findPeer(suite)!, `cluster ${cluster}\n`);
      // It is ready for servers a moment after it is for clients.
      await eventually("the port for routes", () => isOpen(port));
      await using rig = new Rig(mode(ours));
      const sink = rig.subscriber("foo");
      // Its own slot is that of $G.
      rig.cluster.onInfo = (route) => {
        route.sendDelayedInfo(2);
        route.register(2);
        route.outbound.append(Buffer.from("RS+ $G foo\r\n"));
        route.awaitsPong = true;
        route.sendPing();
      };
      const route = await rig.dial(port);
      const client = await Wire.connect(peer.port);
      await client.send('CONNECT {"verbose":false}\r\nSUB bar 1\r\nPING\r\n');
      await until(
        "both know what is wanted",
        () => route.outbound.subCount === 1 && rig.cluster.pongs === 1,
      );
      await client.send(`PUB foo 5\r\nhello\r\n`);
      await until("it has come", () => sink.text === "MSG foo 1 5\r\nhello\r\n");
      route.outbound.append(Buffer.from("RMSG $G bar 2\r\nhi\r\n"));
      expect(await client.waitFor("MSG bar 1 2\r\nhi\r\n")).toBe(true);
    },
    15_000,
  );
});
