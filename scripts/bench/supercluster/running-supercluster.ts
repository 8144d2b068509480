/** Servers of any make with gateways, and what these say. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../../test/support/free-port.ts";
import type { Way } from "../cluster/crossing.ts";
import { PAIRS, poll, type Topology } from "../cluster/running-cluster.ts";
import type { Bench } from "../security/bench.ts";
import { type Contestant, RunningServer } from "../servers.ts";

/** A server to be, and the ports that others reach it by. */
export interface GatewayPlan {
  readonly make: Contestant;
  /** Its cluster, which is its gateway's name. */
  readonly cluster: string;
  readonly gatewayPort: number;
  readonly clusterPort: number;
  /** Port of a server of the same cluster; absent for one that dials none. */
  readonly seed?: number;
  /** The other clusters that it is told of: names and gateway ports. */
  readonly remotes: readonly { readonly name: string; readonly port: number }[];
}

interface OutboundView {
  readonly accounts?: readonly {
    readonly name: string;
    readonly num_subs?: number;
    readonly num_queue_subs?: number;
  }[];
}

const ACCOUNT = "$G";

/** @returns a plan without remotes, on free ports. */
export function plan(make: Contestant, cluster: string): GatewayPlan {
  return { make, cluster, gatewayPort: freePort(), clusterPort: freePort(), remotes: [] };
}

export class GatewayNode {
  readonly server: RunningServer;
  readonly #monitorPort: number;

  private constructor(server: RunningServer, monitorPort: number) {
    this.server = server;
    this.#monitorPort = monitorPort;
  }

  static async start({ folder }: Pick<Bench, "folder">, made: GatewayPlan): Promise<GatewayNode> {
    const monitorPort = freePort();
    // The name is free, as the port is.
    const path = join(folder, `gateway-${made.gatewayPort}.conf`);
    await writeFile(path, configuration(made, monitorPort));
    return new GatewayNode(await RunningServer.launch(made.make, "-c", path), monitorPort);
  }

  get port(): number {
    return this.server.port;
  }

  /** Subscriptions of other clusters in the account of clients. */
  async interest(): Promise<number> {
    const outbounds = await this.#outbounds(`?acc_name=${encodeURIComponent(ACCOUNT)}`);
    const accounts = Object.values(outbounds).flatMap(({ accounts = [] }) => accounts);
    return accounts.reduce((sum, { num_subs = 0 }) => sum + num_subs, 0);
  }

  /** Whether it has an outbound connection to so many other clusters. */
  async isConnected(others: number): Promise<boolean> {
    return Object.keys(await this.#outbounds()).length === others;
  }

  async #outbounds(query = ""): Promise<Readonly<Record<string, OutboundView>>> {
    const response = await fetch(`http://127.0.0.1:${this.#monitorPort}/gatewayz${query}`);
    type View = { outbound_gateways?: Readonly<Record<string, OutboundView>> };
    return ((await response.json()) as View).outbound_gateways ?? {};
  }
}

/** Two clusters of one server each: A, which dials, and B. */
export class GatewayPair implements Way {
  readonly from: GatewayNode;
  readonly to: GatewayNode;

  private constructor(from: GatewayNode, to: GatewayNode) {
    this.from = from;
    this.to = to;
  }

  static async start(bench: Bench, { makes }: Pick<Topology, "makes">): Promise<GatewayPair> {
    const [from, to] = pairPlans(makes);
    const dialled = await GatewayNode.start(bench, to);
    const pair = new GatewayPair(await GatewayNode.start(bench, from), dialled);
    for (const node of [pair.from, pair.to]) await poll("gateways", () => node.isConnected(1));
    return pair;
  }

  cpuSeconds(): number {
    return this.from.server.cpuSeconds() + this.to.server.cpuSeconds();
  }

  async stop(): Promise<void> {
    await Promise.all([this.from.server.stop(), this.to.server.stop()]);
  }
}

/** Cluster A, which is told of B, and B. */
export function pairPlans(makes: Topology["makes"]): [GatewayPlan, GatewayPlan] {
  const to = plan(makes[1]!, "B");
  const remotes = [{ name: to.cluster, port: to.gatewayPort }];
  return [{ ...plan(makes[0]!, "A"), remotes }, to];
}

/** Runs all pairs of makes while work is done with them. */
export async function withGatewayPairs(
  bench: Bench,
  work: (pairs: readonly GatewayPair[]) => Promise<void>,
): Promise<void> {
  const pairs: GatewayPair[] = [];
  try {
    for (const topology of PAIRS) pairs.push(await GatewayPair.start(bench, topology));
    await work(pairs);
  } finally {
    await Promise.all(pairs.map((pair) => pair.stop()));
  }
}

function configuration(made: GatewayPlan, monitorPort: number): string {
  const { cluster, gatewayPort, clusterPort, seed, remotes } = made;
  const routes = seed === undefined ? "" : `, routes: ["nats-route://127.0.0.1:${seed}"]`;
  const gateways = remotes.map(
    ({ name, port }) => `{ name: ${name}, url: "nats://127.0.0.1:${port}" }`,
  );
  return `
http: "127.0.0.1:${monitorPort}"
cluster { name: ${cluster}, listen: "127.0.0.1:${clusterPort}"${routes} }
gateway { name: ${cluster}, listen: "127.0.0.1:${gatewayPort}", gateways: [${gateways.join(", ")}] }
`;
}
