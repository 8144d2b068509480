/** The published JavaScript clients with TLS: plain, with a certificate, and with the handshake first. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import { Pki } from "../net/tls-pki.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { CLIENTS } from "./clients.ts";

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server", { extensions: ["subjectAltName=DNS:localhost,IP:127.0.0.1"] });
  await pki.issue("client", { extensions: ["extendedKeyUsage=clientAuth"] });
});

afterAll(() => pki[Symbol.asyncDispose]());

function start(tls: Partial<TlsOptions> = {}): Promise<TestServer> {
  return startServer({ tls: pki.options("server", tls) });
}

const read = (file: string): string => readFileSync(pki.path(file), "utf8");

describe.each(CLIENTS)("$name", (client) => {
  const verified = {} as { ca: string };
  beforeAll(() => {
    verified.ca = read("ca.pem");
  });

  test("TLS: the server's certificate is checked, messages come and go", async () => {
    await using server = await start();
    await using connection = await client.connect(server, { tls: verified });
    const subscription = connection.subscribe("greet", { max: 2 });
    connection.publish("greet", "hello");
    connection.publish("greet", "x".repeat(500_000));
    const received: string[] = [];
    for await (const message of subscription) received.push(message.string());
    expect(received).toEqual(["hello", "x".repeat(500_000)]);
    expect(connection.info!.tls_required).toBe(true);
  });

  test("a certificate of the client is asked for", async () => {
    await using server = await start({ caFile: pki.path("ca.pem"), verify: true });
    const tls = { ...verified, cert: read("client.pem"), key: read("client.key") };
    await using connection = await client.connect(server, { tls });
    await connection.flush();
    await expect(client.connect(server, { tls: verified, timeout: 1000 })).rejects.toThrow();
  });

  test("the handshake comes first", async () => {
    await using server = await start({ handshakeFirst: true });
    const tls = { ...verified, handshakeFirst: true };
    await using connection = await client.connect(server, { tls });
    await connection.flush();
    expect(connection.info!.tls_required).toBe(true);
  });
});
