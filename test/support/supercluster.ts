/** A supercluster for tests: clusters of nodes of any kind, with gateways between them. */

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GatewayWish, RemoteText } from "./gateway-config.ts";
import { missingRoutes, routesOf } from "./mesh.ts";
import type { NodeKind, NodeWish } from "./mesh-config.ts";
import { type Gatewayz, MeshNode } from "./mesh-node.ts";
import { NodeGroup } from "./node-group.ts";

/** A cluster of a supercluster; what is said of it holds for each of its nodes. */
export interface ClusterWish extends Omit<GatewayWish, "port"> {
  /** A node that says nothing of gateways has those of its cluster. Names are `A1`, `A2`. */
  readonly nodes: readonly (NodeKind | NodeWish)[];
  /** More lines of the top level of each node. */
  readonly config?: string;
}

export interface NodeCluster {
  readonly name: string;
  readonly nodes: readonly MeshNode[];
}

export class Supercluster extends NodeGroup {
  readonly clusters: readonly NodeCluster[];
  readonly nodes: readonly MeshNode[];

  private constructor(folder: string, wishes: readonly ClusterWish[]) {
    super(folder);
    this.clusters = wishes.map((wish) => {
      const nodes: MeshNode[] = [];
      const resolve = (node: MeshNode) => ({
        routes: routesOf(node, nodes),
        remotes: this.#remotesOf(node),
      });
      for (const [index, node] of wish.nodes.entries()) {
        const name = `${wish.name}${index + 1}`;
        nodes.push(new MeshNode(name, nodeWish(wish, node, name), folder, resolve));
      }
      return { name: wish.name, nodes };
    });
    this.nodes = this.clusters.flatMap(({ nodes }) => nodes);
  }

  /** Prepares nodes without starting any. */
  static async prepare(wishes: readonly ClusterWish[]): Promise<Supercluster> {
    return new Supercluster(await mkdtemp(join(tmpdir(), "nats-supercluster-")), wishes);
  }

  /**
   * Starts all clusters at once, the seeds first; the supercluster is whole then.
   *
   * @throws Error that says what is missing, with the end of every log.
   */
  static async start(wishes: readonly ClusterWish[]): Promise<Supercluster> {
    const supercluster = await Supercluster.prepare(wishes);
    try {
      await supercluster.startAll();
      await supercluster.whole();
    } catch (error) {
      await supercluster[Symbol.asyncDispose]();
      throw error;
    }
    return supercluster;
  }

  /** Starts what does not run yet. */
  async startAll(): Promise<void> {
    const seeds = this.clusters.map(({ nodes }) => nodes[0]!);
    const others = this.nodes.filter((node) => !seeds.includes(node));
    for (const nodes of [seeds, others]) {
      await Promise.all(nodes.filter((node) => !node.isRunning).map((node) => node.start()));
    }
  }

  cluster(name: string): readonly MeshNode[] {
    const found = this.clusters.find((cluster) => cluster.name === name);
    if (found === undefined) throw new Error(`no cluster ${name}`);
    return found.nodes;
  }

  async missing(): Promise<string[]> {
    const routes = this.clusters.map(({ nodes }) => {
      return missingRoutes(nodes.filter((node) => node.wish.hasNoCluster !== true));
    });
    const missing = await Promise.all([...routes, this.#missingGateways()]);
    return missing.flat();
  }

  /** Each node has one outbound to each other cluster, and each has its inbound at the other end. */
  async #missingGateways(): Promise<string[]> {
    const running = this.clusters
      .map(({ name, nodes }) => ({ name, nodes: nodes.filter((node) => node.isRunning) }))
      .filter(({ nodes }) => nodes.length > 0);
    try {
      const views = await Promise.all(
        running.map(async ({ name, nodes }) => ({
          name,
          gateways: await Promise.all(nodes.map((node) => viewOf(node))),
        })),
      );
      return views.flatMap((near) => [
        ...near.gateways.flatMap((view) => missingOutbounds(view, near.name, views)),
        ...views.filter((far) => far !== near).flatMap((far) => missingInbounds(near, far)),
      ]);
    } catch (error) {
      return [`monitoring: ${(error as Error).message}`];
    }
  }

  #remotesOf(node: MeshNode): RemoteText[] {
    const { remotes = [], login } = node.wish.gateway ?? {};
    const prefix = login === undefined ? "" : `${login}@`;
    return remotes.map((remote) => {
      const { urls, ...rest } =
        typeof remote === "string"
          ? { name: remote, urls: [this.cluster(remote)[0]!.name] }
          : remote;
      const resolved = urls.map((url) => {
        if (url.includes("://")) return url;
        return `nats://${prefix}127.0.0.1:${this.node(url).ports.gateway}`;
      });
      return { ...rest, urls: resolved };
    });
  }
}

function nodeWish(cluster: ClusterWish, node: NodeKind | NodeWish, name: string): NodeWish {
  const { nodes: _, config = "", ...gateway } = cluster;
  const wish: NodeWish = typeof node === "string" ? { kind: node } : node;
  return {
    name,
    clusterName: cluster.name,
    gateway,
    ...wish,
    config: `${config}\n${wish.config ?? ""}`,
  };
}

interface View {
  readonly node: MeshNode;
  readonly gatewayz: Gatewayz;
}

interface ClusterView {
  readonly name: string;
  readonly gateways: readonly View[];
}

async function viewOf(node: MeshNode): Promise<View> {
  return { node, gatewayz: await node.gatewayz() };
}

function missingOutbounds(
  { node, gatewayz }: View,
  own: string,
  clusters: readonly ClusterView[],
): string[] {
  const missing: string[] = [];
  const outbounds = gatewayz.outbound_gateways;
  for (const { name, gateways } of clusters) {
    if (name === own) continue;
    const id = outbounds[name]?.connection.name;
    if (id === undefined) missing.push(`${node.name} has no outbound to ${name}`);
    else if (!gateways.some((view) => view.gatewayz.server_id === id)) {
      missing.push(`${node.name} has an outbound to a server of ${name} that is gone`);
    }
  }
  const strange = Object.keys(outbounds).filter((name) => !clusters.some((c) => c.name === name));
  return [...missing, ...strange.map((name) => `${node.name} still has an outbound to ${name}`)];
}

function missingInbounds(near: ClusterView, far: ClusterView): string[] {
  const have = near.gateways
    .flatMap(({ gatewayz }) => gatewayz.inbound_gateways[far.name] ?? [])
    .map(({ connection }) => connection.name);
  const want = far.gateways.map(({ gatewayz }) => gatewayz.server_id);
  if (`${have.sort()}` === `${want.sort()}`) return [];
  return [`${near.name} has ${have.length} of ${want.length} inbounds from ${far.name}`];
}
