/** How connections end, from either side, and what becomes of what they had. */

import { describe, expect, test } from "bun:test";
import { logged, startServer, target, until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { Flood, PUBLISHER, SUBSCRIBER, Tally } from "./flood.ts";
import { Stream } from "./stream.ts";

const CONNECT = 'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\n';

async function open(port: number, greeting: string): Promise<Wire> {
  const wire = await Wire.connect(port);
  await wire.send(`${greeting}PING\r\n`);
  expect(await wire.waitFor("\nPONG\r\n")).toBe(true);
  return wire;
}

function countPings(wire: Wire): number {
  return wire.text.split("PING\r\n").length - 1;
}

/** Whether a request to `svc` is answered with 503. */
async function hasNoResponders(requester: Wire): Promise<boolean> {
  const before = requester.text.length;
  await requester.send("PUB svc inbox 0\r\n\r\nPING\r\n");
  expect(await requester.waitFor(({ text }) => text.indexOf("PONG\r\n", before) >= 0)).toBe(true);
  return requester.text.slice(before).startsWith("HMSG inbox 9 35 35\r\nNATS/1.0 503\r\n");
}

describe("interest", () => {
  test.each([
    ["closes", (wire: Wire) => wire.finish()],
    ["resets the connection", (wire: Wire) => wire.close()],
    ["breaks the protocol", (wire: Wire) => void wire.send("NOPE\r\n")],
    [
      "breaks off within a payload",
      (wire: Wire) => void wire.send("PUB x 1000\r\nabc").then(() => wire.close()),
    ],
  ])("is gone when a client %s", async (_, leave) => {
    await using server = await startServer({ debug: true });
    const requester = await open(server.port, `${CONNECT}SUB inbox 9\r\n`);
    const responder = await open(
      server.port,
      'CONNECT {"verbose":false,"name":"responder"}\r\nSUB svc 1\r\nSUB *.> 2\r\nSUB svc group 3\r\n',
    );
    expect(await hasNoResponders(requester)).toBe(false);
    leave(responder);
    await logged(server, "debug", /"responder" - Client connection closed: /);
    let isGone = false;
    for (let i = 0; i < 50 && !isGone; i++) isGone = await hasNoResponders(requester);
    expect(isGone).toBe(true);
    responder.close();
    requester.close();
  });

  test("of other clients stays when one with the same subscriptions leaves", async () => {
    await using server = await startServer({ debug: true });
    const subscriptions = "SUB a 1\r\nSUB a.* 2\r\nSUB a g 3\r\nSUB > 4\r\n";
    const staying = await open(server.port, CONNECT + subscriptions);
    const leaving = await open(server.port, `CONNECT {"name":"leaving"}\r\n${subscriptions}`);
    leaving.finish();
    await logged(server, "debug", /"leaving" - Client connection closed: Client Closed$/);
    const before = staying.text.length;
    await staying.send("PUB a 1\r\nx\r\nPUB a.b 1\r\ny\r\nPING\r\n");
    await staying.waitFor(({ text }) => text.indexOf("PONG\r\n", before) >= 0);
    const frames = staying.text.slice(before).match(/MSG \S+ \d/g)!;
    expect(frames.toSorted()).toEqual(["MSG a 1", "MSG a 3", "MSG a 4", "MSG a.b 2", "MSG a.b 4"]);
    staying.close();
  });
});

describe("a client that half closes", () => {
  test("is still answered", async () => {
    await using server = await startServer();
    const wire = await Wire.connect(server.port);
    await wire.send(`${CONNECT}SUB foo 1\r\nPUB foo 5\r\nhello\r\nPING\r\n`);
    wire.finish();
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toEndWith("MSG foo 1 5\r\nhello\r\nPONG\r\n");
  });

  test("gets all that it is owed, also when that is much", async () => {
    await using server = await startServer();
    const wire = await Wire.connect(server.port);
    const payload = "x".repeat(500_000);
    await wire.send(`${CONNECT}SUB foo 1\r\n`);
    for (let i = 0; i < 10; i++) await wire.send(`PUB foo ${payload.length}\r\n${payload}\r\n`);
    wire.finish();
    expect(await wire.waitForEnd(5_000)).toBe(true);
    const frame = `MSG foo 1 ${payload.length}\r\n${payload}\r\n`;
    expect(wire.received.length - wire.text.indexOf("MSG foo")).toBe(10 * frame.length);
  });

  test("before it has said anything is let go", async () => {
    await using server = await startServer({ debug: true });
    const wire = await Wire.connect(server.port);
    wire.finish();
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toStartWith("INFO {");
    await logged(server, "debug", /Client connection closed: Client Closed$/);
  });
});

describe("a client that leaves within a payload", () => {
  test.each([
    ["by a reset", (wire: Wire) => wire.close(), "Read Error"],
    ["by closing", (wire: Wire) => wire.finish(), "Client Closed"],
  ])("%s delivers nothing of it", async (_, leave, reason) => {
    await using server = await startServer({ debug: true });
    const subscriber = await open(server.port, `${CONNECT}SUB > 1\r\n`);
    const publisher = await open(server.port, CONNECT);
    await publisher.send(`PUB whole 2\r\nok\r\nPUB part 100000\r\n${"x".repeat(50_000)}`);
    await subscriber.waitFor("MSG whole 1 2\r\nok\r\n");
    leave(publisher);
    await logged(server, "debug", new RegExp(`Client connection closed: ${reason}$`));
    const before = subscriber.text.length;
    await subscriber.send("PING\r\n");
    await subscriber.waitFor(({ text }) => text.length > before);
    expect(subscriber.text.slice(before)).toBe("PONG\r\n");
    subscriber.close();
  });
});

describe("a maximum", () => {
  test("holds exactly when several publish at once", async () => {
    await using server = await startServer();
    const subscriber = await open(server.port, CONNECT);
    const maxima = [1, 10, 100, 999];
    const lines = maxima.map((max) => `SUB race ${max}\r\nUNSUB ${max} ${max}\r\n`);
    await subscriber.send(`${lines.join("")}SUB done 0\r\nPING\r\n`);
    await subscriber.waitFor(/PONG\r\n.*PONG\r\n$/s);
    const publishers = await Promise.all(
      Array.from({ length: 20 }, () => open(server.port, CONNECT)),
    );
    const burst = "PUB race 1\r\nx\r\n".repeat(25);
    await Promise.all(
      publishers.map(async (publisher) => {
        for (let i = 0; i < 4; i++) await publisher.send(burst);
        await publisher.send("PUB done 0\r\n\r\nPING\r\n");
        await publisher.waitFor(/PONG\r\n.*PONG\r\n$/s);
      }),
    );
    const isDone = (wire: Wire): boolean => wire.text.split("MSG done 0 0\r\n").length === 21;
    expect(await subscriber.waitFor(isDone)).toBe(true);
    for (const max of maxima) {
      expect(subscriber.text.split(`MSG race ${max} 1\r\n`).length - 1).toBe(max);
    }
    for (const wire of [subscriber, ...publishers]) wire.close();
  });

  test("and UNSUB hold for everything after their PONG", async () => {
    await using server = await startServer();
    const publisher = await open(server.port, CONNECT);
    const subscriber = await open(server.port, CONNECT);
    let running = true;
    const publishing = (async () => {
      while (running) {
        await publisher.send("PUB busy 1\r\nx\r\n".repeat(50));
        await Bun.sleep(0);
      }
    })();
    for (let sid = 1; sid <= 30; sid++) {
      await subscriber.send(`SUB busy ${sid}\r\n`);
      expect(await subscriber.waitFor(`MSG busy ${sid} 1\r\n`)).toBe(true);
      await subscriber.send(`UNSUB ${sid}\r\nPING\r\n`);
      await subscriber.waitFor(({ text }) => text.split("PONG\r\n").length === sid + 2);
    }
    running = false;
    await publishing;
    const [, ...parts] = subscriber.text.split("PONG\r\n");
    for (const [index, part] of parts.entries()) {
      const sids = new Set(Array.from(part.matchAll(/MSG busy (\d+) /g), (match) => match[1]));
      expect([...sids]).toEqual(index < 30 ? [String(index + 1)] : []);
    }
    publisher.close();
    subscriber.close();
  });
});

describe("a server that stops", () => {
  test("closes its clients without an error", async () => {
    const server = await startServer();
    const wires = [
      await Wire.connect(server.port),
      await open(server.port, `${CONNECT}SUB foo 1\r\n`),
      await open(server.port, "SUB foo 1\r\n"),
    ];
    await wires[0]!.waitFor("INFO ");
    await server.stop();
    for (const wire of wires) {
      expect(await wire.waitForEnd()).toBe(true);
      expect(wire.text).not.toContain("-ERR");
    }
    await expect(Wire.connect(server.port)).rejects.toThrow();
  });

  test("delivers first what it has accepted", async () => {
    const server = await startServer();
    const publisher = await Stream.open(server.port, PUBLISHER);
    const subscriber = await Stream.open(server.port, SUBSCRIBER);
    const tally = new Tally(subscriber);
    const flood = new Flood(100_000);
    for (let i = 0; i < 20; i++) await publisher.send(flood.next());
    let answers = "";
    publisher.onData((chunk) => {
      answers += chunk.toString("latin1");
    });
    await publisher.send("PING\r\n");
    await until("PONG", () => answers === "PONG\r\n");
    await server.stop();
    await until("end", () => subscriber.ended);
    expect(tally.bytes).toBe(flood.deliveredBytes);
    expect(tally.checksum()).toBe(flood.checksum());
  });

  test("twice does nothing more", async () => {
    const server = await startServer();
    await server.stop();
    await server.stop();
  });

  // The real server waits for its write deadline.
  test.skipIf(target === "peer")("does not wait long for a client that reads nothing", async () => {
    const server = await startServer();
    const publisher = await Stream.open(server.port, PUBLISHER);
    const stuck = await Stream.open(server.port, SUBSCRIBER);
    stuck.pause();
    const flood = new Flood(500_000);
    for (let i = 0; i < 40; i++) await publisher.send(flood.next());
    const started = performance.now();
    await server.stop();
    expect(performance.now() - started).toBeLessThan(4_000);
    stuck.close();
  });
});

describe("keep-alive", () => {
  test("a client that does not answer two PINGs is told that it is stale, and closed", async () => {
    await using server = await startServer({ pingIntervalMs: 150, pingMax: 2 });
    const started = performance.now();
    const wire = await Wire.connect(server.port);
    expect(await wire.waitForEnd()).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(400);
    expect(wire.text).toEndWith("PING\r\nPING\r\n-ERR 'Stale Connection'\r\n");
  });

  test("a client that answers stays, and one that works is not asked again", async () => {
    await using server = await startServer({ pingIntervalMs: 300, pingMax: 2 });
    const answering = await open(server.port, CONNECT);
    const working = await open(server.port, CONNECT);
    const answered = new Map([
      [answering, 0],
      [working, 0],
    ]);
    while (answered.get(answering)! < 4 && !answering.ended) {
      await Bun.sleep(20);
      await working.send("PUB x 0\r\n\r\n");
      for (const [wire, count] of answered) {
        if (countPings(wire) === count) continue;
        await wire.send("PONG\r\n");
        answered.set(wire, count + 1);
      }
    }
    expect(answering.ended).toBe(false);
    // The first PING measures the round trip; then its publishes show that it is alive.
    expect(countPings(working)).toBe(1);
    answering.close();
    working.close();
  });
});
