/** TLS of the client listener: its modes, what it asks of clients, and what the log says. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import type { Options } from "../../src/embed.ts";
import { logged, startServer, type TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";
import { TlsClient, type TlsClientOptions } from "./tls-client.ts";
import { Pki } from "./tls-pki.ts";

const CLIENT = ["extendedKeyUsage=clientAuth"];
const PING = "PING\r\n";

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server", { extensions: ["subjectAltName=DNS:localhost"] });
  await pki.issue("server-rsa", { rsa: true, extensions: ["subjectAltName=DNS:rsa.example"] });
  await pki.issue("wild", { extensions: ["subjectAltName=DNS:*.wild.example"] });
  await pki.issue("client", { extensions: CLIENT });
  await pki.issue("stranger", { issuer: "other-ca", extensions: CLIENT });
  await pki.issue("expired", { isExpired: true, extensions: CLIENT });
  await pki.issue("purpose", { extensions: ["extendedKeyUsage=serverAuth"] });
  await pki.issue("middle", { extensions: ["basicConstraints=critical,CA:TRUE"] });
  await pki.issue("grandchild", { issuer: "middle", extensions: CLIENT });
  await pki.issue("forged", { subject: "forged\n[ERR] line", issuer: "other-ca" });
});

afterAll(() => pki[Symbol.asyncDispose]());

function start(tls: Partial<TlsOptions> = {}, options: Partial<Options> = {}): Promise<TestServer> {
  return startServer({ debug: true, tls: pki.options("server", tls), ...options });
}

function verifying(): Promise<TestServer> {
  return start({ caFile: pki.path("ca.pem"), verify: true });
}

function identity(name: string): TlsClientOptions {
  const [cert, key] = [
    readFileSync(pki.path(`${name}.pem`)),
    readFileSync(pki.path(`${name}.key`)),
  ];
  return { cert, key };
}

/** Lines about one client, without its label. */
function linesOf(server: TestServer, { localPort }: { readonly localPort: number }): string[] {
  const label = new RegExp(`^127\\.0\\.0\\.1:${localPort} - cid:\\d+ - `);
  return server.log
    .filter(({ text }) => label.test(text))
    .map(({ level, text }) => `${level} ${text.replace(label, "")}`);
}

async function expectRefused(server: TestServer, client: TlsClient, why: string): Promise<void> {
  client.send(`CONNECT {"verbose":false}\r\nPUB secret 2\r\nhi\r\n${PING}`);
  expect(await client.waitForEnd()).toBe(true);
  await logged(server, "debug", /Client connection closed: TLS Handshake Failure/);
  const lines = linesOf(server, client);
  expect(lines.find((line) => line.startsWith("error"))).toStartWith(
    `error TLS handshake error: ${why}`,
  );
  expect(client.text).not.toContain("PONG\r\n");
  expect(lines.join("\n")).not.toContain("TLS handshake complete");
}

