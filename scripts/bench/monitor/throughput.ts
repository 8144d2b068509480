/** What it costs messages that somebody looks at the monitoring port each second. */

import { runTraffic } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { type Monitored, Poller, withMonitored } from "./monitored.ts";

const FLOW = { name: "1:1, 128 B", publishers: 1, subscribers: 1, size: 128, count: 6e6 } as const;
const PAGES = ["/varz", "/connz?subs=1&auth=1", "/subsz", "/accstatz", "/healthz", "/metrics"];
const POLL_MS = 1000;
/** Least throughput while somebody looks, by that while nobody does. */
const SHARE = 0.98;

export async function measureThroughput(bench: Bench): Promise<void> {
  await withMonitored(async (servers) => {
    const cases = servers.flatMap((each) => [
      { ...each, isPolled: false },
      { ...each, isPolled: true },
    ]);
    await takeTurns(servers, 1, ({ server }) => runTraffic(server, FLOW, bench.scale));
    const runs = await takeTurns(cases, bench.rounds, (each) => run(each, bench.scale));
    const rates = medians(runs, (rate) => rate);
    const quiet = rates.filter((_, i) => i % 2 === 0);
    const polled = rates.filter((_, i) => i % 2 === 1);
    bench.table.add(`${FLOW.name}, nobody looks`, quiet, { unit: "/s" });
    const name = `${FLOW.name}, monitoring pages polled each second; ours against nobody`;
    const share = (polled[0]! / quiet[0]!).toFixed(3);
    bench.table.addCompared(name, polled, "/s", share, `≥ ${SHARE}`);
  });
}

async function run(
  { server, url, isPolled }: Monitored & { readonly isPolled: boolean },
  scale: number,
): Promise<number> {
  const pages = PAGES.map((path) => url + path);
  const poller = isPolled ? new Poller(pages, POLL_MS) : undefined;
  const { rate } = await runTraffic(server, FLOW, scale);
  await poller?.stop();
  return rate;
}
