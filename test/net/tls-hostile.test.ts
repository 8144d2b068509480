/** Clients that break off, dawdle or lie in their handshakes: they cost little, and nobody else notices. */

import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { readdirSync } from "node:fs";
import { connect } from "node:tls";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import { NatsServer, type Options } from "../../src/embed.ts";
import { HelloCollector } from "../../src/net/tls/hello-collector.ts";
import { logged, startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { TlsClient } from "./tls-client.ts";
import { Pki } from "./tls-pki.ts";
import { captureHello, pieces, Relay } from "./tls-relay.ts";

const PING = "PING\r\n";
/** Enough for the end of a handshake and what comes next to travel together. */
const GLUE_MS = 50;

let pki: Pki;
let hello: Buffer;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  hello = await captureHello((port) => {
    const client = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    return client.on("error", () => {});
  });
});

afterAll(() => pki[Symbol.asyncDispose]());

function start(tls: Partial<TlsOptions> = {}, options: Partial<Options> = {}): Promise<TestServer> {
  return startServer({ debug: true, tls: pki.options("server", tls), ...options });
}

const openFiles = (): number => readdirSync("/proc/self/fd").length;

async function expectServed(server: TestServer): Promise<void> {
  using client = await TlsClient.connect(server.port);
  expect(await client.isServed()).toBe(true);
}

describe("a first message", () => {
  test.each([1, 2, 5, 100, 600])("in pieces of %d bytes", async (length) => {
    await using server = await start();
    using relay = new Relay(server.port, (chunk) => pieces(chunk, length));
    using client = await TlsClient.connect(relay.port);
    expect(await client.isServed()).toBe(true);
  });

  test("in records of one byte each", async () => {
    await using server = await start();
    const wire = await Wire.connect(server.port);
    await wire.waitFor("\r\n");
    const info = wire.received.length;
    const records = Array.from(hello.subarray(5), (byte) => [0x16, 3, 1, 0, 1, byte]).flat();
    await wire.send(Buffer.from(records));
    expect(await wire.waitFor(() => wire.received.length > info)).toBe(true);
    // The library's answer: the first message of the server.
    expect(wire.received[info]).toBe(0x16);
    wire.close();
  });

  test("as long as it may be, in records of one byte: no more is copied than a few times its size", () => {
    const length = 16 * 1024;
    const message = Buffer.alloc(4 + length);
    message[0] = 1;
    message.writeUIntBE(length, 1, 3);
    const records = Buffer.from(Array.from(message, (byte) => [0x16, 3, 1, 0, 1, byte]).flat());
    using spies = new DisposableStack();
    const makers = (["alloc", "allocUnsafe", "concat", "from"] as const).map((name) =>
      spies.adopt(spyOn(Buffer, name), (spy) => spy.mockRestore()),
    );
    const collector = new HelloCollector();
    let outcome: unknown = null;
    for (const chunk of pieces(records, 1000)) outcome = collector.push(chunk);
    const made = makers.flatMap(({ mock }) => mock.results.map(({ value }) => value as Buffer));
    expect(outcome).toHaveProperty("text", "local error: tls: error decoding message");
    expect(made.length).toBeLessThan(50);
    expect(made.reduce((sum, buf) => sum + buf.length, 0)).toBeLessThan(4 * records.length);
  });

  test.each([
    ["of an endless record", "160301ffff", "tls: oversized record received with length 65535", 22],
    ["of an empty record", "1603010000", "local error: tls: unexpected message", 10],
    [
      "of an endless message",
      "160301000401ffffff",
      "tls: handshake message of length 16777215 bytes exceeds maximum of 65536 bytes",
      80,
    ],
    ["that is empty", "160301000401000000", "local error: tls: error decoding message", 50],
    ["that is another one", "160301000402000000", "local error: tls: unexpected message", 10],
    ["of SSLv2", "802e010002", "tls: unsupported SSLv2 handshake received", 70],
    ["that is an alert", "15030100020228", "remote error: tls: handshake failure", null],
    ["that is a goodbye", "15030100020100", "EOF", null],
    ["of warnings without end", "15030100020164".repeat(17), "tls: too many ignored records", 10],
  ])("%s", async (_, bytes, why, alert) => {
    await using server = await start();
    const wire = await Wire.connect(server.port);
    await wire.waitFor("\r\n");
    const info = wire.received.length;
    await wire.send(Buffer.from(bytes, "hex"));
    expect(await wire.waitForEnd()).toBe(true);
    const told = alert === null ? [] : [0x15, 3, 1, 0, 2, 2, alert];
    expect([...wire.received.subarray(info)]).toEqual(told);
    await logged(server, "error", /TLS handshake error/);
    const errors = server.log.filter(({ level }) => level === "error");
    expect(errors.map(({ text }) => text)).toEqual([
      `127.0.0.1:${wire.localPort} - cid:5 - TLS handshake error: ${why}`,
    ]);
    await expectServed(server);
  });
});

