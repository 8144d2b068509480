/** Probes: when a server is live, started and ready, and what it says when it is not. */

import { describe, expect, test } from "bun:test";
import { DEFAULT_TLS } from "../../../src/config/options/tls.ts";
import type { ServerView } from "../../../src/documents/server-view.ts";
import { NatsServer, type Options } from "../../../src/embed.ts";
import { readinessChecks, startupChecks } from "../../../src/monitor/health/checks.ts";
import { Pki } from "../../net/tls-pki.ts";
import { ours, peer } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { startMonitored } from "../http/monitored.ts";

interface Report {
  readonly httpStatus: number;
  readonly status: string;
  readonly checks: readonly { name: string; status: string; reason: string }[];
}

async function probe(url: string, path: string): Promise<Report> {
  const answer = await fetch(url + path);
  const body = (await answer.json()) as Omit<Report, "httpStatus">;
  return { httpStatus: answer.status, ...body };
}

/** Names and reasons of what is not well. */
function failed({ checks }: Report): string[] {
  return checks
    .filter(({ status }) => status !== "ok")
    .map((each) => `${each.name}: ${each.reason}`);
}

/** A client that stays until it is disposed of. */
async function connected(port: number): Promise<Disposable> {
  let received = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, chunk) {
        received += chunk.toString();
      },
    },
  });
  socket.write("CONNECT {}\r\nPING\r\n");
  await until("PONG", () => received.includes("PONG\r\n"));
  return { [Symbol.dispose]: () => socket.terminate() };
}

function start(options: Partial<Options> = {}): Promise<NatsServer> {
  return NatsServer.start({ ...options, accounts: [], httpPort: -1 });
}

/** What checks need of a server that has started. */
const STARTED = {
  configuration: { file: "" },
  trustedAccounts: null,
  cluster: null,
  supercluster: null,
  port: 4222,
  phase: "serving",
};

test("a server that serves is live, started and ready, and says what was looked at", async () => {
  await using server = await start();
  for (const path of ["/livez", "/startupz", "/readyz"]) {
    const report = await probe(server.monitorUrl, path);
    expect([report.httpStatus, report.status, failed(report)]).toEqual([200, "ok", []]);
    expect(report.checks.length).toBeGreaterThan(0);
  }
  const names = (await probe(server.monitorUrl, "/readyz")).checks.map(({ name }) => name);
  expect(names).toEqual([
    ...["configuration", "resolver", "listener", "phase", "event_loop", "connections"],
    ...["certificates", "enforcement", "log"],
  ]);
});

describe("a server is not ready", () => {
  test("when it has no room for connections", async () => {
    await using server = await start({ maxConnections: 1 });
    const client = server.connectInProcess();
    const report = await probe(server.monitorUrl, "/readyz");
    expect([report.httpStatus, report.status]).toEqual([503, "unavailable"]);
    expect(failed(report)).toEqual(["connections: 1 of max_connections = 1"]);
    expect((await probe(server.monitorUrl, "/livez")).httpStatus).toBe(200);
    expect((await probe(server.monitorUrl, "/startupz")).httpStatus).toBe(200);
    await client.close();
  });

  test("when a certificate has expired", async () => {
    await using pki = await Pki.make();
    await pki.issue("old", { isExpired: true });
    const files = { certFile: pki.path("old.pem"), keyFile: pki.path("old.key") };
    await using server = await start({ tls: { ...DEFAULT_TLS, ...files } });
    const report = await probe(server.monitorUrl, "/readyz");
    expect(report.httpStatus).toBe(503);
    expect(failed(report)).toEqual([expect.stringMatching(/^certificates: expired at 20/)]);
  });

  test("when the event loop is late", async () => {
    const options = { maxConnections: 0, tls: null } as Options;
    const log = { isBehind: false };
    const view = { ...STARTED, clients: new Map(), options, log } as unknown as ServerView;
    const looking = readinessChecks({ view, tls: null });
    const end = performance.now() + 700;
    while (performance.now() < end);
    const late = (await looking).filter(({ status }) => status !== "ok");
    expect(late).toEqual([
      { name: "event_loop", status: "failed", reason: expect.stringMatching(/^\d+\.\d ms late$/) },
    ]);
  });

  test("in lame duck mode, though it is live and has started", async () => {
    await using monitored = await startMonitored(
      ours,
      "http: '127.0.0.1:-1'\nlame_duck_duration: 30s\nlame_duck_grace_period: 1s",
    );
    const url = `http://127.0.0.1:${monitored.port}`;
    using _client = await connected(monitored.server.port);
    monitored.server.kill("SIGUSR2");
    await monitored.server.loggedMatching(/Entering lame duck mode/);
    const ready = await probe(url, "/readyz");
    expect(ready.httpStatus).toBe(503);
    expect(failed(ready)).toEqual(["phase: takes no clients: lame duck"]);
    expect((await probe(url, "/startupz")).httpStatus).toBe(200);
    expect((await probe(url, "/livez")).httpStatus).toBe(200);
  });
});

test.skipIf(peer === undefined)(
  "healthz says in lame duck mode what nats-server says",
  async () => {
    const says = async (command: readonly string[]): Promise<unknown> => {
      await using monitored = await startMonitored(
        command,
        "http: '127.0.0.1:-1'\nlame_duck_duration: 30s\nlame_duck_grace_period: 1s",
      );
      using _client = await connected(monitored.server.port);
      monitored.server.kill("SIGUSR2");
      await monitored.server.loggedMatching(/Entering lame duck mode/);
      const answers: unknown[] = [];
      for (const query of ["", "?details=1"]) {
        const answer = await fetch(`http://127.0.0.1:${monitored.port}/healthz${query}`);
        answers.push([answer.status, await answer.text()]);
      }
      return answers;
    };
    const [mine, real] = await Promise.all([says(ours), says([peer!])]);
    expect(mine).toEqual(real);
  },
  15_000,
);

test("a server has not started before clients can connect", () => {
  const view = { ...STARTED, port: 0 } as unknown as ServerView;
  const listener = startupChecks({ view, tls: null }).find(({ name }) => name === "listener");
  expect(listener?.status).toBe("failed");
});

test("nor before the system account's JWT is there", () => {
  const trustedAccounts = { operators: { systemAccount: "A" }, isBootstrapped: () => true };
  const view = { ...STARTED, trustedAccounts } as unknown as ServerView;
  const names = startupChecks({ view, tls: null }).filter(({ status }) => status !== "ok");
  expect(names.map(({ name }) => name)).toEqual(["resolver"]);
});
