/** How long it takes until a new subscription gets what is published on every other server. */

import { Peer } from "../peer.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow } from "./compare.ts";
import { type RunningCluster, topologies, withClusters } from "./running-cluster.ts";

const SERVERS = 5;
const SUBSCRIPTIONS = 400;
const TARGET_P99_MS = 50;
/** Often enough to measure, and too seldom to be a load. */
const PUBLISH_EVERY_MS = 0.2;

export async function measureUsable(bench: Bench): Promise<void> {
  await withClusters(topologies(SERVERS), async (clusters) => {
    const count = Math.max(Math.round(SUBSCRIPTIONS * bench.scale), 50);
    const runs = await takeTurns(clusters, bench.rounds, (cluster) =>
      subscribeOften(cluster, count),
    );
    const ms = { unit: " ms", less: true };
    const [p50, p99] = [medians(runs, (run) => run.p50), medians(runs, (run) => run.p99)];
    addRow(bench.table, `a subscription is usable on ${SERVERS} servers, p50`, p50, ms);
    addRow(bench.table, `a subscription is usable on ${SERVERS} servers, p99`, p99, ms);
    const ours = p99[0]!.toFixed(2);
    bench.table.note(
      `A subscription is to be usable within ${TARGET_P99_MS} ms, p99; ours: ${ours} ms.`,
    );
  });
}

/** Milliseconds from SUB until messages of all other servers arrive. */
async function subscribeOften(
  { nodes: [first, ...others] }: RunningCluster,
  count: number,
): Promise<{ p50: number; p99: number }> {
  const subscriber = await Peer.open({ port: first!.port });
  const publishers = await Promise.all(others.map(({ port }) => Peer.open({ port })));
  const latencies: number[] = [];
  for (let i = 0; i < count; i++) {
    const subject = `usable.${i}`;
    const missing = new Set(publishers.keys());
    let rest = "";
    subscriber.onData = (chunk) => {
      rest += chunk.toString("latin1");
      for (const [, index] of rest.matchAll(/ 1\r\n(\d)\r\n/g)) missing.delete(Number(index));
    };
    const begin = performance.now();
    subscriber.sendNow(Buffer.from(`SUB ${subject} ${i + 1}\r\nPING\r\n`));
    let sendAt = begin;
    while (missing.size > 0) {
      if (performance.now() >= sendAt) {
        sendAt = performance.now() + PUBLISH_EVERY_MS;
        for (const index of missing) {
          publishers[index]!.sendNow(Buffer.from(`PUB ${subject} 1\r\n${index}\r\n`));
        }
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    latencies.push(performance.now() - begin);
    subscriber.onData = () => {};
    await subscriber.roundTrip(`UNSUB ${i + 1}\r\n`);
  }
  for (const peer of [subscriber, ...publishers]) peer.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)]!;
  return { p50: at(0.5), p99: at(0.99) };
}
