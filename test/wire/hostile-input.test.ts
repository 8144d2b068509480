/** Input that no honest client sends, while two honest clients go about their business. */

import { describe, expect, test } from "bun:test";
import { type Prng, withSeed } from "../support/prng.ts";
import { startServer, type TestServer, until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const MIB = 1024 * 1024;
/** What a request of the honest pair may take while the server is bothered. */
const PATIENCE_MS = 2_000;

/** One asks, the other answers, one request after the other, all the time. */
class HonestPair {
  exchanged = 0;
  slowestMs = 0;
  #running = true;
  #loop: Promise<void> = Promise.resolve();
  readonly #asker: Wire;
  readonly #responder: Wire;

  private constructor(asker: Wire, responder: Wire) {
    this.#asker = asker;
    this.#responder = responder;
  }

  static async start(server: TestServer): Promise<HonestPair> {
    const connect = 'CONNECT {"verbose":false,"pedantic":false}\r\n';
    const asker = await Wire.connect(server.port);
    const responder = await Wire.connect(server.port);
    await asker.send(`${connect}SUB honest.answer 1\r\nPING\r\n`);
    await responder.send(`${connect}SUB honest.question 1\r\nPING\r\n`);
    await Promise.all([asker.waitFor("PONG\r\n"), responder.waitFor("PONG\r\n")]);
    const pair = new HonestPair(asker, responder);
    pair.#loop = pair.#run();
    return pair;
  }

  /** Ends the exchange and checks that nothing went missing, came twice or came late. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
    expect(this.exchanged).toBeGreaterThan(0);
    const numbers = (wire: Wire): number[] =>
      Array.from(wire.text.matchAll(/\r\nn(\d+)\r\n/g), (match) => Number(match[1]));
    const all = Array.from({ length: this.exchanged }, (_, i) => i);
    expect(numbers(this.#responder)).toEqual(all);
    expect(numbers(this.#asker)).toEqual(all);
    expect(`${this.#asker.text}${this.#responder.text}`).not.toContain("-ERR");
    this.#asker.close();
    this.#responder.close();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const text = `n${this.exchanged}`;
      const message = `${text.length}\r\n${text}\r\n`;
      await this.#asker.send(`PUB honest.question ${message}`);
      const isAsked = await this.#responder.waitFor(`\r\n${text}\r\n`, PATIENCE_MS);
      await this.#responder.send(`PUB honest.answer ${message}`);
      const isAnswered = await this.#asker.waitFor(`\r\n${text}\r\n`, PATIENCE_MS);
      if (!isAsked || !isAnswered) throw new Error(`${text} was not exchanged`);
      this.exchanged++;
    }
  }
}

/** Runs the honest pair meanwhile, and looks afterwards whether the server has met a fault of its own. */
async function besides(server: TestServer, disturb: () => Promise<void>): Promise<void> {
  const pair = await HonestPair.start(server);
  try {
    await disturb();
  } finally {
    await pair.stop();
  }
  expect(server.log.filter(({ text }) => text.includes("Internal error"))).toEqual([]);
}

function closeAll(wires: readonly Wire[]): void {
  for (const wire of wires) wire.close();
}

async function connectMany(server: TestServer, count: number): Promise<Wire[]> {
  const wires: Wire[] = [];
  while (wires.length < count) {
    const batch = Array.from({ length: Math.min(100, count - wires.length) }, () =>
      Wire.connect(server.port),
    );
    wires.push(...(await Promise.all(batch)));
  }
  return wires;
}

/** Bytes that are noise, or lines that begin well and go wrong. */
function nonsense(random: Prng): Buffer {
  const word = (): string => random.bytes(random.between(0, 12)).toString("latin1");
  const size = (): string =>
    random.pick(["0", "5", "-1", "99999999999", "1048577", "1e3", word(), "007"]);
  const line = (): string =>
    random.pick([
      () => `PUB ${word()} ${size()}\r\n${word()}\r\n`,
      () => `HPUB ${word()} ${size()} ${size()}\r\n${word()}\r\n`,
      () => `SUB ${random.pick([">", "*.*", word()])} ${word()}\r\n`,
      () => `UNSUB ${word()} ${size()}\r\n`,
      () => `CONNECT {"verbose":${random.pick(["true", "1", word()])}}\r\n`,
      () => `${random.pick(["PING", "PONG", "+OK", "-ERR", "INFO {}", "MSG", "RS+"])}${word()}\r\n`,
      word,
    ])();
  if (random.chance(3)) return random.bytes(random.between(1, 5_000));
  return Buffer.from(Array.from({ length: random.between(1, 20) }, line).join(""), "latin1");
}

describe("an honest pair notices nothing of", () => {
  test(
    "300 connections that send random bytes",
    () =>
      withSeed(async (random) => {
        await using server = await startServer();
        await besides(server, async () => {
          for (let round = 0; round < 3; round++) {
            const wires = await connectMany(server, 100);
            await Promise.all(wires.map((wire) => wire.send(nonsense(random))));
            for (const wire of wires) wire.finish();
            const ended = await Promise.all(wires.map((wire) => wire.waitForEnd(4_000)));
            expect(ended).not.toContain(false);
            closeAll(wires);
          }
        });
      }),
    20_000,
  );

  test("2,000 connections that never finish what they begin", async () => {
    await using server = await startServer();
    await besides(server, async () => {
      const wires = await connectMany(server, 2_000);
      const beginnings = ["", "CONN", "PUB honest.question 100\r\nhalf", "SUB honest.question 7"];
      await Promise.all(
        wires.map((wire, index) => wire.send(beginnings[index % beginnings.length]!)),
      );
      await until("INFO on all", () => wires.every(({ text }) => text.endsWith(" \r\n")));
      const last = await Wire.connect(server.port);
      await last.send("PING\r\n");
      expect(await last.waitFor("PONG\r\n")).toBe(true);
      expect(wires.filter(({ ended }) => ended)).toEqual([]);
      closeAll([last, ...wires]);
    });
  }, 20_000);

  test("100 connections that send one byte now and then, and are served in the end", async () => {
    await using server = await startServer();
    await besides(server, async () => {
      const wires = await connectMany(server, 100);
      const text =
        'CONNECT {"verbose":false}\r\nSUB s.* 1\r\nUNSUB 1 1\r\nPUB s.x 5\r\nhello\r\nPING\r\n';
      const served = wires.map(async (wire, index) => {
        for (const char of text.replace("s.x", `s.${index}`)) {
          await wire.send(char);
          await Bun.sleep(5);
        }
        await wire.waitFor("PONG\r\n");
        return /MSG s\.\d+ 1 5\r\nhello\r\n/.test(wire.text) && wire.text.endsWith("PONG\r\n");
      });
      expect(await Promise.all(served)).not.toContain(false);
      closeAll(wires);
    });
  }, 20_000);

  test("connections that leave as soon as they are there", async () => {
    await using server = await startServer({ debug: true });
    await besides(server, async () => {
      const count = (text: string): number =>
        server.log.filter((line) => line.text.includes(` - Client connection ${text}`)).length;
      for (let round = 0; round < 5; round++) {
        const wires = await connectMany(server, 100);
        // Of the others the server may not even hear.
        await Promise.all(wires.slice(50).map((wire) => wire.waitFor(" \r\n")));
        closeAll(wires);
      }
      const isOver = (): boolean => count("created") === count("closed: ") + 2;
      await until("end of all but the honest pair", isOver);
      expect(count("created")).toBeGreaterThan(250);
    });
  });

  test("a megabyte of CONNECT", async () => {
    await using server = await startServer();
    await besides(server, async () => {
      const wire = await Wire.connect(server.port);
      await wire.send(`CONNECT {"name":"${"x".repeat(MIB)}"}\r\nPING\r\n`);
      expect(await wire.waitForEnd()).toBe(true);
      expect(wire.text).not.toContain("PONG\r\n");
      await until("log line", () =>
        server.log.some(({ text }) => text.endsWith(" - maximum control line exceeded")),
      );
    });
  });

  test("CONNECT that is large, deep or wide where it may be", async () => {
    await using server = await startServer({ maxControlLine: 4 * MIB });
    await besides(server, async () => {
      const keys = Array.from({ length: 50_000 }, (_, i) => `"key${i}":${i}`).join();
      for (const [fields, isAccepted] of [
        [`"name":"${"x".repeat(MIB)}"`, true],
        [`"other":${"[".repeat(9_000)}${"]".repeat(9_000)}`, true],
        [`"other":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`, true],
        [`"other":${"[".repeat(MIB)}${"]".repeat(MIB)}`, false],
        [`"other":${'{"a":'.repeat(300_000)}1${"}".repeat(300_000)}`, false],
        [keys, true],
      ] as const) {
        const wire = await Wire.connect(server.port);
        await wire.send(`CONNECT {${fields},"verbose":false}\r\nPING\r\n`);
        await wire.waitFor("PONG\r\n", 4_000);
        expect([fields.slice(0, 20), wire.text.endsWith("PONG\r\n")]).toEqual([
          fields.slice(0, 20),
          isAccepted,
        ]);
        wire.close();
      }
    });
  }, 20_000);
});

test("CONNECT cannot reach what objects have in common", async () => {
  await using server = await startServer();
  for (const fields of [
    '"__proto__":{"verbose":true,"echo":false}',
    '"constructor":{"prototype":{"verbose":true}}',
    '"prototype":{"verbose":true},"toString":"x","hasOwnProperty":1,"valueOf":null',
    '"__proto__":null',
  ]) {
    const wire = await Wire.connect(server.port);
    await wire.send(`CONNECT {"verbose":false,${fields}}\r\nSUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(wire.text).toEndWith(" \r\nMSG a 1 1\r\nx\r\nPONG\r\n");
    wire.close();
  }
  const plain = await Wire.connect(server.port);
  await plain.send("CONNECT {}\r\nSUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n");
  expect(await plain.waitFor("PONG\r\n")).toBe(true);
  expect(plain.text).toEndWith(" \r\n+OK\r\n+OK\r\n+OK\r\nMSG a 1 1\r\nx\r\nPONG\r\n");
  expect(Object.keys(Object.prototype)).toEqual([]);
  plain.close();
});
