/** A supercluster whose nodes reach each other only through the net of faults, and its checks. */

import { ACCOUNTS, ACCOUNTS_CONFIG, type Faulty, idOf } from "../../cluster/faults/faulty.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { byProcess } from "../../support/fault-proxy-dialler.ts";
import { freePort } from "../../support/free-port.ts";
import { gatewayDifferences } from "../../support/gateway-checker.ts";
import { type CheckedNode, interestDifferences } from "../../support/interest-checker.ts";
import { type NodeKind, type NodeWish, routesBetween } from "../../support/mesh-config.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { Prng } from "../../support/prng.ts";
import { Supercluster } from "../../support/supercluster.ts";
import { FalseGateway } from "./false-gateway.ts";

const WELL_DEADLINE_MS = 15_000;
const POLL_MS = 25;
const SHOWN_MAX = 20;

const PING_MS = 500;
/** Who was found by chance is not forgotten while it is away. */
const CONNECT_RETRIES = 100_000;

export interface FaultSuperclusterWishes {
  readonly random?: Prng;
  /** Rounds in which clusters are looked for that are not in the configuration. */
  readonly connectRetries?: number;
  /** Three times this, and a connection that says nothing is given up. */
  readonly pingMs?: number;
}

interface Ports {
  readonly name: string;
  readonly kind: NodeKind;
  readonly cluster: number;
  readonly gateway: number;
  /** Doors for others. */
  readonly routeDoor: number;
  readonly gatewayDoor: number;
}

export class FaultSupercluster implements Faulty {
  /** A cluster may be reached by one of its nodes now and by another one later. */
  readonly keepsOrder = false;
  readonly helped = 0;
  readonly group: Supercluster;
  readonly net: FaultProxy;

  private constructor(group: Supercluster, net: FaultProxy) {
    this.group = group;
    this.net = net;
  }

  /**
   * Starts clusters `A`, `B` and so on. Each has one other in its configuration, all of its nodes; the rest
   * it has to find.
   */
  static async start(
    clusters: readonly (readonly NodeKind[])[],
    wishes: FaultSuperclusterWishes = {},
  ): Promise<FaultSupercluster> {
    let group: Supercluster | undefined;
    const { random = new Prng() } = wishes;
    const net = new FaultProxy(
      byProcess(() => group?.nodes ?? []),
      random,
    );
    try {
      const ports = await Promise.all(
        clusters.map((kinds, at) => openDoors(net, String.fromCharCode(65 + at), kinds)),
      );
      group = await Supercluster.prepare(
        ports.map((own, at) => {
          const name = clusterOf(own[0]!.name);
          const next = ports[(at + 1) % ports.length]!;
          const nodes = own.map((node) => nodeWish(name, node, own, next, wishes));
          return { name, nodes, config: `${ACCOUNTS_CONFIG}${limits(wishes)}` };
        }),
      );
      await group.startAll();
      const faulty = new FaultSupercluster(group, net);
      await group.explained(() => faulty.well());
      return faulty;
    } catch (error) {
      await group?.[Symbol.asyncDispose]();
      await net[Symbol.asyncDispose]();
      throw error;
    }
  }

  node(name: string): MeshNode {
    return this.group.node(name);
  }

  /** Names of a cluster's nodes. */
  cluster(name: string): string[] {
    return this.group.cluster(name).map((node) => node.name);
  }

  /** Names of all nodes of other clusters. */
  others(cluster: string): string[] {
    return this.group.nodes.map(({ name }) => name).filter((name) => clusterOf(name) !== cluster);
  }