describe("a handshake", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s: what follows it in the same packet is not lost",
    async (maxVersion) => {
      await using server = await start();
      using relay = new Relay(server.port, (chunk) => [chunk], GLUE_MS);
      using client = await TlsClient.connect(relay.port, { maxVersion });
      client.send(`CONNECT {"verbose":false}\r\n${PING}`);
      expect(await client.waitFor("PONG\r\n", 4_000)).toBe(true);
    },
  );

  test("cut off after any number of bytes leaves nothing behind", async () => {
    await using server = await start();
    await expectServed(server);
    const files = openFiles();
    for (let length = 0; length < hello.length + 40; length += 29) {
      const wire = await Wire.connect(server.port);
      await wire.waitFor("\r\n");
      await wire.send(hello.subarray(0, length));
      if (length % 2 === 0) wire.finish();
      else wire.close();
      await wire.waitForEnd();
      wire.close();
    }
    await until("all files closed", () => openFiles() <= files);
    await expectServed(server);
  });

  test("with other bytes after the first message ends without an answer in clear", async () => {
    await using server = await start();
    for (const rest of [
      PING,
      "\x17\x03\x03\x00\x20".padEnd(37, "A"),
      "\x16\x03\x03\x00\x05hello",
    ]) {
      const wire = await Wire.connect(server.port);
      await wire.waitFor("\r\n");
      await wire.send(hello);
      await wire.send(rest);
      expect(await wire.waitForEnd()).toBe(true);
      expect(wire.text).not.toContain("PONG\r\n");
    }
    await logged(server, "debug", /closed: TLS Handshake Failure/);
    await expectServed(server);
  });

  test("of a thousand clients that go no further: others are served meanwhile, then all is over", async () => {
    await using server = await start({ timeoutMs: 1500 });
    await expectServed(server);
    const files = openFiles();
    const before = server.memoryBytes();
    const wires = await Promise.all(Array.from({ length: 1000 }, () => Wire.connect(server.port)));
    await Promise.all(wires.map((wire, i) => wire.send(hello.subarray(0, i % hello.length))));
    await expectServed(server);
    expect(server.memoryBytes() - before).toBeLessThan(150e6);
    expect((await Promise.all(wires.map((wire) => wire.waitForEnd(6_000)))).every(Boolean)).toBe(
      true,
    );
    for (const wire of wires) wire.close();
    await until("all files closed", () => openFiles() <= files);
    await expectServed(server);
  }, 20_000);

  test("under way when the server stops is broken off", async () => {
    const server = await NatsServer.start({
      ...{ host: "127.0.0.1", port: 0, log: false, tls: pki.options("server") },
    });
    const wires = [new Uint8Array(), hello.subarray(0, 50), hello].map(async (bytes) => {
      const wire = await Wire.connect(server.port);
      await wire.waitFor("\r\n");
      await wire.send(bytes);
      return wire;
    });
    const all = await Promise.all(wires);
    const startedAt = performance.now();
    await server.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    for (const wire of all) {
      expect(await wire.waitForEnd()).toBe(true);
      expect(wire.text).not.toContain("-ERR");
    }
  });
});

describe("afterwards", () => {
  test("a second handshake is refused", async () => {
    await using server = await start({ handshakeFirst: true });
    const address = `127.0.0.1:${server.port}`;
    const client = Bun.spawn(["openssl", "s_client", "-connect", address, "-tls1_2"], {
      ...{ stdin: "pipe", stdout: "pipe", stderr: "pipe" },
    });
    await logged(server, "debug", /TLS handshake complete/);
    client.stdin.write("R\n");
    await client.stdin.flush();
    await logged(server, "debug", /Client connection closed: /);
    client.kill();
    await client.exited;
    expect(server.log.filter(({ text }) => text.includes("Internal error"))).toEqual([]);
    using other = await TlsClient.connect(server.port, { isFirst: true });
    expect(await other.isServed()).toBe(true);
  });

  test("an error is told, and the connection ended, even if the client does not end it", async () => {
    await using server = await start();
    let isSilent = false;
    using relay = new Relay(server.port, (chunk) => (isSilent ? [] : [chunk]));
    relay.tellsOfEnd = false;
    const files = openFiles();
    using client = await TlsClient.connect(relay.port);
    expect(await client.isServed()).toBe(true);
    client.send("FOO\r\n");
    client.socket.once("data", () => {
      isSilent = true;
    });
    expect(await client.waitFor("-ERR 'Unknown Protocol Operation'\r\n")).toBe(true);
    await until("end of the connection", () => relay.ended === 1);
    client.socket.destroy();
    await until("all files closed", () => openFiles() <= files);
  });

  test("bytes in clear end the connection", async () => {
    await using server = await start();
    let isLast = false;
    using relay = new Relay(server.port, (chunk) =>
      isLast ? [chunk, Buffer.from(PING)] : [chunk],
    );
    using client = await TlsClient.connect(relay.port);
    expect(await client.isServed()).toBe(true);
    isLast = true;
    client.send(PING);
    expect(await client.waitForEnd()).toBe(true);
    await logged(server, "debug", /Client connection closed: /);
    await expectServed(server);
  });
});
