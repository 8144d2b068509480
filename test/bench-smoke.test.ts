import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Crossing, runCrossing } from "../scripts/bench/cluster/crossing.ts";
import { Poller, timeOf } from "../scripts/bench/monitor/monitored.ts";
import type { TlsVersion } from "../scripts/bench/peer.ts";
import { GUARDED, guardedConfiguration, WRONG } from "../scripts/bench/security/flood.ts";
import { ways } from "../scripts/bench/security/login-rate.ts";
import { populate } from "../scripts/bench/security/many-users.ts";
import { PERMISSIONS, RULED_FLOWS } from "../scripts/bench/security/permissions.ts";
import { tlsConfigurations } from "../scripts/bench/security/tls.ts";
import { CONTESTANTS } from "../scripts/bench/servers.ts";
import { form, SERVERS } from "../scripts/bench/supercluster/formation.ts";
import { catchUp, learn } from "../scripts/bench/supercluster/interest.ts";
import { GatewayPair } from "../scripts/bench/supercluster/running-supercluster.ts";
import { Table } from "../scripts/bench/table.ts";
import { prepare, type Role, type WorkerResult } from "../scripts/bench/worker.ts";
import { type Cast, type Flow, rolesOf, TRAFFIC } from "../scripts/bench/workloads.ts";
import { hasErrors, loadConfig } from "../src/config/load.ts";
import { NatsServer } from "../src/embed.ts";
import { until } from "./support/until.ts";

/** A hundred messages of each publisher, whatever the workload's own count. */
const TINY = 0;

/** Plays a flow in this process, and expects every message to be counted. */
async function play(server: NatsServer, flow: Flow, cast?: Cast): Promise<void> {
  const works = [];
  for (const role of rolesOf(flow, server.port, TINY, cast)) works.push(await prepare(role));
  const driver = works.pop()!;
  // A responder works until it is stopped, so only receivers are waited for.
  const received = flow.subscribers > 0 ? works[0]!() : undefined;
  for (const work of flow.requests ? works : []) void work();
  const sent = await driver();
  expect(sent.count).toBe(100 * flow.publishers);
  expect(sent.latencies.length).toBe(flow.requests ? sent.count : 0);
  if (received === undefined) return;
  const copies = flow.queue ? 1 : flow.subscribers;
  expect((await received).count).toBe(sent.count * copies);
}

async function perform(role: Role): Promise<WorkerResult> {
  const work = await prepare(role);
  return work();
}

