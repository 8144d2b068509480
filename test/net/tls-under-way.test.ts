/** Handshakes that are under way while the server's rules change, or the server leaves. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect, type TLSSocket } from "node:tls";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import type { Options } from "../../src/embed.ts";
import type { Clock } from "../../src/net/clock.ts";
import { Server } from "../../src/server/server.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { TlsClient, type TlsClientOptions } from "./tls-client.ts";
import { Pki } from "./tls-pki.ts";
import { captureHello, Relay } from "./tls-relay.ts";

const OUTDATED = "TLS handshake error: tls: authorities have changed during the handshake";

let pki: Pki;
let hello: Buffer;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  await pki.issue("old");
  await pki.issue("new", { issuer: "other-ca" });
  const both = ["ca.pem", "other-ca.pem"].map((name) => readFileSync(pki.path(name), "utf8"));
  await writeFile(pki.path("both.pem"), both.join("\n"));
  hello = await captureHello((port): TLSSocket => {
    const client = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    return client.on("error", () => {});
  });
});

afterAll(() => pki[Symbol.asyncDispose]());

const verifying = (caFile: string, more: Partial<TlsOptions> = {}): Partial<TlsOptions> => ({
  ...{ verify: true, caFile: pki.path(caFile) },
  ...more,
});

function identity(name: string): TlsClientOptions {
  const read = (file: string): Buffer => readFileSync(pki.path(file));
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}

class Running implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly server: Server;

  private constructor(options: Partial<Options>) {
    this.server = new Server(options, (level, text) => this.lines.push(`${level} ${text}`));
  }

  static async start(tls: Partial<TlsOptions>): Promise<Running> {
    const options = { host: "127.0.0.1", port: 0, debug: true };
    const running = new Running({ ...options, tls: pki.options("server", tls) });
    await running.server.start();
    return running;
  }

  get port(): number {
    return this.server.port;
  }

  /** As a reload does it. */
  async change(tls: Partial<TlsOptions> | null): Promise<void> {
    const block = tls === null ? null : pki.options("server", tls);
    const options = { ...this.server.options, tls: block };
    await this.server.prepare(options);
    this.server.reconfigure(options);
  }

  count(pattern: string): number {
    return this.lines.filter((line) => line.includes(pattern)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** A client whose part of the handshake after the first message waits until rules have changed. */
async function overtaken(
  running: Running,
  client: TlsClientOptions,
  change: () => Promise<void>,
): Promise<boolean> {
  let chunks = 0;
  using relay = new Relay(running.port, async (chunk) => {
    if (++chunks === 2) await change();
    return [chunk];
  });
  using connected = await TlsClient.connect(relay.port, client);
  return await connected.isServed();
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s: a handshake ends by the rules", (version) => {
  const old = (): TlsClientOptions => ({ ...identity("old"), maxVersion: version });

  test("that have not changed", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    expect(await overtaken(running, old(), () => running.change(verifying("ca.pem")))).toBe(true);
  });

  test("of other authorities, and is told of at debug level only", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    const change = (): Promise<void> => running.change(verifying("other-ca.pem"));
    expect(await overtaken(running, old(), change)).toBe(false);
    expect(running.count(OUTDATED)).toBe(1);
    expect(running.lines.filter((line) => line.startsWith("error"))).toEqual([]);
  });

  test("of more authorities", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    expect(await overtaken(running, old(), () => running.change(verifying("both.pem")))).toBe(true);
  });

  test("that ask for a certificate now", async () => {
    await using running = await Running.start({});
    const change = (): Promise<void> => running.change(verifying("ca.pem"));
    expect(await overtaken(running, old(), change)).toBe(false);
    expect(running.count(OUTDATED)).toBe(1);
  });

  test("that do not ask for one any more, or for TLS", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    expect(await overtaken(running, old(), () => running.change({}))).toBe(true);
    await running.change(verifying("ca.pem"));
    expect(await overtaken(running, old(), () => running.change(null))).toBe(true);
  });

  test("that pin others", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    const pinned = verifying("ca.pem", { pinnedCerts: ["ab".repeat(32)] });
    expect(await overtaken(running, old(), () => running.change(pinned))).toBe(false);
    expect(running.count("TLS handshake error: certificate not pinned")).toBe(1);
  });

  test("of a reload that was refused: the old ones", async () => {
    await using running = await Running.start(verifying("ca.pem"));
    const wrong = verifying("other-ca.pem", { curvePreferences: ["no-such-curve"] });
    const change = async (): Promise<void> => {
      await expect(running.change(wrong)).rejects.toThrow();
    };
    expect(await overtaken(running, old(), change)).toBe(true);
    using later = await TlsClient.connect(running.port, old());
    expect(await later.isServed()).toBe(true);
  });
});

