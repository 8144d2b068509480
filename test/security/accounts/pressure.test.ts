/** What one tenant takes of the server is bounded, comes back, and costs the others nothing. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { PENDING_PER_ACCOUNT_MAX } from "../../../src/core/crossing/pending-replies.ts";
import { until } from "../../support/until.ts";
import type { Wire } from "../../support/wire.ts";
import { connectLine, HonestPair, SecuredServer } from "../secured-server.ts";
import { enterAs, settle, startTenants } from "./tenants.ts";

setDefaultTimeout(40_000);

const MB = 1024 * 1024;
const BATCH = 10_000;

function countOf(wire: Wire, text: string): number {
  return wire.text.split(text).length - 1;
}

/** Sends as many operations, made from their numbers. */
async function flood(wire: Wire, count: number, make: (at: number) => string): Promise<void> {
  for (let sent = 0; sent < count; sent += BATCH) {
    const size = Math.min(BATCH, count - sent);
    await wire.send(Array.from({ length: size }, (_, i) => make(sent + i)).join(""));
  }
  await settle(wire);
}

const ASKING = `accounts {
  A { users [{user: a, password: x}], exports [{service: ask, threshold: "2s"}, {service: ">"}] }
  B { users [{user: b, password: x}], imports [{service: {account: A, subject: ask}}] }
  C {
    users [{user: c, password: x}]
    imports [{service: {account: A, subject: ask}}, {service: {account: A, subject: "honest.>"}, to: "to.>"}]
  }
}`;

describe("requests that nobody answers", () => {
  test("are waited for up to a limit, for a time, and at nobody else's cost", async () => {
    await using server = await SecuredServer.start(ASKING);
    const service = await enterAs(server.port, "a");
    await service.send("SUB ask 1\r\n");
    await settle(service);
    const pair = await HonestPair.start(server.port, { user: "c", pass: "x" });
    const before = server.memoryBytes;
    const asker = await enterAs(server.port, "b");
    await asker.send("SUB in.> 1\r\n");
    const ask = (at: number): string => `PUB ask in.${at} 0\r\n\r\n`;
    await flood(asker, 200_000, ask);
    expect(countOf(asker, "NATS/1.0 503")).toBe(200_000 - PENDING_PER_ACCOUNT_MAX);
    expect(server.memoryBytes - before).toBeLessThan(150 * MB);

    // Others are served meanwhile, of the same service too.
    const other = await enterAs(server.port, "c");
    await other.send("SUB in.> 1\r\nPUB ask in.c 5\r\nother\r\n");
    expect(await service.waitFor("other\r\n", 5_000)).toBe(true);
    const reply = /(_R_\S+) [^\r]*\r\n(?:[^\r]+\r\n)*\r\nother/.exec(
      service.text.slice(-4096),
    )![1]!;
    await service.send(`PUB ${reply} 5\r\nfirst\r\n`);
    expect(await other.waitFor("first\r\n", 4_000)).toBe(true);

    // What was waited for too long is forgotten, and there is room again.
    await roomFor(server.port, service);
    await pair.stop();
    expect(pair.slowestMs).toBeLessThan(1_500);
    await server.expectSound();
    for (const wire of [service, asker, other]) wire.close();
  });

  test("count for as much as they take, and are forgotten with who has asked", async () => {
    await using server = await SecuredServer.start(ASKING.replace('"2s"', '"1h"'));
    const service = await enterAs(server.port, "a");
    await service.send("SUB ask 1\r\n");
    await settle(service);
    const before = server.memoryBytes;
    const long = "x".repeat(3000);
    for (let round = 0; round < 2; round++) {
      const asker = await enterAs(server.port, "b");
      await asker.send("SUB *.* 1\r\n");
      await flood(asker, 6_500, (at) => `PUB ask ${at}.${long} 0\r\n\r\n`);
      // About as many as fit into the room for short ones.
      const passed = 6_500 - countOf(asker, "NATS/1.0 503");
      expect(passed).toBeGreaterThan(4_000);
      expect(passed).toBeLessThan(6_000);
      asker.close();
      await roomFor(server.port, service);
      expect(server.memoryBytes - before).toBeLessThan(200 * MB);
    }
    await server.expectSound();
    service.close();
  });

  test("make it no work to come and go", async () => {
    await using server = await SecuredServer.start(ASKING);
    const service = await enterAs(server.port, "a");
    await service.send("SUB ask 1\r\n");
    const asker = await enterAs(server.port, "b");
    await asker.send("SUB > 1\r\n");
    await flood(asker, 100_000, (at) => `PUB ask in.${at} 0\r\n\r\n`);
    const pair = await HonestPair.start(server.port, { user: "c", pass: "x" });
    const restless = await enterAs(server.port, "b");
    const until = performance.now() + 1_000;
    while (performance.now() < until) {
      await restless.send("SUB x.* 2\r\nUNSUB 2\r\nSUB y.> 2\r\nUNSUB 2\r\n");
      await settle(restless);
    }
    await pair.stop();
    expect(pair.exchanged).toBeGreaterThan(50);
    expect(pair.slowestMs).toBeLessThan(1_000);
    for (const wire of [service, asker, restless]) wire.close();
  });
});

/** Resolves when a request gets through again. */
async function roomFor(port: number, service: Wire): Promise<void> {
  const probe = await enterAs(port, "b");
  const deadline = performance.now() + 10_000;
  const before = countOf(service, "MSG ask");
  while (countOf(service, "MSG ask") === before) {
    if (performance.now() > deadline) throw new Error("no room");
    await probe.send("PUB ask probe 0\r\n\r\n");
    await settle(probe, service);
    await Bun.sleep(50);
  }
  probe.close();
}

