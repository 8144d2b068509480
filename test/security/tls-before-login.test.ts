/**
 * On a listener with TLS, whoever has not logged in can do no more than on one without: nothing that
 * comes in place of a handshake, in a piece of one or after it crashes, is executed, or is kept.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { makeCertificates } from "../conformance/security/certificates.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { SecureWire } from "./secure-wire.ts";
import { type AnyWire, connectLine, HonestPair, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(40_000);

const MIB = 1024 * 1024;
const USER = { user: "honest", pass: "right" };
const WRONG = { user: "honest", pass: "wrong" };

let folder: string;
/** What a client begins a handshake with. */
let hello: Buffer;

beforeAll(async () => {
  folder = await makeCertificates();
  hello = await captureHello();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** `more` are further lines of the TLS block. */
function configOf(more: string): string {
  const file = (name: string): string => join(folder, name);
  return `
    authorization { user: honest, password: right, timeout: 5 }
    tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}"
          ca_file: "${file("ca.pem")}", ${more} }`;
}

function captureHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, chunk) {
          resolve(Buffer.from(chunk));
          socket.terminate();
          listener.stop(true);
        },
      },
    });
    const socket = connectTls({ socket: connectTcp(listener.port, "127.0.0.1") });
    socket.on("error", () => socket.destroy());
  });
}

const OPERATIONS: readonly string[] = [
  "PING\r\n",
  "PUB evil.a 1\r\nx\r\n",
  "HPUB evil.a 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
  "SUB > 1\r\n",
  "UNSUB 1\r\n",
  "INFO {}\r\n",
  "-ERR 'x'\r\n",
  "+OK\r\n",
  "MSG evil.a 1 1\r\nx\r\n",
  "RS+ $G a\r\n",
  "CONNECT {\r\n",
  "CONNECT {}\r\n",
  connectLine(WRONG),
  connectLine({ ...WRONG, tls_required: false }),
  "\0",
  "\x16\x03\x01\x00\x05hello",
];

function mixture(random: Prng): Buffer {
  const parts = Array.from({ length: random.between(1, 8) }, () => {
    const bytes = Buffer.from(random.pick(OPERATIONS), "latin1");
    if (random.chance(4)) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  });
  return Buffer.concat(parts);
}

/** Runs something beside an honest pair, and a watcher of everything it may have published. */
async function besides(
  server: SecuredServer,
  isFirst: boolean,
  disturb: () => Promise<void>,
): Promise<void> {
  const open = async (): Promise<AnyWire> => {
    const wire = await SecureWire.connect(server.port, { isFirst });
    wire.send(`${connectLine(USER)}PING\r\n`);
    await wire.waitFor("PONG\r\n", 8_000);
    return wire;
  };
  const pair = await HonestPair.start(server.port, USER, open);
  const watcher = await open();
  await watcher.send("SUB evil.> 1\r\n");
  await disturb();
  await pair.stop();
  await watcher.send("PUB evil.last 0\r\n\r\n");
  await watcher.waitFor("MSG evil.last");
  expect(watcher.text.match(/MSG .*/g)).toEqual(["MSG evil.last 1 0"]);
  watcher.close();
  server.expectNoFault();
}

describe.each([
  ["INFO first", "timeout: 2", false],
  ["the handshake first", "timeout: 2, handshake_first: true", true],
])("over TLS, with %s", (_, more, isFirst) => {
  test("operations in any order before login", () =>
    withSeed(async (random) => {
      await using server = await SecuredServer.start(configOf(more));
      await besides(server, isFirst, async () => {
        const inputs = [
          ...OPERATIONS.map((text) => Buffer.from(text, "latin1")),
          ...Array.from({ length: 120 }, () => mixture(random)),
        ];
        const worker = async (): Promise<void> => {
          for (let input = inputs.pop(); input !== undefined; input = inputs.pop()) {
            const wire = await SecureWire.connect(server.port, { isFirst });
            wire.send(input);
            wire.finish();
            if (!(await wire.waitForEnd(8_000))) throw new Error(`open after ${input}`);
            wire.close();
            expect(wire.text.slice(wire.text.indexOf("\r\n") + 2)).toMatch(
              /^(?:-ERR '[^']*'\r\n)*$/,
            );
          }
        };
        await Promise.all(Array.from({ length: 8 }, worker));
      });
      const secure = await SecureWire.connect(server.port, { isFirst });
      secure.send(`${connectLine(USER)}PING\r\n`);
      expect(await secure.waitFor("PONG\r\n", 8_000)).toBe(true);
      secure.close();
    }));
});

/** What may come in place of a handshake: the beginning of one, changed ones, and nonsense. */
function notHandshakes(random: Prng): Buffer[] {
  const cut = Array.from({ length: 40 }, () =>
    hello.subarray(0, random.between(1, hello.length - 1)),
  );
  const changed = Array.from({ length: 40 }, () => {
    const bytes = Buffer.from(hello);
    for (let i = random.between(1, 5); i > 0; i--)
      bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  });
  const record = (type: number, length: number): Buffer => {
    return Buffer.concat([
      Buffer.from([type, 3, 1, length >> 8, length & 255]),
      random.bytes(length),
    ]);
  };
  const nonsense = [20, 21, 22, 23, 24, 0, 128, 255].flatMap((type) => [
    record(type, 0),
    record(type, 5),
    record(type, 16_384),
    record(type, 40_000),
  ]);
  const twice = [Buffer.concat([hello, hello]), Buffer.concat([hello, Buffer.from("PING\r\n")])];
  return [...cut, ...changed, ...nonsense, ...twice, random.bytes(100), Buffer.alloc(70_000, 22)];
}

describe.each([
  ["INFO first", "timeout: 0.5", false],
  ["the handshake first", "timeout: 0.5, handshake_first: true", true],
])("in place of a handshake, with %s", (_, more, isFirst) => {
  test("nothing does any harm, and all of it ends in time", () =>
    withSeed(async (random) => {
      await using server = await SecuredServer.start(configOf(more), { args: ["-DV"] });
      await besides(server, isFirst, async () => {
        const wires = await Promise.all(
          notHandshakes(random).map(async (bytes) => {
            const wire = await Wire.connect(server.port);
            await wire.send(bytes);
            return wire;
          }),
        );
        await until("end of all", () => wires.every(({ ended }) => ended), 8_000);
        for (const wire of wires) wire.close();
      });
    }));
});

test("1,000 half handshakes cost little, and are over in time", async () => {
  const config = configOf("timeout: 1");
  await using server = await SecuredServer.start(config);
  const before = server.memoryBytes;
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, server.memoryBytes);
  }, 20);
  const wires: Wire[] = [];
  for (let i = 0; i < 1_000; i += 50) {
    const batch = Array.from({ length: 50 }, async () => {
      const wire = await Wire.connect(server.port);
      await wire.send(hello);
      return wire;
    });
    wires.push(...(await Promise.all(batch)));
  }
  await until("end of all", () => wires.every(({ ended }) => ended), 15_000);
  clearInterval(sampler);
  for (const wire of wires) wire.close();
  // About a hundred kilobytes for each handshake that is under way.
  if (process.env.DEBUG_MEM) console.log("half handshakes", (peak - before) / MIB);
  expect((peak - before) / MIB).toBeLessThan(192);
  const secure = await SecureWire.connect(server.port);
  secure.send(`${connectLine(USER)}PING\r\n`);
  expect(await secure.waitFor("PONG\r\n", 8_000)).toBe(true);
  secure.close();
  await server.expectSound();
});
