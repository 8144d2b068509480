/** TLS of those that are dialled: who is accepted, what is said of the others, and what it costs. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import type { TlsOptions } from "../../../src/config/options/tls.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { until } from "../../support/until.ts";
import { Pki } from "../tls-pki.ts";
import type { PlainConnection } from "./plain-connection.ts";
import { RawListener, TlsEnd } from "./tls-ends.ts";

const LOCAL = "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost";
const STARTING = "debug Starting TLS route client handshake";
const FAILED = "error TLS route handshake error:";
const UNVERIFIED = `${FAILED} tls: failed to verify certificate: x509:`;
const IO_TIMEOUT = `${FAILED} read tcp A->A: i/o timeout`;

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("node", { extensions: [LOCAL, "extendedKeyUsage=serverAuth,clientAuth"] });
  await pki.issue("other-node", { extensions: [LOCAL] });
  await pki.issue("named", { extensions: ["subjectAltName=DNS:a.example,DNS:*.w.example"] });
  await pki.issue("elsewhere", { extensions: ["subjectAltName=IP:10.0.0.9,IP:fe80::0:1"] });
  await pki.issue("localhost");
  await pki.issue("nameless", { subject: "someone" });
  await pki.issue("client", { extensions: [LOCAL, "extendedKeyUsage=clientAuth"] });
  await pki.issue("stranger", { issuer: "other-ca", extensions: [LOCAL] });
  await pki.issue("expired", { isExpired: true, extensions: ["subjectAltName=DNS:a.example"] });
});

afterAll(() => pki[Symbol.asyncDispose]());

const openFiles = (): number => readdirSync("/proc/self/fd").length;

function block(name: string, more: Partial<TlsOptions> = {}): TlsOptions {
  return pki.options(name, { caFile: pki.path("ca.pem"), timeoutMs: 2000, ...more });
}

const end = (name: string, more: Partial<TlsOptions> = {}): Promise<TlsEnd> =>
  TlsEnd.make(block(name, more));

async function expectRefused(
  dialler: TlsEnd,
  address: string,
  why: string | RegExp,
): Promise<PlainConnection> {
  const connection = await dialler.dial(address);
  await connection.waitForEnd();
  expect(connection.closedReason).toBe(ClosedReason.TlsHandshakeError);
  expect(connection.events.filter((event) => event === "greet")).toEqual([]);
  const line = dialler.shortLines.find((each) => each.startsWith(FAILED)) ?? "";
  if (typeof why === "string") expect(line).toStartWith(why);
  else expect(line).toMatch(why);
  return connection;
}

describe("a handshake", () => {
  test("of two ends: both are verified, then greeted, then established", async () => {
    using listening = await end("node");
    using dialling = await end("other-node");
    const connection = await dialling.dial(`127.0.0.1:${listening.listen()}`);
    await connection.waitFor("hello\r\n");
    await until("the other's", () => listening.accepted[0]?.received === "hello\r\n");
    expect(connection.events).toEqual(["greet", "established"]);
    expect(listening.accepted[0]!.events).toEqual(["greet", "established"]);
    expect(connection.tls).toMatchObject({ version: "1.3", isFirst: true });
    expect(connection.tls!.certificates).toHaveLength(1);
    expect(listening.accepted[0]!.tls!.certificates).toHaveLength(1);
    const complete = [
      "debug TLS handshake complete",
      expect.stringMatching(/^debug TLS version 1\.3, cipher suite TLS_[A-Z0-9_]+$/),
    ];
    expect(dialling.shortLines).toEqual([STARTING, ...complete]);
    expect(listening.shortLines).toEqual([
      "debug Starting TLS route server handshake",
      ...complete,
    ]);
    connection.close(ClosedReason.ClientClosed);
    await until("end", () => listening.accepted[0]!.events.includes("input end"));
  });

  test("is the same however slowly it comes", async () => {
    using listening = await end("node");
    using relay = await RawListener.relay(listening.listen(), 100);
    using dialling = await end("node");
    const connection = await dialling.dial(relay.address);
    await connection.waitFor("hello\r\n");
    connection.close(ClosedReason.ClientClosed);
  });

  test("carries messages of any size whole", async () => {
    using listening = await end("node");
    using dialling = await end("node");
    const connection = await dialling.dial(`127.0.0.1:${listening.listen()}`);
    await connection.waitFor("hello\r\n");
    const text = "x".repeat(200_000);
    listening.accepted[0]!.send(text);
    await until("all of it", () => connection.received.length >= text.length);
    connection.close(ClosedReason.ClientClosed);
  });

  test("without TLS at this time is none", async () => {
    using listening = await end("node");
    using dialling = await end("node");
    const port = listening.listen();
    await listening.settings.use(null);
    await dialling.settings.use(null);
    const connection = await dialling.dial(`127.0.0.1:${port}`);
    await connection.waitFor("hello\r\n");
    expect(connection.tls).toBeNull();
    connection.close(ClosedReason.ClientClosed);
  });

  test("is done with what the files hold now", async () => {
    for (const ending of ["pem", "key"]) {
      await copyFile(pki.path(`node.${ending}`), pki.path(`used.${ending}`));
    }
    using listening = await end("node");
    using dialling = await end("used");
    const address = `127.0.0.1:${listening.listen()}`;
    const shown = async (): Promise<string> => {
      const connection = await dialling.dial(address);
      await connection.waitFor("hello\r\n");
      await until("accepted", () => listening.accepted.at(-1)?.tls != null);
      const [der] = listening.accepted.at(-1)!.tls!.certificates;
      connection.close(ClosedReason.ClientClosed);
      return Buffer.from(der!).toString("base64");
    };
    const before = await shown();
    for (const ending of ["pem", "key"]) {
      await copyFile(pki.path(`other-node.${ending}`), pki.path(`used.${ending}`));
    }
    await dialling.use(block("used"));
    expect(await shown()).not.toBe(before);
  });
});

describe("the other's certificate", () => {
  test.each([
    ["named", "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"],
    ["nameless", "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP"],
    ["elsewhere", "certificate is valid for 10.0.0.9, fe80::1, not 127.0.0.1 (CN=elsewhere SHA"],
    ["client", "certificate specifies an incompatible key usage (CN=client SHA-256: "],
    ["stranger", "certificate signed by unknown authority (CN=stranger SHA-256: "],
    ["expired", "certificate has expired or is not yet valid: current time 2"],
  ])("%s is refused", async (name, why) => {
    using listening = await end(name);
    using dialling = await end("node");
    await expectRefused(dialling, `127.0.0.1:${listening.listen()}`, `${UNVERIFIED} ${why}`);
    await until("the other's word", () => listening.shortLines.some((l) => l.startsWith(FAILED)));
    expect(listening.accepted[0]!.closedReason).toBe(ClosedReason.TlsHandshakeError);
  });

  test.each([
    ["named", "certificate is valid for a.example, *.w.example, not localhost"],
    ["nameless", "certificate is not valid for any names, but wanted to match localhost"],
    ["localhost", "certificate relies on legacy Common Name field, use SANs instead"],
  ])("%s is none of the name that was dialled", async (name, why) => {
    using listening = await end(name);
    using dialling = await end("node");
    const address = `localhost:${listening.listen()}`;
    await expectRefused(dialling, address, `${UNVERIFIED} ${why} (CN=`);
  });

  test("is accepted whatever it is, where that was told", async () => {
    using listening = await end("stranger");
    using dialling = await end("stranger", { insecure: true, caFile: pki.path("other-ca.pem") });
    await dialling.use(block("node", { insecure: true }));
    await listening.use({ ...block("stranger"), caFile: pki.path("ca.pem") });
    const connection = await dialling.dial(`127.0.0.1:${listening.listen()}`);
    await connection.waitFor("hello\r\n");
    expect(connection.tls!.certificates).toHaveLength(1);
    connection.close(ClosedReason.ClientClosed);
  });

  test("has to be pinned, where some are", async () => {
    using listening = await end("node");
    using dialling = await end("node", { pinnedCerts: ["00"] });
    const address = `127.0.0.1:${listening.listen()}`;
    await expectRefused(dialling, address, `${FAILED} certificate not pinned`);
    const keyId = /Failed pinned cert test for key id: ([0-9a-f]{64})$/m.exec(
      dialling.lines.join("\n"),
    )![1]!;
    await dialling.use(block("node", { pinnedCerts: [keyId] }));
    const connection = await dialling.dial(address);
    await connection.waitFor("hello\r\n");
    connection.close(ClosedReason.ClientClosed);
  });

  test("need not name an address when it has the saved name, until that turns out wrong", async () => {
    using listening = await end("named");
    using dialling = await end("node");
    dialling.dialler.names.save(["127.0.0.1", "b.w.example", "c.example"]);
    const address = `127.0.0.1:${listening.listen()}`;
    const connection = await dialling.dial(address);
    await connection.waitFor("hello\r\n");
    connection.close(ClosedReason.ClientClosed);
    using other = await end("node");
    const otherAddress = `127.0.0.1:${other.listen()}`;
    await expectRefused(dialling, otherAddress, `${UNVERIFIED} certificate is valid for localhost`);
    const second = await dialling.dial(otherAddress);
    await second.waitFor("hello\r\n");
    second.close(ClosedReason.ClientClosed);
  });
});

describe("our own certificate", () => {
  test.each([
    ["stranger", "certificate signed by unknown authority"],
    ["expired", "certificate has expired or is not yet valid"],
  ])("%s is refused by the other end", async (name, why) => {
    using listening = await end("node");
    using dialling = await end(name);
    const connection = await dialling.dial(`127.0.0.1:${listening.listen()}`);
    await connection.waitForEnd();
    expect(connection.received).toBe("");
    expect(listening.shortLines.join("\n")).toContain(`${UNVERIFIED} ${why}`);
  });
});

describe("an end that does not go on", () => {
  const HELLO_FAULTS: readonly (readonly [string, string, string])[] = [
    ["speaks in clear", Buffer.from('INFO {"server_id":"X"}\r\n').toString("hex"), "NO_TLS"],
    ["sends garbage", "ffffffffffffffffff", "NO_TLS"],
    ["refuses", "15030300020228", "remote error: tls: handshake failure"],
    ["knows no version", "15030300020246", "remote error: tls: protocol version not supported"],
  ];

  test.each(HELLO_FAULTS)("%s", async (_, bytes, why) => {
    using other = await RawListener.open((socket) => socket.write(Buffer.from(bytes, "hex")));
    using dialling = await end("node");
    const text = why === "NO_TLS" ? "tls: first record does not look like a TLS handshake" : why;
    await expectRefused(dialling, other.address, `${FAILED} ${text}`);
  });

  test.each([
    ["ends at once", false, "end"],
    ["ends after our first message", true, "end"],
    ["resets after our first message", true, "reset"],
  ] as const)("%s", async (_, waits, how) => {
    using other = await RawListener.open((socket) => {
      const leave = (): unknown => (how === "end" ? socket.end() : socket.resetAndDestroy());
      if (waits) socket.once("data", leave);
      else leave();
    });
    using dialling = await end("node");
    const why = how === "end" ? "EOF" : "read tcp A->A: read: connection reset by peer";
    await expectRefused(dialling, other.address, `${FAILED} ${why}`);
  });

  test("says nothing: the time-out ends it, with two lines, and no socket stays", async () => {
    using other = await RawListener.open(() => {});
    using dialling = await end("node", { timeoutMs: 150 });
    const files = openFiles();
    const startedAt = performance.now();
    await expectRefused(dialling, other.address, IO_TIMEOUT);
    expect(performance.now() - startedAt).toBeWithin(140, 600);
    expect(dialling.shortLines).toEqual([STARTING, IO_TIMEOUT, "error TLS handshake timeout"]);
    for (const socket of other.sockets) socket.destroy();
    await until("all files closed", () => openFiles() <= files);
  });

  test("is told of as nats-server does by the listener, too", async () => {
    using listening = await end("node", { timeoutMs: 150 });
    const silent = await Bun.connect({
      hostname: "127.0.0.1",
      port: listening.listen(),
      socket: { data() {} },
    });
    await until("time-out", () => listening.shortLines.length >= 3);
    expect(listening.shortLines).toEqual([
      "debug Starting TLS route server handshake",
      IO_TIMEOUT,
      "error TLS handshake timeout",
    ]);
    silent.terminate();
  });

  test("is closed by us in the middle of it", async () => {
    using other = await RawListener.open(() => {});
    using dialling = await end("node");
    const files = openFiles();
    const connection = await dialling.dial(other.address);
    connection.close(ClosedReason.ServerShutdown, { flush: false });
    for (const socket of other.sockets) socket.destroy();
    await until("all files closed", () => openFiles() <= files + 1);
    expect(dialling.shortLines).toEqual([STARTING]);
  });

  test("two hundred at once: half work, half time out, and nothing is left of any", async () => {
    using listening = await end("node");
    using silent = await RawListener.open(() => {});
    using dialling = await end("node", { timeoutMs: 1500 });
    const good = `127.0.0.1:${listening.listen()}`;
    const first = await dialling.dial(good);
    await first.waitFor("hello\r\n");
    first.close(ClosedReason.ClientClosed);
    const files = openFiles();
    const dialled = await Promise.all(
      Array.from({ length: 200 }, (_, i) => dialling.dial(i % 2 === 0 ? good : silent.address)),
    );
    const works = dialled.filter((_, i) => i % 2 === 0);
    await Promise.all(works.map((each) => each.waitFor("hello\r\n")));
    const fails = dialled.filter((_, i) => i % 2 === 1);
    await Promise.all(fails.map((each) => each.waitForEnd()));
    expect(new Set(fails.map(({ closedReason }) => closedReason))).toEqual(
      new Set([ClosedReason.TlsHandshakeError]),
    );
    for (const each of works) each.close(ClosedReason.ClientClosed);
    for (const each of listening.accepted) each.close(ClosedReason.ClientClosed);
    for (const socket of silent.sockets) socket.destroy();
    await until("all files closed", () => openFiles() <= files);
  }, 15_000);
});
