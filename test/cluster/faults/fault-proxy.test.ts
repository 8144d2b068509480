/** The proxy that faults come from does what it says. */

import { expect, test } from "bun:test";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { byConnect } from "../../support/fault-proxy-dialler.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

const HELLO = 'CONNECT {"name":"NAAA"}\r\n';

/** A node `b` that sends back what it gets, and one connection of `a` to it. */
async function pair() {
  const accepted: Bun.Socket[] = [];
  let isEchoReset = false;
  const echo = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => void accepted.push(socket),
      data: (socket, chunk) => void socket.write(chunk),
      close: (_socket, error) => {
        isEchoReset ||= error !== undefined;
      },
    },
  });
  const proxy = new FaultProxy(byConnect((id) => (id === "NAAA" ? "a" : undefined)));
  const door = await proxy.open("b", echo.port);
  const wire = await Wire.connect(door);
  await wire.send(HELLO);
  expect(await wire.waitFor(HELLO)).toBe(true);
  return {
    proxy,
    door,
    wire,
    accepted,
    isReset: () => isEchoReset,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      echo.stop(true);
    },
  };
}

test("bytes are counted by lane", async () => {
  await using net = await pair();
  expect(net.proxy.bytes("a", "b")).toBe(HELLO.length);
  expect(net.proxy.bytes("b", "a")).toBe(HELLO.length);
  expect(net.proxy.connections("b", "a")).toBe(1);
});

test("a stalled lane keeps bytes and ends of connections for later", async () => {
  await using net = await pair();
  net.proxy.set("b", "a", { isStalled: true });
  await net.wire.send("one");
  await until("arrival", () => net.proxy.bytes("b", "a") === HELLO.length + 3);
  net.accepted[0]!.end();
  await net.wire.waitForQuiet(50);
  expect([net.wire.text, net.wire.ended]).toEqual([HELLO, false]);
  net.proxy.heal();
  expect(await net.wire.waitForEnd()).toBe(true);
  expect(net.wire.text).toBe(`${HELLO}one`);
});

test("a stalled lane makes its sender wait", async () => {
  await using net = await pair();
  net.proxy.set("a", "b", { isStalled: true });
  const sent = net.wire.send(Buffer.alloc(64 << 20, "x"));
  const isDone = await Promise.race([sent.then(() => true), Bun.sleep(200).then(() => false)]);
  expect(isDone).toBe(false);
  expect(net.proxy.bytes("a", "b")).toBeLessThan(2 << 20);
});

test("lost bytes are lost, and their connections are reset by healing", async () => {
  await using net = await pair();
  net.proxy.set("b", "a", { isLost: true });
  await net.wire.send("one");
  await until("arrival", () => net.proxy.bytes("b", "a") === HELLO.length + 3);
  expect(net.wire.text).toBe(HELLO);
  net.proxy.heal();
  expect(await net.wire.waitForEnd()).toBe(true);
  expect(net.wire.text).toBe(HELLO);
});

test("a lane is late, and slow", async () => {
  await using net = await pair();
  net.proxy.set("a", "b", { latencyMs: 60, jitterMs: 5 });
  const begin = performance.now();
  await net.wire.send("one");
  expect(await net.wire.waitFor(`${HELLO}one`)).toBe(true);
  expect(performance.now() - begin).toBeGreaterThan(55);
  net.proxy.heal();
  net.proxy.set("b", "a", { bytesPerSecond: 1_000_000 });
  const slow = performance.now();
  await net.wire.send(Buffer.alloc(200_000, "x"));
  expect(await net.wire.waitFor((wire) => wire.received.length >= 200_000)).toBe(true);
  expect(performance.now() - slow).toBeGreaterThan(120);
});

test("connections are cut, reset and refused", async () => {
  await using net = await pair();
  net.proxy.cut("b", "a");
  expect(await net.wire.waitForEnd()).toBe(true);
  expect(net.isReset()).toBe(false);
  await until("end", () => net.proxy.connections("a", "b") === 0);
  const other = await Wire.connect(net.door);
  await other.send(HELLO);
  expect(await other.waitFor(HELLO)).toBe(true);
  net.proxy.cut("a", "b", "reset");
  expect(await other.waitForEnd()).toBe(true);
  await until("reset", net.isReset);
  net.proxy.refuse("b", "a", true);
  const third = await Wire.connect(net.door);
  await third.send(HELLO);
  expect(await third.waitForEnd()).toBe(true);
});

test("bytes are changed and put in between", async () => {
  await using net = await pair();
  net.proxy.inject("a", "b", Buffer.from("garbage"));
  expect(await net.wire.waitFor(`${HELLO}garbage`)).toBe(true);
  net.proxy.set("a", "b", { corruptOneIn: 1 });
  await net.wire.send("0000000000");
  expect(await net.wire.waitFor((wire) => wire.text.length === HELLO.length + 17)).toBe(true);
  const got = net.wire.text.slice(-10);
  expect([...got].filter((char) => char !== "0").length).toBe(1);
});
