/** Servers that are slow, stuck, half gone, or up to no good. */

import { describe, expect, test } from "bun:test";
import { S2Encoder } from "../../../src/s2/s2-encoder.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { connectLine, infoLine } from "./cases.ts";
import { RawServer } from "./raw-server.ts";
import { Rig, type RigOptions } from "./rig.ts";

const HASH = "$2a$04$abcdefghijklmnopqrstuv0123456789abcdefghijklmnopqrstu";
const KNOWN = connectLine({ user: "u", pass: "p" });
const MIB = 1024 * 1024;

function withHash(verify: RigOptions["verify"] & {}): RigOptions {
  return { authorization: { user: "u", password: HASH }, verify };
}

async function enter(rig: Rig, info: object = {}): Promise<Wire> {
  const wire = await Wire.connect(rig.listen());
  await wire.send(connectLine() + infoLine(info));
  await until("it is registered", () => rig.routes.at(-1)?.isRegistered === true);
  return wire;
}

function compressed(data: Buffer): Buffer {
  const encoder = new S2Encoder("fast");
  const out = Buffer.alloc(encoder.maxLength(data.length));
  return Buffer.from(out.subarray(0, encoder.encode(data, 0, data.length, out, 0)));
}

describe("who may come in", () => {
  test("has to say so in time", async () => {
    const authorization = { user: "u", password: "p" };
    await using rig = new Rig({ authorization, authTimeoutMs: 30 });
    const wire = await Wire.connect(rig.listen());
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith(" \r\n-ERR 'Authentication Timeout'\r\n");
    expect(rig.told.slice(-2)).toEqual([
      "[debug] Authentication Timeout",
      "[info] Router connection closed: Authentication Timeout",
    ]);
  });

  test("need not hurry without a password", async () => {
    await using rig = new Rig({ authTimeoutMs: 1 });
    const wire = await Wire.connect(rig.listen());
    expect(await wire.waitForEnd(50)).toBe(false);
  });

  test("waits while a hash is computed, and so does what it sends meanwhile", async () => {
    const asked: string[] = [];
    let answer: (verdict: boolean) => void = () => {};
    const verify: RigOptions["verify"] = (hash, secret) => {
      asked.push(`${hash} ${secret}`);
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    await using rig = new Rig(withHash(verify));
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${KNOWN + infoLine()}PING\r\n`);
    await until("the password is looked at", () => asked.length === 1);
    expect(asked).toEqual([`${HASH} p`]);
    expect(await wire.waitFor("PONG\r\n", 50)).toBe(false);
    expect(rig.routes[0]!.isRegistered).toBe(false);
    answer(true);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(rig.routes[0]!.isRegistered).toBe(true);
  });

  test.each([
    [false, "Authorization Violation", "Authentication Failure"],
    [null, "Authentication Timeout", "Authentication Timeout"],
  ] as const)("does not with the verdict %p", async (verdict, text, reason) => {
    await using rig = new Rig(withHash(() => Promise.resolve(verdict)));
    const wire = await Wire.connect(rig.listen());
    await wire.send(KNOWN);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith(`-ERR '${text}'\r\n`);
    expect(rig.routes[0]!.closedReason).toBe(reason);
  });

  test("is not waited for when it has gone", async () => {
    const isWanted: boolean[] = [];
    let isAsked = false;
    let answer: (verdict: boolean) => void = () => {};
    const verify: RigOptions["verify"] = (_hash, _secret, attempt) =>
      new Promise((resolve) => {
        isAsked = true;
        answer = (verdict) => {
          isWanted.push(!attempt.isAbandoned());
          resolve(verdict);
        };
      });
    await using rig = new Rig(withHash(verify));
    const wire = await Wire.connect(rig.listen());
    await wire.send(KNOWN);
    await until("it is asked for", () => isAsked);
    rig.routes[0]!.close("Server Shutdown");
    answer(true);
    await Bun.sleep(0);
    expect(isWanted).toEqual([false]);
    expect(rig.cluster.registered).toEqual([]);
  });

  test("may not send without end while it waits", async () => {
    await using rig = new Rig(withHash(() => new Promise(() => {})));
    const wire = await Wire.connect(rig.listen());
    await wire.send(KNOWN);
    const flood = "RS+ $G foo\r\n".repeat(400_000);
    void wire.send(flood);
    await until("it is refused, or what it sends waits outside", () => {
      const [route] = rig.routes;
      return route !== undefined && (route.isClosed || route.inbound.heldBytes > 0);
    });
    await Bun.sleep(100);
    expect(rig.routes[0]!.inbound.heldBytes).toBeLessThanOrEqual(MIB);
    wire.close();
  });

  test("is let in by its certificate where that is what counts", async () => {
    const authorization = { user: "u", password: "p" };
    await using rig = new Rig({
      authorization,
      admitsCertificate: ({ peer }) => peer.port % 2 < 2,
    });
    await enter(rig);
    rig.cluster.settings.admitsCertificate = () => false;
    const wire = await Wire.connect(rig.listen());
    await wire.send(KNOWN);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith("-ERR 'Authorization Violation'\r\n");
  });
});

describe("a server that does not read", () => {
  test("is cut off when too much waits for it", async () => {
    await using rig = new Rig({ maxPending: MIB });
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine());
    const route = await dialling;
    await until("it is registered", () => route.isRegistered);
    peer.pause();
    const line = Buffer.from(`RMSG $G foo 60000\r\n${"x".repeat(60_000)}\r\n`);
    for (let i = 0; i < 2000 && !route.isClosed; i++) {
      route.outbound.append(line);
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(route.closedReason).toBe("Slow Consumer (Pending Bytes)");
    expect(rig.told).toContain("[info] Slow Consumer Detected: MaxPending of 1048576 Exceeded");
    expect(rig.host.stats.slowConsumers).toBe(1);
    expect(route.outbound.pendingBytes).toBe(0);
  });

  test("is cut off at the write deadline when it takes nothing at all", async () => {
    await using rig = new Rig({ writeDeadlineMs: 60 });
    using server = new RawServer();
    const dialling = rig.dial(server.port);
    const peer = await server.accept();
    peer.send(infoLine());
    const route = await dialling;
    await until("it is registered", () => route.isRegistered);
    peer.pause();
    route.outbound.append(Buffer.alloc(20 * MIB, "RS+ $G foo\r\n"));
    await until("it is closed", () => route.isClosed);
    expect(route.closedReason).toBe("Slow Consumer (Write Deadline)");
  });
});

describe("a server that is not what it was", () => {
  test("is found to be gone by its silence", async () => {
    await using rig = new Rig({
      compression: { mode: "off", rttThresholdsMs: [] },
      pingIntervalMs: 20,
      pingMax: 2,
    });
    const wire = await enter(rig);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith("PING\r\nPING\r\n-ERR 'Stale Connection'\r\n");
    expect(rig.told.slice(-5)).toEqual([
      "[debug] Router Ping Timer",
      "[debug] Router Ping Timer",
      "[debug] Router Ping Timer",
      "[debug] Stale Client Connection - Closing",
      "[info] Router connection closed: Stale Connection - Remote: PY",
    ]);
    expect(rig.host.stats.staleConnections).toBe(1);
  });

  test("is pinged whatever else it sends", async () => {
    await using rig = new Rig({
      compression: { mode: "off", rttThresholdsMs: [] },
      pingIntervalMs: 20,
    });
    const wire = await enter(rig);
    const answer = setInterval(() => void wire.send("RMSG $G a 0\r\n\r\nPONG\r\n"), 5);
    const isPinged = await wire.waitFor((it) => it.text.split("PING\r\n").length > 4);
    clearInterval(answer);
    expect(isPinged).toBe(true);
    expect(rig.routes[0]!.isOpen).toBe(true);
  });

  test("has all handled that it has sent before its end", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await enter(rig);
    await wire.send("RMSG $G foo 2\r\nhi\r\n".repeat(100));
    wire.finish();
    await until("it is closed", () => rig.cluster.closed.length === 1);
    expect(sink.frames).toHaveLength(100);
    expect(rig.told.at(-1)).toBe("[info] Router connection closed: Client Closed - Remote: PY");
    expect(await wire.waitForEnd()).toBe(true);
  });

  test("has the same when it compresses, and somebody could not keep up", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const reserve = sink.reserve.bind(sink);
    sink.reserve = (bytes) => {
      rig.host.turn.lagging = { isReading: true, stallMs: 10, addWaiting() {} };
      return reserve(bytes);
    };
    const wire = await Wire.connect(rig.listen());
    await wire.send(connectLine() + infoLine({ compression: "s2_fast" }));
    await wire.waitFor("S2sTwO");
    await wire.send(compressed(Buffer.from(infoLine({ compression: "s2_fast" }))));
    await until("it is registered", () => rig.routes[0]!.isRegistered);
    const message = compressed(Buffer.from("RMSG $G foo 2\r\nhi\r\n"));
    await wire.send(Buffer.concat(Array.from({ length: 20 }, () => message)));
    wire.finish();
    await until("it is closed", () => rig.cluster.closed.length === 1);
    expect(sink.frames).toHaveLength(20);
  });
});

test("a few bytes that stand for a great many take no more memory than one part of them", async () => {
  await using rig = new Rig();
  const sink = rig.subscriber("foo");
  sink.isRefusing = true;
  const wire = await Wire.connect(rig.listen());
  await wire.send(connectLine() + infoLine({ compression: "s2_fast" }));
  await wire.waitFor("S2sTwO");
  await wire.send(compressed(Buffer.from(infoLine({ compression: "s2_fast" }))));
  await until("it is registered", () => rig.routes[0]!.isRegistered);
  // Whoever sends this has to wait after each part, as for a receiver that is behind.
  rig.host.turn.lagging = { isReading: true, stallMs: 10, addWaiting() {} };
  const part = compressed(Buffer.from(`RMSG $G foo ${MIB}\r\n${"\0".repeat(MIB)}\r\n`));
  expect(part.length).toBeLessThan(MIB / 10);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, rig.routes[0]!.inbound.heldBytes);
    rig.host.turn.lagging = { isReading: true, stallMs: 10, addWaiting() {} };
  }, 1);
  await wire.send(Buffer.concat(Array.from({ length: 30 }, () => part)));
  await until("all of it was read", () => rig.routes[0]!.inMsgs === 30, 10_000);
  clearInterval(watch);
  expect(most).toBeLessThan(8 * MIB);
}, 15_000);