test("a client that has yet to begin its handshake does it by the new rules", async () => {
  await using running = await Running.start(verifying("ca.pem"));
  const first = async (name: string): Promise<boolean> => {
    let chunks = 0;
    using relay = new Relay(running.port, async (chunk) => {
      if (++chunks === 1) await running.change(verifying("other-ca.pem"));
      return [chunk];
    });
    using client = await TlsClient.connect(relay.port, identity(name));
    return await client.isServed();
  };
  expect(await first("new")).toBe(true);
  await running.change(verifying("ca.pem"));
  expect(await first("old")).toBe(false);
  expect(running.count("certificate signed by unknown authority")).toBe(1);
});

/** A clock whose waits end when a test says so, in the order in which they began. */
class HeldClock implements Clock {
  readonly #waits: (() => void)[] = [];

  now(): number {
    return performance.now();
  }

  random(): number {
    return 0;
  }

  wait(_: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waits.push(resolve);
      signal.addEventListener("abort", () => resolve());
    });
  }

  async release(): Promise<void> {
    await until("a wait", () => this.#waits.length > 0);
    this.#waits.shift()!();
  }
}

test("lame duck mode: nothing is said in clear, whoever gets through is served until its turn", async () => {
  await using running = await Running.start({});
  const { server } = running;
  const wires = await Promise.all(
    [hello.subarray(0, 0), hello.subarray(0, 50), hello].map(async (bytes) => {
      const wire = await Wire.connect(server.port);
      await wire.waitFor("\r\n");
      await wire.send(bytes);
      return wire;
    }),
  );
  await wires[2]!.waitFor(() => wires[2]!.received.includes(0x16));
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
  using relay = new Relay(server.port, async (chunk) => {
    await mayGoOn;
    return [chunk];
  });
  const late = TlsClient.connect(relay.port);
  using served = await TlsClient.connect(server.port);
  served.send('CONNECT {"verbose":false,"protocol":1}\r\nPING\r\n');
  expect(await served.waitFor("PONG\r\n")).toBe(true);
  await until("all clients", () => server.clients.size === 5);

  const clock = new HeldClock();
  const settings = { lameDuckDurationMs: 1_000, lameDuckGracePeriodMs: 500 };
  const left = server.lameDuck(settings, clock);
  expect(await served.waitFor('"ldm":true')).toBe(true);
  goOn();
  using client = await late;
  expect(await client.isServed()).toBe(true);
  expect(server.clients.size).toBe(5);

  await clock.release();
  for (let i = 1; i < 5; i++) await clock.release();
  expect(await left).toBe(true);
  for (const wire of [...wires, served, client]) expect(await wire.waitForEnd()).toBe(true);
  for (const wire of wires) expect(wire.text).not.toContain('"ldm"');
  expect(wires[0]!.text.match(/\r\n/g)).toHaveLength(1);
  await until("nobody left", () => server.clients.size === 0);
  expect(running.lines.filter((line) => line.startsWith("error"))).toEqual([]);
  expect(running.count("Client connection closed: Server Shutdown")).toBe(5);
});