describe("TLS required", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s: INFO in clear, then a handshake",
    async (version) => {
      await using server = await start();
      using client = await TlsClient.connect(server.port, { maxVersion: version });
      expect(client.text).toContain('"tls_required":true');
      expect(await client.isServed()).toBe(true);
      client.socket.end();
      await logged(server, "debug", /closed: Client Closed/);
      expect(linesOf(server, client)).toEqual([
        "debug Client connection created",
        "debug Starting TLS client connection handshake",
        "debug TLS handshake complete",
        expect.stringMatching(
          new RegExp(`^debug TLS version ${version.slice(4)}, cipher suite TLS_[A-Z0-9_]+$`),
        ),
        "debug Client connection closed: Client Closed",
      ]);
    },
  );

  test("nothing is said to a client in clear", async () => {
    await using server = await start();
    const wire = await Wire.connect(server.port);
    await wire.waitFor("\r\n");
    const info = wire.text;
    await wire.send(`CONNECT {}\r\n${PING}`);
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toBe(info);
    expect(linesOf(server, wire)).toContain(
      "debug TLS handshake error: tls: first record does not look like a TLS handshake",
    );
  });

  test("old versions and suites that are not shared are refused by name", async () => {
    await using server = await start({ minVersion: "1.3" });
    using client = await TlsClient.connect(server.port, { maxVersion: "TLSv1.2" });
    await expectRefused(server, client, "tls: client offered only unsupported versions: [303");
    await using narrow = await start({ cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"] });
    const ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    using other = await TlsClient.connect(narrow.port, { maxVersion: "TLSv1.2", ciphers });
    const why = "tls: no cipher suite supported by both client and server; client offered: [c02b";
    await expectRefused(narrow, other, why);
    using modern = await TlsClient.connect(narrow.port, { minVersion: "TLSv1.3" });
    expect(await modern.isServed()).toBe(true);
  });

  test("messages of any size get through whole, both ways", async () => {
    await using server = await start();
    using receiver = await TlsClient.connect(server.port);
    using sender = await TlsClient.connect(server.port);
    expect(await receiver.isServed()).toBe(true);
    receiver.send(`SUB big 1\r\n${PING}`);
    await receiver.waitFor(/PONG\r\nPONG/);
    const sizes = [0, 1, 16_383, 16_384, 16_385, 1_000_000, 1_048_576];
    sender.send('CONNECT {"verbose":false}\r\n');
    for (const size of sizes) {
      sender.send(`PUB big ${size}\r\n`);
      sender.send(Buffer.alloc(size, size % 251));
      sender.send("\r\n");
    }
    const wanted = sizes.reduce((sum, size) => sum + size, 0);
    expect(await receiver.waitFor(() => receiver.received.length > wanted, 8_000)).toBe(true);
    let at = receiver.text.indexOf("MSG big 1 0");
    for (const size of sizes) {
      const header = `MSG big 1 ${size}\r\n`;
      await receiver.waitFor(() => receiver.received.length >= at + header.length + size + 2);
      expect(receiver.text.slice(at, at + header.length)).toBe(header);
      at += header.length;
      const payload = receiver.received.subarray(at, at + size);
      expect(payload.equals(Buffer.alloc(size, size % 251))).toBe(true);
      at += size + 2;
    }
  }, 20_000);

  test("a client that does not read is a slow consumer, and the others notice nothing", async () => {
    await using server = await start({}, { maxPending: 2_000_000, writeDeadlineMs: 500 });
    using slow = await TlsClient.connect(server.port);
    using other = await TlsClient.connect(server.port);
    expect(await slow.isServed()).toBe(true);
    slow.send(`SUB flood 1\r\n${PING}`);
    await slow.waitFor(/PONG\r\nPONG/);
    slow.socket.pause();
    other.send('CONNECT {"verbose":false}\r\n');
    const message = `PUB flood 100000\r\n${"x".repeat(100_000)}\r\n`;
    for (let i = 0; i < 300; i++) other.send(message);
    await logged(server, "info", /Slow Consumer Detected/, 10_000);
    expect(await other.isServed()).toBe(true);
  }, 20_000);
});