  async well(deadlineMs = WELL_DEADLINE_MS): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const differences = await this.#differences();
      if (differences.length === 0) return;
      if (performance.now() > deadline) {
        const shown = differences.slice(0, SHOWN_MAX).join("\n");
        throw new Error(`${differences.length} differences after ${deadlineMs} ms:\n${shown}`);
      }
      await Bun.sleep(POLL_MS);
    }
  }

  falsePeer(node: MeshNode): FalseGateway {
    const peer = new FalseGateway(node);
    // Without URLs nobody dials back.
    peer.introduce("FALSE", { gateway_urls: [] });
    return peer;
  }

  /** Waits until a node has lost its outbound connection to a cluster. */
  async noticed(name: string, cluster: string): Promise<void> {
    await this.until(`${name} has no outbound to ${cluster}`, async () => {
      const { outbound_gateways } = await this.node(name).gatewayz();
      return outbound_gateways[cluster] === undefined;
    });
  }

  /** The node that another has its outbound connection with. */
  async entryOf(name: string, cluster: string): Promise<string> {
    const { outbound_gateways } = await this.node(name).gatewayz();
    const id = outbound_gateways[cluster]?.connection.name;
    const entry = this.group.cluster(cluster).find((node) => idOf(node) === id);
    if (entry === undefined) throw new Error(`${name} has no outbound to ${cluster}`);
    return entry.name;
  }

  /** Waits until a node knows all that a cluster wants, by way of another node than this one. */
  async reaches(name: string, cluster: string, without: string): Promise<void> {
    await this.until(`${name} reaches ${cluster} without ${without}`, async () => {
      const outbound = (await this.node(name).gatewayz("?accs=1")).outbound_gateways[cluster];
      if (outbound === undefined || outbound.connection.name === idOf(this.node(without))) {
        return false;
      }
      const known = outbound.accounts?.filter((each) => each.interest_mode === "Interest-Only");
      return ACCOUNTS.every((account) => known?.some((each) => each.name === account));
    });
  }

  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + WELL_DEADLINE_MS;
    // Monitoring of a busy server may be late.
    while (!(await condition().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`${what}: not in time`);
      await Bun.sleep(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.group[Symbol.asyncDispose]();
    await this.net[Symbol.asyncDispose]();
  }

  async #differences(): Promise<string[]> {
    const missing = await this.group.missing();
    if (missing.length > 0) return missing;
    const clusters = this.group.clusters
      .map(({ name, nodes }) => ({ name, nodes: nodes.filter((node) => node.isRunning) }))
      .filter(({ nodes }) => nodes.length > 0);
    const checked = clusters.map(({ name, nodes }) => ({ name, nodes: nodes.map(checkedNode) }));
    try {
      const within = clusters
        .filter(({ nodes }) => nodes.length > 1)
        .map(({ nodes }) => {
          const [one, other] = nodes.map((node) => node.wish);
          return interestDifferences(nodes.map(checkedNode), routesBetween(one!, other!));
        });
      return (await Promise.all([...within, gatewayDifferences(checked)])).flat();
    } catch (error) {
      return [`monitoring: ${(error as Error).message}`];
    }
  }
}

/** The cluster of a node: the name without its number. */
function clusterOf(node: string): string {
  return node.slice(0, 1);
}

async function openDoors(
  net: FaultProxy,
  cluster: string,
  kinds: readonly NodeKind[],
): Promise<Ports[]> {
  return await Promise.all(
    kinds.map(async (kind, at) => {
      const name = `${cluster}${at + 1}`;
      const [ownCluster, ownGateway] = [freePort(), freePort()];
      const routeDoor = await net.open(name, ownCluster, freePort());
      const gatewayDoor = await net.open(name, ownGateway, freePort());
      return { name, kind, cluster: ownCluster, gateway: ownGateway, routeDoor, gatewayDoor };
    }),
  );
}

function nodeWish(
  cluster: string,
  { name, kind, ...ports }: Ports,
  own: readonly Ports[],
  next: readonly Ports[],
  wishes: FaultSuperclusterWishes,
): NodeWish {
  const { connectRetries = CONNECT_RETRIES } = wishes;
  const before = own.slice(
    0,
    own.findIndex((each) => each.name === name),
  );
  const urls = next.map(({ gatewayDoor }) => `nats://127.0.0.1:${gatewayDoor}`);
  const advertise = `advertise: "127.0.0.1:${ports.gatewayDoor}"`;
  return {
    kind,
    name,
    clusterName: cluster,
    clusterPort: ports.cluster,
    routes: before.map(({ routeDoor }) => `nats-route://127.0.0.1:${routeDoor}`),
    cluster: `cluster_advertise: "127.0.0.1:${ports.routeDoor}"\n  ${pings(wishes)}`,
    gateway: {
      name: cluster,
      port: ports.gateway,
      lines: `${advertise}\n  connect_retries: ${connectRetries}`,
      remotes: [{ name: clusterOf(next[0]!.name), urls }],
    },
  };
}

function limits(wishes: FaultSuperclusterWishes): string {
  return `${pings(wishes)}\nwrite_deadline: "1s"\n`;
}

function pings({ pingMs = PING_MS }: FaultSuperclusterWishes): string {
  return `ping_interval: "${pingMs}ms"\nping_max: 2`;
}

function checkedNode(node: MeshNode): CheckedNode {
  return { name: node.name, monitorUrl: `http://127.0.0.1:${node.ports.monitor}` };
}
