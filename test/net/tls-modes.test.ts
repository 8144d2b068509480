/** When a handshake comes, where the listener leaves that open, and how many in a second. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import type { Options } from "../../src/embed.ts";
import { logged, startServer, type TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { TlsClient } from "./tls-client.ts";
import { Pki } from "./tls-pki.ts";

const PING = "PING\r\n";

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
});

afterAll(() => pki[Symbol.asyncDispose]());

function start(tls: Partial<TlsOptions> = {}, options: Partial<Options> = {}): Promise<TestServer> {
  return startServer({ debug: true, tls: pki.options("server", tls), ...options });
}

async function expectServedInClear(port: number, split?: "bytes"): Promise<void> {
  const wire = await Wire.connect(port);
  expect(await wire.waitFor('"tls_available":true')).toBe(true);
  await wire.send(PING, split);
  expect(await wire.waitFor("PONG\r\n")).toBe(true);
  wire.close();
}

describe("allow_non_tls", () => {
  test("both kinds of clients are served, also when what they send comes in pieces", async () => {
    await using server = await start({}, { allowNonTls: true });
    await expectServedInClear(server.port);
    await expectServedInClear(server.port, "bytes");
    using client = await TlsClient.connect(server.port);
    expect(await client.isServed()).toBe(true);
  });

  test("silence for too long means in clear", async () => {
    await using server = await start({ timeoutMs: 50 }, { allowNonTls: true });
    const wire = await Wire.connect(server.port);
    await Bun.sleep(100);
    await wire.send(PING);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    wire.close();
  });

  test("a client that leaves without a word has just left", async () => {
    await using server = await start({}, { allowNonTls: true });
    const wire = await Wire.connect(server.port);
    await wire.waitFor("\r\n");
    wire.finish();
    expect(await wire.waitForEnd()).toBe(true);
    await logged(server, "debug", /closed: Client Closed/);
  });
});

describe("handshake_first", () => {
  test("INFO comes after the handshake only", async () => {
    await using server = await start({ handshakeFirst: true, timeoutMs: 300 });
    expect(server.log).toContainEqual({
      level: "warn",
      text: 'Clients that are not using "TLS Handshake First" option will fail to connect',
    });
    using client = await TlsClient.connect(server.port, { isFirst: true });
    expect(await client.waitFor('"tls_required":true')).toBe(true);
    expect(await client.isServed()).toBe(true);
    const wire = await Wire.connect(server.port);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toBe("");
  });

  test("with a delay, the silent are greeted after all", async () => {
    await using server = await start({ handshakeFirst: true, handshakeFirstFallbackMs: 100 });
    using first = await TlsClient.connect(server.port, { isFirst: true });
    expect(await first.isServed()).toBe(true);
    using late = await TlsClient.connect(server.port);
    expect(await late.isServed()).toBe(true);
  });

  test("with a delay and allow_non_tls, all three kinds are served", async () => {
    const tls = { handshakeFirst: true, handshakeFirstFallbackMs: 100 };
    await using server = await start(tls, { allowNonTls: true });
    using first = await TlsClient.connect(server.port, { isFirst: true });
    expect(await first.isServed()).toBe(true);
    expect(first.text).toContain('"tls_required":true,"tls_available":true');
    using late = await TlsClient.connect(server.port);
    expect(late.text).not.toContain("tls_required");
    expect(await late.isServed()).toBe(true);
    await expectServedInClear(server.port);
  });

  test("one client too many is told so in clear", async () => {
    await using server = await start({ handshakeFirst: true }, { maxConnections: 1 });
    using client = await TlsClient.connect(server.port, { isFirst: true });
    expect(await client.isServed()).toBe(true);
    const wire = await Wire.connect(server.port);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toBe("-ERR 'maximum connections exceeded'\r\n");
  });
});

describe("limits", () => {
  test("a handshake has its time", async () => {
    await using server = await start({ timeoutMs: 100 });
    const wire = await Wire.connect(server.port);
    await wire.send(Buffer.from("16030102000100", "hex"));
    expect(await wire.waitForEnd()).toBe(true);
    await logged(server, "debug", /closed: TLS Handshake Failure/);
    const label = `127.0.0.1:${wire.localPort} - cid:5`;
    const way = `127.0.0.1:${server.port}->127.0.0.1:${wire.localPort}`;
    expect(server.log.slice(-3)).toEqual([
      { level: "debug", text: `${label} - TLS handshake error: read tcp ${way}: i/o timeout` },
      { level: "debug", text: `${label} - TLS handshake timeout` },
      { level: "debug", text: `${label} - Client connection closed: TLS Handshake Failure` },
    ]);
  });

  test("connection_rate_limit", async () => {
    await using server = await start({ connectionRateLimit: 2 });
    using client = await TlsClient.connect(server.port);
    expect(await client.isServed()).toBe(true);
    const wires = await Promise.all([1, 2, 3, 4].map(() => Wire.connect(server.port)));
    let refused = 0;
    for (const wire of wires) {
      if (await wire.waitFor(/-ERR/, 500)) refused++;
      wire.close();
    }
    expect(refused).toBe(3);
    const throttled = wires.find((wire) => wire.text.includes("-ERR"))!;
    const text = "-ERR 'Connection throttling is active. Please try again later.'\r\n";
    expect(throttled.text.endsWith(text)).toBe(true);
    await logged(server, "debug", /closed: Maximum Connections Exceeded/);
    await logged(server, "warn", /^Rejected 3 connections due to TLS rate limiting$/);
  });
});