/** A server with a benchmark's configuration. */
async function configured(text: string): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
  try {
    const path = join(folder, "bench.conf");
    await writeFile(path, text);
    const { options, problems } = await loadConfig(path, {});
    expect(hasErrors(problems)).toBe(false);
    return await NatsServer.start({ ...options, host: "127.0.0.1", port: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const traffic of TRAFFIC) {
  test(`the benchmark "${traffic.name}" counts every message`, async () => {
    await using server = await NatsServer.start();
    await play(server, traffic);
  });
}

for (const { name, login, configuration } of ways()) {
  test(`the benchmark of logins gets in with ${name}`, async () => {
    await using server = await configured(configuration);
    const { port } = server;
    const visits = await perform({
      role: "visit",
      port,
      connections: 4,
      count: 50,
      logins: [login],
    });
    expect(visits.outcomes).toEqual({ in: 50, refused: 0, late: 0, lost: 0 });
    expect(visits.latencies.length).toBe(50);
  });
}

test("the benchmark of logins fails when one is refused", async () => {
  await using server = await configured("authorization { token: secret }");
  const logins = [{ members: { auth_token: "secret" } }, { members: { auth_token: "other" } }];
  const visit = perform({ role: "visit", port: server.port, connections: 1, count: 2, logins });
  await expect(visit).rejects.toThrow('logins: {"in":1,"refused":1,"late":0,"lost":0}');
});

for (const { flow, cast } of RULED_FLOWS) {
  test(`the benchmark "${flow.name}" counts every message that permissions let through`, async () => {
    await using server = await configured(PERMISSIONS);
    await play(server, flow, cast);
  });
}

test("the benchmark of many users has passwords, nkeys and permissions", async () => {
  const users = populate(100);
  expect(users.configuration.match(/permissions:/g)?.length).toBe(10);
  expect(users.configuration.match(/nkey:/g)?.length).toBe(20);
  await using server = await configured(users.configuration);
  for (const logins of [users.password, users.nkey]) {
    const { port } = server;
    const { length: count } = logins;
    const visits = await perform({ role: "visit", port, connections: 2, count, logins });
    expect(visits.outcomes).toEqual({ in: count, refused: 0, late: 0, lost: 0 });
  }
});

test("the benchmark of wrong passwords counts those that are refused", async () => {
  await using server = await configured(await guardedConfiguration(4));
  const { port } = server;
  const guesses = { role: "guess", port, perSecond: 1000, seconds: 0.02, logins: WRONG } as const;
  const { outcomes } = await perform(guesses);
  expect(outcomes).toEqual({ in: 0, refused: 20, late: 0, lost: 0 });
  const right = { role: "visit", port, connections: 1, count: 1, logins: [GUARDED] } as const;
  expect((await perform(right)).outcomes!.in).toBe(1);
});

const TLS_FLOW: Flow = { name: "", publishers: 1, subscribers: 1, size: 128, count: 100 };

test("the benchmark of TLS counts handshakes and messages of both versions", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
  try {
    for (const [kind, text] of tlsConfigurations(folder)) {
      await using server = await configured(text);
      const { port } = server;
      for (const tls of ["1.2", "1.3"] satisfies TlsVersion[]) {
        await play(server, TLS_FLOW, { tls });
        const logins = [{ members: { name: kind } }];
        const visits = await perform({
          role: "visit",
          port,
          connections: 2,
          count: 4,
          logins,
          tls,
        });
        expect(visits.outcomes!.in).toBe(4);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("pages of the monitoring port are timed, and polled until that is enough", async () => {
  await using server = await NatsServer.start({ httpPort: -1 });
  const { ms, bytes } = (await timeOf(`${server.monitorUrl}/varz`))!;
  expect([ms > 0, bytes > 1000]).toEqual([true, true]);
  expect(await timeOf(`${server.monitorUrl}/nothing`)).toBeNull();
  let hits = 0;
  await using counting = Bun.serve({ port: 0, fetch: () => new Response(`${++hits}`) });
  const poller = new Poller([counting.url.href], 1);
  await until("some looks", () => hits > 5);
  await poller.stop();
  const before = hits;
  await timeOf(counting.url.href);
  expect(hits).toBe(before + 1);
});

const COMPILER = Bun.which("gcc") ?? Bun.which("cc");

test.skipIf(COMPILER === null)("the benchmark of superclusters comes to figures", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
  try {
    const bench = { table: new Table(), rounds: 1, scale: TINY, folder };
    const makes = Array.from({ length: SERVERS }, () => CONTESTANTS[0]!);
    const figures = await Promise.all([
      GatewayPair.start(bench, { makes }).then(crossAll),
      learn(bench, makes, 200, 0).then(({ seconds, bytes }) => [seconds, bytes]),
      catchUp(bench, makes, 200).then(({ seconds, forgotten }) => [seconds, forgotten]),
      form(bench, makes).then((seconds) => [seconds]),
    ]);
    for (const figure of figures.flat()) expect(figure).toBeWithin(Number.MIN_VALUE, 1e9);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** @returns rates of messages, and the p50 of both kinds of requests. */
async function crossAll(pair: GatewayPair): Promise<number[]> {
  const figures: number[] = [];
  try {
    for (const kind of ["publish", "request", "fresh"] satisfies Crossing["kind"][]) {
      const crossing = { name: kind, kind, size: 16, count: 0 };
      const { rate, p50 } = await runCrossing(pair, crossing, TINY);
      figures.push(kind === "publish" ? rate : p50);
    }
  } finally {
    await pair.stop();
  }
  return figures;
}
