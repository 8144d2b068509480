/** How long documents about ten thousand connections take. */

import { median } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { CONNECTIONS, withCrowds } from "./crowd.ts";
import { type Monitored, timeOf } from "./monitored.ts";

/** Times that a document is asked for in one round. */
const TIMES = 10;
/** The first answers are slower than all that follow. */
const WARMING = 5;
const PAGES = [
  { path: `/connz?limit=${CONNECTIONS}`, target: 1 },
  { path: `/connz?limit=${CONNECTIONS}&auth=1`, target: 1 },
  { path: `/connz?limit=${CONNECTIONS}&subs=detail`, target: 1 },
  { path: "/connz?limit=10&sort=idle", target: 1 },
  { path: `/subsz?subs=1&limit=${CONNECTIONS}`, target: undefined },
  { path: "/varz", target: undefined },
] as const;
const METRICS = "/metrics";

export async function measureDocuments(bench: Bench): Promise<void> {
  await withCrowds(bench.scale, async (servers) => {
    for (const page of PAGES) await comparePage(bench, servers, page);
    await measureMetrics(bench, servers[0]!);
  });
}

async function comparePage(
  { table, rounds }: Bench,
  servers: readonly Monitored[],
  { path, target }: (typeof PAGES)[number],
): Promise<void> {
  for (const { url } of servers) for (let i = 0; i < WARMING; i++) await timeOf(url + path);
  const runs = await takeTurns(servers, rounds, (server) => askFor(server, path));
  const name = `${path}, 10,000 connections`;
  const comparison = { unit: " ms", less: true, ...(target !== undefined && { target }) };
  table.add(
    name,
    medians(runs, ({ ms }) => ms),
    comparison,
  );
  const cpu = medians(runs, (run) => run.cpu);
  table.add(`${name}, server's CPU`, cpu, { unit: " ms", less: true });
}

async function askFor(
  { server, url }: Monitored,
  path: string,
): Promise<{ ms: number; cpu: number }> {
  const before = server.cpuSeconds();
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) times.push((await timeOf(url + path))?.ms ?? Number.NaN);
  return { ms: median(times), cpu: ((server.cpuSeconds() - before) / TIMES) * 1000 };
}

/** The real servers have no such page. */
async function measureMetrics({ table }: Bench, { url }: Monitored): Promise<void> {
  if ((await timeOf(url + METRICS)) === null) return;
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) times.push((await timeOf(url + METRICS))!.ms);
  table.note(`${METRICS}, 10,000 connections: ${median(times).toFixed(1)} ms.`);
}
