/** Messages within an account, and on their way into others. */

import { userLogin } from "../login.ts";
import { runTraffic } from "../measure.ts";
import {
  type Bench,
  medians,
  takeTurns,
  withServers,
  writeConfiguration,
} from "../security/bench.ts";
import type { RunningServer } from "../servers.ts";
import type { Cast, Flow } from "../workloads.ts";

const CONFIGURATION = `
authorization { users: [ { user: global, password: global } ] }
accounts {
  A {
    users: [ { user: a, password: a } ]
    exports: [ { stream: "bench.>" }, { service: "bench.req" } ]
  }
  B {
    users: [ { user: b, password: b } ]
    imports: [
      { stream: { account: A, subject: "bench.foo" } }
      { service: { account: A, subject: "bench.req" } }
    ]
  }
  C {
    users: [ { user: c, password: c } ]
    imports: [ { stream: { account: A, subject: "bench.*" }, to: "events.$1.of.a" } ]
  }
  M {
    users: [ { user: m, password: m } ]
    mappings: { "bench.foo": "bench.bar" }
  }
  W {
    users: [ { user: w, password: w } ]
    mappings: { "bench.*": "mapped.{{wildcard(1)}}.here" }
  }
  P {
    users: [ { user: p, password: p } ]
    mappings: { "bench.*": "shard.{{partition(1,1)}}.$1" }
  }
}
`;

const ONE = { publishers: 1, subscribers: 1 };
const WITHIN: readonly Flow[] = [
  { name: "publish only, 16 B", publishers: 1, subscribers: 0, size: 16, count: 10e6 },
  { name: "1:1, 16 B", ...ONE, size: 16, count: 5e6 },
  { name: "1:1, 128 B", ...ONE, size: 128, count: 3e6 },
  { name: "1:1 over 1,000 subjects, 128 B", ...ONE, size: 128, count: 2e6, subjects: 1000 },
];
/** Least throughput in a named account, by that of ours in the global one. */
const SHARE = 0.95;

/** What it costs to be in an account of one's own. */
export async function measureNamedAccount(bench: Bench): Promise<void> {
  const file = await writeConfiguration(bench, "accounts", CONFIGURATION);
  await withServers(file, async (servers) => {
    for (const flow of WITHIN) await compareWithGlobal(bench, servers, flow);
  });
}

async function compareWithGlobal(
  bench: Bench,
  servers: readonly RunningServer[],
  flow: Flow,
): Promise<void> {
  const inGlobal = { server: servers[0]!, cast: both("global") };
  const pairings = [inGlobal, ...servers.map((server) => ({ server, cast: both("a") }))];
  const run = ({ server, cast }: (typeof pairings)[number]) =>
    runTraffic(server, flow, bench.scale, cast);
  await takeTurns(pairings, 1, run);
  const runs = await takeTurns(pairings, bench.rounds, run);
  const [globalRate, ...rates] = medians(runs, ({ rate }) => rate);
  const name = `in a named account, ${flow.name}`;
  const share = (rates[0]! / globalRate!).toFixed(2);
  const text = `${name}: ours against ours in $G (${Math.round(globalRate!)}/s)`;
  bench.table.addCompared(text, rates, "/s", share, `≥ ${SHARE}`);
  const [globalCpu, ...cpu] = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
  const share2 = (cpu[0]! / globalCpu!).toFixed(2);
  bench.table.addCompared(`${name}, server's CPU per million`, cpu, " s", share2, "");
}

interface Border {
  readonly flow: Flow;
  readonly cast: Cast;
  readonly target: number;
}

const BORDERS: readonly Border[] = [
  stream("stream import, 16 B", "b", { size: 16, count: 5e6 }),
  stream("stream import, 128 B", "b", { size: 128, count: 3e6 }),
  stream("stream import under another subject, 128 B", "c", {
    size: 128,
    count: 2e6,
    received: "events.foo.of.a",
  }),
  mapped("mapped to a fixed subject, 128 B", "m", "bench.bar"),
  mapped("mapped by a wildcard, 128 B", "w", "mapped.foo.here"),
  mapped("mapped to a partition, 128 B", "p", "shard.0.foo"),
];
const REQUESTS: readonly Flow[] = [
  { name: "1 client", publishers: 1, subscribers: 0, size: 128, requests: true, count: 15e3 },
  { name: "8 clients", publishers: 8, subscribers: 0, size: 128, requests: true, count: 4e3 },
];
const P50 = 0.8;

/** What it costs to go into another account, or to another subject. */
export async function measureBorders(bench: Bench): Promise<void> {
  const file = await writeConfiguration(bench, "accounts", CONFIGURATION);
  await withServers(file, async (servers) => {
    for (const border of BORDERS) await compareRates(bench, servers, border);
    for (const flow of REQUESTS) await compareRequests(bench, servers, flow);
  });
}

async function compareRates(
  { table, scale, rounds }: Bench,
  servers: readonly RunningServer[],
  { flow, cast, target }: Border,
): Promise<void> {
  const run = (server: RunningServer) => runTraffic(server, flow, scale, cast);
  await takeTurns(servers, 1, run);
  const runs = await takeTurns(servers, rounds, run);
  table.add(
    flow.name,
    medians(runs, ({ rate }) => rate),
    { unit: "/s", target },
  );
  const cpu = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
  table.add(`${flow.name}, server's CPU per million`, cpu, { unit: " s", less: true });
}

async function compareRequests(
  { table, scale, rounds }: Bench,
  servers: readonly RunningServer[],
  flow: Flow,
): Promise<void> {
  const cast = { sender: userLogin("b", "b"), receiver: userLogin("a", "a") };
  const run = (server: RunningServer) => runTraffic(server, flow, scale, cast);
  await takeTurns(servers, 1, run);
  const runs = await takeTurns(servers, rounds, run);
  const name = `requests across a service import, ${flow.name}`;
  const comparison = { unit: " µs", less: true };
  table.add(
    `${name}, p50`,
    medians(runs, ({ p50 }) => p50),
    { ...comparison, target: P50 },
  );
  table.add(
    `${name}, p99`,
    medians(runs, ({ p99 }) => p99),
    comparison,
  );
}

function stream(name: string, importer: string, flow: Pick<Flow, "size" | "count" | "received">) {
  const cast = { sender: userLogin("a", "a"), receiver: userLogin(importer, importer) };
  return { flow: { name, ...ONE, ...flow }, cast, target: 2 };
}

function mapped(name: string, account: string, received: string): Border {
  return {
    flow: { name, ...ONE, size: 128, count: 2e6, received },
    cast: both(account),
    target: 2,
  };
}

function both(name: string): Cast {
  return { sender: userLogin(name, name), receiver: userLogin(name, name) };
}
