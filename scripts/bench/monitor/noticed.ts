/** What others notice of somebody who asks for a document about ten thousand connections. */

import { Worker } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { CONNECTIONS, withCrowds } from "./crowd.ts";
import { type Monitored, Poller } from "./monitored.ts";

const REQUESTS = 2000;
const REQUEST_EVERY_MS = 2;
const POLL_MS = 1000;
/** Greatest ratio of the p99 with polling to that in quiet. */
const NOTICED = 2;

/** The p99 of requests in quiet, and while all connections are asked for each second. */
export async function measureNoticed(bench: Bench): Promise<void> {
  await withCrowds(bench.scale, (servers) => compareNoticed(bench, servers));
}

async function compareNoticed(bench: Bench, servers: readonly Monitored[]): Promise<void> {
  const runs = await takeTurns(servers, bench.rounds, (server) => notice(server, bench.scale));
  const comparison = { unit: " µs", less: true };
  const quiet = medians(runs, (run) => run.quiet);
  bench.table.add("requests, nothing else, p99", quiet, comparison);
  const polled = medians(runs, (run) => run.polled);
  const name = "requests, /connz?subs=1 of all connections each second, p99; ours against quiet";
  const ratio = (polled[0]! / quiet[0]!).toFixed(2);
  bench.table.addCompared(name, polled, " µs", ratio, `≤ ${NOTICED}`);
}

/** The p99 of requests in quiet, and while all connections are asked for. */
async function notice(
  { server: { port }, url }: Monitored,
  scale: number,
): Promise<{ quiet: number; polled: number }> {
  const responder = new Worker({ role: "respond", port });
  await responder.line();
  responder.go();
  const count = Math.max(Math.round(REQUESTS * scale), 100);
  const p99 = async (): Promise<number> => {
    const requester = new Worker({
      role: "request",
      port,
      connections: 1,
      size: 128,
      count,
      every: REQUEST_EVERY_MS,
    });
    await requester.line();
    requester.go();
    const { latencies } = await requester.result();
    await requester.stop();
    return latencies[Math.floor(latencies.length * 0.99)]!;
  };
  const quiet = await p99();
  const poller = new Poller([`${url}/connz?subs=1&limit=${CONNECTIONS}`], POLL_MS);
  const polled = await p99();
  await poller.stop();
  await responder.stop();
  return { quiet, polled };
}
