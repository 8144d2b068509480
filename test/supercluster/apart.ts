/** Superclusters that are not to become whole, and what stands between their servers. */

import type { MeshNode } from "../support/mesh-node.ts";
import { type ClusterWish, Supercluster } from "../support/supercluster.ts";
import { eventually } from "../support/until.ts";
import { Wire } from "../support/wire.ts";

const DEADLINE_MS = 10_000;

/** Starts all nodes, and waits for nothing else. */
export async function startApart(wishes: readonly ClusterWish[]): Promise<Supercluster> {
  const supercluster = await Supercluster.prepare(wishes);
  try {
    await supercluster.startAll();
  } catch (error) {
    await supercluster[Symbol.asyncDispose]();
    throw error;
  }
  return supercluster;
}

/** Names of the clusters that a server has a connection to. */
export async function outboundsOf(node: MeshNode): Promise<string[]> {
  return Object.keys((await node.gatewayz()).outbound_gateways).sort();
}

export async function inboundsOf(node: MeshNode): Promise<string[]> {
  return Object.keys((await node.gatewayz()).inbound_gateways).sort();
}

/** Waits until a server has outbound connections to these clusters, and to no others. */
export async function connected(node: MeshNode, clusters: readonly string[]): Promise<void> {
  let have: string[] = [];
  try {
    await eventually(
      "outbounds",
      async () => {
        have = await outboundsOf(node);
        return `${have}` === `${clusters}`;
      },
      DEADLINE_MS,
    );
  } catch {
    throw new Error(`${node.name} has outbounds to ${have} instead of ${clusters}`);
  }
}

interface GatewayInfo {
  readonly gateway: string;
  readonly gateway_url: string;
  readonly gateway_urls: readonly string[];
}

/** What a server says to whoever comes to its gateway port. */
export async function greetingOf(node: MeshNode): Promise<GatewayInfo> {
  const wire = await Wire.connect(node.ports.gateway);
  try {
    if (!(await wire.waitFor("\r\n"))) throw new Error(`${node.name} does not greet`);
    return JSON.parse(/^INFO (.*)\r\n/.exec(wire.text)![1]!) as GatewayInfo;
  } finally {
    wire.close();
  }
}

/** Waits until a server tells of these servers of its cluster. */
export async function tellsOf(node: MeshNode, nodes: readonly MeshNode[]): Promise<void> {
  const wanted = nodes.map(({ ports }) => `127.0.0.1:${ports.gateway}`).sort();
  let have: string[] = [];
  try {
    await eventually(
      "URLs",
      async () => {
        have = [...(await greetingOf(node)).gateway_urls].sort();
        return `${have}` === `${wanted}`;
      },
      DEADLINE_MS,
    );
  } catch {
    throw new Error(`${node.name} tells of ${have} instead of ${wanted}`);
  }
}
