/** A cluster for tests: nodes of any kind in one mesh. */

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeWish, routesBetween } from "./mesh-config.ts";
import { MeshNode } from "./mesh-node.ts";
import { NodeGroup } from "./node-group.ts";

export class Mesh extends NodeGroup {
  readonly nodes: readonly MeshNode[];

  private constructor(folder: string, wishes: readonly NodeWish[]) {
    super(folder);
    const resolve = (node: MeshNode) => ({ routes: routesOf(node, this.nodes), remotes: [] });
    this.nodes = wishes.map((wish, index) => {
      const name = wish.name ?? String.fromCharCode("A".charCodeAt(0) + index);
      return new MeshNode(name, wish, folder, resolve);
    });
  }

  /** Prepares nodes without starting any. */
  static async prepare(wishes: readonly NodeWish[]): Promise<Mesh> {
    return new Mesh(await mkdtemp(join(tmpdir(), "nats-mesh-")), wishes);
  }

  /**
   * Starts nodes one after the other; the mesh is whole then.
   *
   * @throws Error that says what is missing, with the end of every log.
   */
  static async start(wishes: readonly NodeWish[]): Promise<Mesh> {
    const mesh = await Mesh.prepare(wishes);
    try {
      for (const node of mesh.nodes) await node.start();
      await mesh.whole();
    } catch (error) {
      await mesh[Symbol.asyncDispose]();
      throw error;
    }
    return mesh;
  }

  missing(): Promise<string[]> {
    return missingRoutes(this.nodes);
  }
}

/** URLs of the routes of a node, of which the first of its cluster is the seed. */
export function routesOf(node: MeshNode, nodes: readonly MeshNode[]): string[] {
  const seed = nodes[0]!;
  const { routes = node === seed ? [] : [seed.name], routeLogin } = node.wish;
  const login = routeLogin === undefined ? "" : `${routeLogin}@`;
  return routes.map((route) => {
    if (route.includes("://")) return route;
    const target = nodes.find(({ name }) => name === route);
    if (target === undefined) throw new Error(`no node ${route}`);
    return `nats-route://${login}127.0.0.1:${target.ports.cluster}`;
  });
}

/** Which routes of a whole cluster are not there, in words. */
export async function missingRoutes(nodes: readonly MeshNode[]): Promise<string[]> {
  const running = nodes.filter((node) => node.isRunning);
  try {
    const views = await Promise.all(running.map((node) => viewOf(node)));
    const missing: string[] = [];
    for (const near of views) {
      let known = 0;
      for (const far of views) {
        if (far === near) continue;
        const want = routesBetween(near.node.wish, far.node.wish);
        const have = near.remoteIds.filter((id) => id === far.id).length;
        known += have;
        if (have === want) continue;
        missing.push(`${near.node.name} has ${have} of ${want} connections with ${far.node.name}`);
      }
      const others = near.remoteIds.length - known;
      if (others > 0) missing.push(`${near.node.name} has ${others} connections with strangers`);
    }
    return missing;
  } catch (error) {
    return [`monitoring: ${(error as Error).message}`];
  }
}

interface View {
  node: MeshNode;
  id: string;
  remoteIds: string[];
}

async function viewOf(node: MeshNode): Promise<View> {
  const [varz, routes] = await Promise.all([node.varz(), node.routez()]);
  return { node, id: varz.server_id, remoteIds: routes.map((route) => route.remote_id) };
}