const IMPORTS = Array.from({ length: 5 }, (_, at) => `{stream: {account: A, subject: "s${at}.>"}}`);
const STREAMING = `accounts {
  A { users [{user: a, password: x}], exports [{stream: ">"}] }
  B { users [{user: b, password: x}], imports [${IMPORTS.join(", ")}] }
  C { users [{user: c, password: x}], imports [{stream: {account: A, subject: ">"}, prefix: of.a}] }
}
max_pending: 1MB
write_deadline: "2s"
no_fast_producer_stall: true`;

describe("streams of another account", () => {
  test("leave nothing behind when those who listen go", async () => {
    await using server = await SecuredServer.start(STREAMING);
    const producer = await enterAs(server.port, "a");
    await producer.send("SUB answer 9\r\n");
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) {
      const listener = await enterAs(server.port, "b");
      await flood(listener, 10_000, (at) => `SUB *.${at} ${at}\r\n`);
      await producer.send(`PUB s${round}.77 5\r\nround\r\n`);
      await settle(producer);
      expect(await listener.waitFor(`MSG s${round}.77 77 5\r\nround`, 4_000)).toBe(true);
      sizes.push(server.memoryBytes);
      listener.close();
      // Nobody is there any more, nor is what stood for them.
      const silent = countOf(producer, "NATS/1.0 503");
      const deadline = performance.now() + 4_000;
      while (countOf(producer, "NATS/1.0 503") === silent && performance.now() < deadline) {
        await producer.send(`PUB s${round}.77 answer 0\r\n\r\n`);
        await settle(producer);
      }
      expect(countOf(producer, "NATS/1.0 503")).toBeGreaterThan(silent);
    }
    expect(sizes.at(-1)! - sizes[0]!).toBeLessThan(60 * MB);
    producer.close();
  });

  test("close only the listener that is too slow, in the middle of a delivery", async () => {
    await using server = await SecuredServer.start(STREAMING);
    const before = await listeners(server.port, 2);
    const slow = await openSlow(server.port, "b", "SUB s1.> 1\r\nSUB *.x 2\r\nSUB s1.* 3 q\r\n");
    const slower = await openSlow(server.port, "c", "SUB > 1\r\nSUB of.a.> 2\r\n");
    const after = await listeners(server.port, 2);
    const producer = await enterAs(server.port, "a");
    const payload = "x".repeat(50_000);
    const count = 200;
    const honest = [...before, ...after];
    for (let at = 1; at <= count; at++) {
      await producer.send(`PUB s1.x ${payload.length}\r\n${payload}\r\n`);
      if (at % 10 !== 0) continue;
      // Those who read are not to be too slow for this.
      for (const wire of honest) {
        const isThere = await wire.waitFor(
          (each) => each.received.length > at * payload.length,
          8_000,
        );
        expect([at, isThere, wire.ended]).toEqual([at, true, false]);
      }
    }
    await settle(producer);
    for (const wire of honest) expect(countOf(wire, "MSG ")).toBe(count);
    await until("both are closed", () => countIn(server.log, "Slow Consumer") >= 2, 8_000);
    expect(producer.ended).toBe(false);
    await server.expectSound();
    slow.destroy();
    slower.destroy();
    for (const wire of [...before, ...after, producer]) wire.close();
  });

  test("end for a subscription with its last message, whatever else matches", async () => {
    await using server = await startTenants(`accounts {
      A { users [{user: a, password: x}], exports [{stream: ">"}] }
      B {
        users [{user: b, password: x}]
        imports [
          {stream: {account: A, subject: "s.>"}}
          {stream: {account: A, subject: "s.*"}}
          {stream: {account: A, subject: "*.t"}, to: "s.$1.u"}
        ]
      }
    }`);
    const producer = await enterAs(server.port, "a");
    const limited = await enterAs(server.port, "b");
    const free = await enterAs(server.port, "b");
    await free.send("SUB s.> 1\r\n");
    // Three times each message, of which it may have four altogether; the others of both kinds stay.
    await limited.send(
      "SUB s.> 1\r\nUNSUB 1 4\r\nSUB s.> 2\r\nSUB s.> q 3\r\nUNSUB 3 1\r\nSUB own 4\r\n",
    );
    await settle(free, limited);
    for (let at = 0; at < 3; at++) await producer.send("PUB s.t 2\r\nhi\r\n");
    await settle(producer, limited, free);
    const sids = [...limited.text.matchAll(/MSG \S+ (\d)/g)].map(([, sid]) => sid);
    const by = (sid: string): number => sids.filter((each) => each === sid).length;
    expect([by("1"), by("2"), by("3")]).toEqual([4, 9, 1]);
    expect(countOf(free, "MSG s.")).toBe(9);
    // The numbers are free again.
    await limited.send("UNSUB 2\r\nSUB s.> 1\r\n");
    await settle(limited);
    await producer.send("PUB s.t 2\r\nhi\r\n");
    await settle(producer, limited);
    expect(countOf(limited, "MSG s.t 1 ") + countOf(limited, "MSG s.s.u 1 ")).toBe(7);
    for (const wire of [producer, limited, free]) wire.close();
  });
});

async function listeners(port: number, count: number): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (let at = 0; at < count; at++) {
    const wire = await enterAs(port, "b");
    await wire.send("SUB s1.* 1\r\n");
    await settle(wire);
    wires.push(wire);
  }
  return wires;
}

/** A client that subscribes and then reads nothing any more. */
function openSlow(port: number, user: string, operations: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("error", reject);
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (!text.includes("PONG\r\n")) return;
    socket.pause();
    resolve(socket);
  });
  socket.write(`${connectLine({ user, pass: "x" })}${operations}PING\r\n`);
  return promise;
}

function countIn(text: string, part: string): number {
  return text.split(part).length - 1;
}