describe("certificates of clients", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)("%s: a good one is let in", async (version) => {
    await using server = await verifying();
    using client = await TlsClient.connect(server.port, {
      ...identity("client"),
      maxVersion: version,
    });
    expect(client.text).toContain('"tls_verify":true');
    expect(await client.isServed()).toBe(true);
  });

  const unknown =
    "tls: failed to verify certificate: x509: certificate signed by unknown authority";
  test.each([
    ["stranger", `${unknown} (CN=stranger SHA-256: `],
    ["grandchild", `${unknown} (CN=grandchild SHA-256: `],
    ["expired", "tls: failed to verify certificate: x509: certificate has expired or is not yet"],
    ["purpose", "tls: failed to verify certificate: x509: certificate specifies an incompatible"],
  ])("%s is refused before anything that it sends is looked at", async (name, why) => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      await using server = await verifying();
      using client = await TlsClient.connect(server.port, { ...identity(name), maxVersion });
      await expectRefused(server, client, why);
    }
  });

  test("none at all is told to the client", async () => {
    await using server = await verifying();
    using client = await TlsClient.connect(server.port);
    await expectRefused(server, client, "tls: client didn't provide a certificate");
    expect(String(client.error)).toContain("CERTIFICATE_REQUIRED");
  });

  test("its authority may be one that another has signed", async () => {
    await using server = await start({ caFile: pki.path("middle.pem"), verify: true });
    using client = await TlsClient.connect(server.port, identity("grandchild"));
    expect(await client.isServed()).toBe(true);
    using other = await TlsClient.connect(server.port, identity("client"));
    await expectRefused(server, other, unknown);
  });

  test("names in it do not break the lines of the log", async () => {
    await using server = await verifying();
    using client = await TlsClient.connect(server.port, identity("forged"));
    await expectRefused(server, client, `${unknown} (`);
    expect(server.log.filter(({ text }) => text.includes("\n"))).toEqual([]);
  });

  test("a session is not taken up again without it", async () => {
    await using server = await verifying();
    const options = { ...identity("client"), maxVersion: "TLSv1.2" } as const;
    using first = await TlsClient.connect(server.port, options);
    expect(await first.isServed()).toBe(true);
    const session = first.socket.getSession()!;
    const resumed = { maxVersion: "TLSv1.2", session } as TlsClientOptions;
    using second = await TlsClient.connect(server.port, resumed);
    await expectRefused(server, second, "tls: client didn't provide a certificate");
  });

  test("only pinned ones, where there are pins", async () => {
    const pinnedCerts = ["ab".repeat(32)];
    await using server = await start({ caFile: pki.path("ca.pem"), verify: true, pinnedCerts });
    using client = await TlsClient.connect(server.port, identity("client"));
    await expectRefused(server, client, "certificate not pinned");
    const [, keyId] = await logged(server, "debug", /Failed pinned cert test for key id: (.*)$/);
    await using open = await start({
      ...{ caFile: pki.path("ca.pem"), verify: true, pinnedCerts: [...pinnedCerts, keyId!] },
    });
    using known = await TlsClient.connect(open.port, identity("client"));
    expect(await known.isServed()).toBe(true);
  });
});

describe("several certificates", () => {
  const certs = (...names: string[]): Partial<TlsOptions> => ({
    ...{ certFile: "", keyFile: "" },
    certs: names.map((name) => ({
      certFile: pki.path(`${name}.pem`),
      keyFile: pki.path(`${name}.key`),
    })),
  });
  const shown = async (port: number, options: TlsClientOptions): Promise<string> => {
    using client = await TlsClient.connect(port, options);
    return client.socket.getPeerCertificate().subject.CN as string;
  };

  test("the first that has the name which the client wants", async () => {
    await using server = await start(certs("server-rsa", "server", "wild"));
    const { port } = server;
    expect(await shown(port, { servername: "localhost" })).toBe("server");
    expect(await shown(port, { servername: "rsa.example" })).toBe("server-rsa");
    expect(await shown(port, { servername: "A.wild.example" })).toBe("wild");
    expect(await shown(port, { servername: "a.b.wild.example" })).toBe("server-rsa");
    expect(await shown(port, {})).toBe("server-rsa");
  });

  test("the first whose kind of key the client can use", async () => {
    await using server = await start(certs("server-rsa", "server"));
    const ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    expect(await shown(server.port, { maxVersion: "TLSv1.2", ciphers })).toBe("server");
  });

  test("none: every handshake fails", async () => {
    await using server = await start({ certFile: "", keyFile: "" });
    using client = await TlsClient.connect(server.port);
    await expectRefused(server, client, "tls: no certificates configured");
  });
});
