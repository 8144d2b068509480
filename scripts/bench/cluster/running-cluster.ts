/** Servers of any make as one cluster, and what their routes say. */

import { freePort } from "../../../test/support/free-port.ts";
import { CONTESTANTS, type Contestant, RunningServer } from "../servers.ts";

const CLUSTER = "bench";
const DEADLINE_MS = 60_000;
/** Connections between two servers: a pool of 3, and one for the system account. */
export const CONNECTIONS = 4;

/** A cluster under test: its name, and which servers it has. */
export interface Topology {
  readonly name: string;
  readonly makes: readonly Contestant[];
}

export interface RouteView {
  readonly remote_id: string;
  readonly account?: string;
  /** Subscriptions that have come by this connection. */
  readonly subscriptions: number;
}

const [OURS, OLD, NEW] = CONTESTANTS as [Contestant, Contestant, Contestant];

/** Ours, both real ones, and both ways of ours with the current real one. */
export const PAIRS: readonly Topology[] = [
  { name: "ours", makes: [OURS, OURS] },
  { name: "ours → 2.15.1", makes: [OURS, NEW] },
  { name: "2.15.1 → ours", makes: [NEW, OURS] },
  { name: "2.10.27", makes: [OLD, OLD] },
  { name: "2.15.1", makes: [NEW, NEW] },
];

/** The same for any number of servers; mixed ones take turns. */
export function topologies(count: number): Topology[] {
  return PAIRS.map(({ name, makes }) => ({
    name,
    makes: Array.from({ length: count }, (_, index) => makes[index % 2]!),
  }));
}

export class Node {
  readonly server: RunningServer;
  readonly clusterPort: number;
  readonly #monitorPort: number;

  private constructor(server: RunningServer, clusterPort: number, monitorPort: number) {
    this.server = server;
    this.clusterPort = clusterPort;
    this.#monitorPort = monitorPort;
  }

  /** @param args more of the command line, such as an address to advertise. */
  static async start(
    make: Contestant,
    seed: number | undefined,
    clusterPort: number = freePort(),
    args: readonly string[] = [],
  ): Promise<Node> {
    const monitorPort = freePort();
    const routes = seed === undefined ? [] : ["--routes", `nats-route://127.0.0.1:${seed}`];
    const listen = ["--cluster", `nats://127.0.0.1:${clusterPort}`, "--cluster_name", CLUSTER];
    const monitor = ["-m", String(monitorPort)];
    const server = await RunningServer.launch(make, ...listen, ...routes, ...monitor, ...args);
    return new Node(server, clusterPort, monitorPort);
  }

  get port(): number {
    return this.server.port;
  }

  async routes(): Promise<readonly RouteView[]> {
    const response = await fetch(`http://127.0.0.1:${this.#monitorPort}/routez`);
    return ((await response.json()) as { routes?: RouteView[] }).routes ?? [];
  }

  /** Subscriptions of others in accounts of clients. */
  async interest(): Promise<number> {
    const routes = await this.routes();
    const ofClients = routes.filter(({ account = "" }) => account === "");
    return ofClients.reduce((sum, { subscriptions = 0 }) => sum + subscriptions, 0);
  }

  /** Whether it has all connections to so many others. */
  async isConnected(others: number): Promise<boolean> {
    const routes = await this.routes();
    const ids = new Set(routes.map(({ remote_id }) => remote_id));
    return ids.size === others && routes.length === others * CONNECTIONS;
  }
}

export class RunningCluster {
  readonly name: string;
  readonly nodes: readonly Node[];

  private constructor(name: string, nodes: readonly Node[]) {
    this.name = name;
    this.nodes = nodes;
  }

  /** Starts one server after the other, with the first as the seed of all; the mesh is whole then. */
  static async start({ name, makes }: Topology): Promise<RunningCluster> {
    const nodes: Node[] = [];
    for (const make of makes) nodes.push(await Node.start(make, nodes[0]?.clusterPort));
    const cluster = new RunningCluster(name, nodes);
    await cluster.whole();
    return cluster;
  }

  get from(): Node {
    return this.nodes[0]!;
  }

  get to(): Node {
    return this.nodes.at(-1)!;
  }

  /** Processor seconds of all servers together. */
  cpuSeconds(): number {
    return this.nodes.reduce((sum, { server }) => sum + server.cpuSeconds(), 0);
  }

  async whole(): Promise<void> {
    const others = this.nodes.length - 1;
    for (const node of this.nodes) await poll("the mesh", () => node.isConnected(others));
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
  }
}

/** Runs clusters while work is done with them, all at the same time. */
export async function withClusters<Result>(
  wanted: readonly Topology[],
  work: (clusters: readonly RunningCluster[]) => Promise<Result>,
): Promise<Result> {
  const clusters: RunningCluster[] = [];
  try {
    for (const topology of wanted) clusters.push(await RunningCluster.start(topology));
    return await work(clusters);
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
}

/** Waits until something is so. Looks seldom enough to cost nothing that is measured. */
export async function poll(
  what: string,
  isSo: () => Promise<boolean>,
  everyMs = 10,
): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await Bun.sleep(everyMs);
  }
}
