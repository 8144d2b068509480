/** What it costs a server to know the very many subjects that another cluster wants. */

import { addRow } from "../cluster/compare.ts";
import { PAIRS, poll, type Topology } from "../cluster/running-cluster.ts";
import { Worker } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { GatewayNode, GatewayPair, pairPlans } from "./running-supercluster.ts";

const SUBJECTS = 100_000;
const CONNECTIONS = 10;
const POLL_MS = 25;
const SETTLING_MS = 500;

/** What a server that is there learns. */
interface Learnt {
  /** Seconds from the first subscription until it knows the last one. */
  readonly seconds: number;
  /** Its resident memory then, and how much more that is than before. */
  readonly bytes: number;
  readonly bytesEach: number;
}

/** What a new server is told. */
interface CaughtUp {
  /** Seconds from its start until it knows all. */
  readonly seconds: number;
  /** Seconds until it has forgotten all after the clients are gone. */
  readonly forgotten: number;
}

type Makes = Topology["makes"];

export async function measureInterest(bench: Bench): Promise<void> {
  const count = Math.round((SUBJECTS * bench.scale) / CONNECTIONS) * CONNECTIONS;
  const what = `${count.toLocaleString("en")} subjects of interest`;
  const { table, rounds } = bench;
  const seconds = { unit: " s", less: true };
  const learnt = await takeTurns(PAIRS, rounds, ({ makes }) =>
    learn(bench, makes, count, SETTLING_MS),
  );
  const bytes = medians(learnt, (run) => run.bytes / 1e6);
  addRow(table, `${what}, memory of the server that knows them`, bytes, {
    unit: " MB",
    less: true,
    target: 0.7,
  });
  const each = medians(learnt, ({ bytesEach }) => bytesEach);
  addRow(table, `${what}, more memory for each`, each, { unit: " B", less: true, target: 0.7 });
  const live = medians(learnt, (run) => run.seconds);
  addRow(table, `${what}, from SUB until they are known`, live, seconds);
  const caughtUp = await takeTurns(PAIRS, rounds, ({ makes }) => catchUp(bench, makes, count));
  const known = medians(caughtUp, (run) => run.seconds);
  addRow(table, `${what}, until a new server knows them`, known, { ...seconds, mixed: 1 });
  const forgotten = medians(caughtUp, (run) => run.forgotten);
  addRow(table, `${what}, until they are forgotten`, forgotten, seconds);
}

/**
 * Has clients of a server of the second make subscribe, and one of the first in another cluster learn of
 * it.
 *
 * @param settlingMs how long servers are left alone before memory is looked at.
 */
export async function learn(
  bench: Bench,
  makes: Makes,
  count: number,
  settlingMs: number,
): Promise<Learnt> {
  const pair = await GatewayPair.start(bench, { makes });
  const { from, to } = pair;
  let worker: Worker | undefined;
  try {
    await Bun.sleep(settlingMs);
    const before = from.server.residentBytes();
    worker = subscribers(to, count);
    const { startedAt } = await worker.result();
    await knowsAll(from, count);
    const seconds = (performance.timeOrigin + performance.now() - startedAt) / 1000;
    await Bun.sleep(settlingMs);
    const bytes = from.server.residentBytes();
    return { seconds, bytes, bytesEach: (bytes - before) / count };
  } finally {
    await worker?.stop();
    await pair.stop();
  }
}

/** Starts a server of the first make when clients in the other cluster have subscribed, and ends these. */
export async function catchUp(bench: Bench, makes: Makes, count: number): Promise<CaughtUp> {
  const [from, to] = pairPlans(makes);
  const told = await GatewayNode.start(bench, to);
  const nodes = [told];
  const worker = subscribers(told, count);
  try {
    await worker.result();
    await worker.line();
    const begin = performance.now();
    const peer = await GatewayNode.start(bench, from);
    nodes.push(peer);
    await knowsAll(peer, count);
    const seconds = (performance.now() - begin) / 1000;
    await worker.stop();
    const gone = performance.now();
    await poll("no interest", async () => (await peer.interest()) === 0, POLL_MS);
    return { seconds, forgotten: (performance.now() - gone) / 1000 };
  } finally {
    await worker.stop();
    await Promise.all(nodes.map(({ server }) => server.stop()));
  }
}

function subscribers({ port }: GatewayNode, count: number): Worker {
  const each = Math.round(count / CONNECTIONS);
  return new Worker({ role: "manySubs", port, connections: CONNECTIONS, count: each });
}

function knowsAll(node: GatewayNode, count: number): Promise<void> {
  return poll("interest", async () => (await node.interest()) >= count, POLL_MS);
}
