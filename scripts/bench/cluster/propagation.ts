/** A server with very many subscriptions gets a new peer. */

import { Worker } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow } from "./compare.ts";
import { Node, PAIRS, poll, type Topology } from "./running-cluster.ts";

const SUBSCRIPTIONS = 1e6;
const CONNECTIONS = 10;
/** More rounds would take long, and tell nothing else. */
const ROUNDS_MAX = 3;
const POLL_MS = 25;

interface Propagation {
  /** From the start of the new peer until it knows everything. */
  readonly seconds: number;
  /** Resident memory of the new peer then. */
  readonly bytes: number;
  /** Seconds until it has forgotten everything after the clients are gone. */
  readonly forgotten: number;
}

export async function measurePropagation(bench: Bench): Promise<void> {
  const count = SUBSCRIPTIONS * bench.scale;
  const rounds = Math.min(bench.rounds, ROUNDS_MAX);
  const runs = await takeTurns(PAIRS, rounds, (pair) => propagate(pair, count));
  const what = `${count.toLocaleString("en")} subscriptions`;
  const { table } = bench;
  const pick = (of: (run: Propagation) => number): number[] => medians(runs, of);
  const seconds = { unit: " s", less: true };
  const known = pick((run) => run.seconds);
  addRow(table, `${what}, until a new peer knows them`, known, { ...seconds, target: 1, mixed: 1 });
  const memory = pick(({ bytes }) => bytes / 1e6);
  addRow(table, `${what}, memory of that peer`, memory, { unit: " MB", less: true, target: 0.6 });
  const forgotten = pick((run) => run.forgotten);
  addRow(table, `${what}, until they are forgotten`, forgotten, seconds);
}

async function propagate({ makes }: Topology, count: number): Promise<Propagation> {
  const [from, to] = [makes[0]!, makes[1]!];
  const told: Node = await Node.start(from, undefined);
  const worker = new Worker({
    role: "manySubs",
    port: told.port,
    connections: CONNECTIONS,
    count: Math.round(count / CONNECTIONS),
  });
  const nodes = [told];
  try {
    await worker.result();
    await worker.line();
    const begin = performance.now();
    const peer = await Node.start(to, told.clusterPort);
    nodes.push(peer);
    await poll("interest", async () => (await peer.interest()) >= count, POLL_MS);
    const seconds = (performance.now() - begin) / 1000;
    const bytes = peer.server.residentBytes();
    await worker.stop();
    const gone = performance.now();
    await poll("no interest", async () => (await peer.interest()) === 0, POLL_MS);
    return { seconds, bytes, forgotten: (performance.now() - gone) / 1000 };
  } finally {
    await worker.stop();
    await Promise.all(nodes.map(({ server }) => server.stop()));
  }
}
