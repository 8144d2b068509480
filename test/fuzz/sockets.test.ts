import { expect, test } from "bun:test";
import type { Socket } from "bun";
import { NatsServer } from "../../src/embed.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const VALID = Buffer.from(
  'CONNECT {"verbose":false,"headers":true,"no_responders":true,"protocol":1}\r\nPING\r\n' +
    "SUB foo.* 1\r\nSUB bar q 2\r\nUNSUB 2 3\r\nPUB foo.a reply 5\r\nhello\r\nPUB bar 2\r\nhi\r\n" +
    "HPUB foo.b 12 14\r\nNATS/1.0\r\n\r\nhi\r\nUNSUB 1\r\nPONG\r\nPUB nobody inbox 0\r\n\r\n",
);

/** Valid traffic with some bytes changed, cut out or doubled, or nothing but noise. */
function attack(random: Prng): Buffer {
  if (random.chance(5)) return Buffer.from(Array.from({ length: 300 }, () => random.below(256)));
  let bytes = Buffer.concat([VALID, VALID]);
  for (let changes = 1 + random.below(5); changes > 0; changes--) {
    const at = random.below(bytes.length);
    const end = Math.min(at + random.below(20), bytes.length);
    if (random.chance(3)) bytes[at] = random.below(256);
    else if (random.chance(2)) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  }
  return bytes;
}

function open(port: number, onData: (chunk: Buffer) => void): Promise<Socket<undefined>> {
  return Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_socket, chunk) => onData(chunk), close() {}, error() {} },
  });
}

/** Polls until the condition holds. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out: ${what}`);
    await Bun.sleep(2);
  }
}

test("a pair of clients notices nothing of others that send garbage, and nothing throws", () =>
  withSeed(async (random) => {
    const internal: string[] = [];
    await using server = await NatsServer.start({
      log: (_level, text) => {
        if (text.includes("Internal error")) internal.push(text);
      },
    });
    let received = "";
    const subscriber = await open(server.port, (chunk) => {
      received += chunk.toString("latin1");
    });
    subscriber.write('CONNECT {"verbose":false}\r\nSUB healthy.pair 1\r\nPING\r\n');
    await until("PONG", () => received.includes("PONG\r\n"));
    const publisher = await open(server.port, () => {});
    publisher.write('CONNECT {"verbose":false}\r\n');
    for (let round = 0; round < 150; round++) {
      const attackers = await Promise.all(
        Array.from({ length: 8 }, () => open(server.port, () => {})),
      );
      for (const attacker of attackers) {
        const bytes = attack(random);
        const cut = random.below(bytes.length);
        attacker.write(bytes.subarray(0, cut));
        if (random.chance(2)) await Bun.sleep(0);
        attacker.write(bytes.subarray(cut));
      }
      publisher.write(`PUB healthy.pair ${String(round).length}\r\n${round}\r\n`);
      await until(`message ${round}`, () => received.endsWith(`\r\n${round}\r\n`));
      for (const attacker of attackers) {
        if (random.chance(2)) attacker.terminate();
        else attacker.end();
      }
    }
    const frames = Array.from({ length: 150 }, (_, i) => {
      return `MSG healthy.pair 1 ${String(i).length}\r\n${i}\r\n`;
    });
    expect(received.slice(received.indexOf("MSG "))).toBe(frames.join(""));
    expect(internal).toEqual([]);
  }));
