/** A cluster for tests: nodes of any kind in one mesh, started, watched and taken away together. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeWish, routesBetween } from "./mesh-config.ts";
import { MeshNode } from "./mesh-node.ts";

const WHOLE_DEADLINE_MS = 15_000;
const POLL_MS = 20;

export class Mesh implements AsyncDisposable {
  readonly nodes: readonly MeshNode[];
  readonly #folder: string;

  private constructor(folder: string, wishes: readonly NodeWish[]) {
    this.#folder = folder;
    const resolve = (node: MeshNode): string[] => this.#routesOf(node);
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

  node(name: string): MeshNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  /** A copy of a file for nodes to read, next to their configurations. */
  path(file: string): string {
    return join(this.#folder, file);
  }

  /** Waits until each running node has all its connections with every other one. */
  async whole(deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const missing = await this.missing();
      if (missing.length === 0) return;
      if (performance.now() > deadline) {
        const what = missing.map((line) => `  ${line}`).join("\n");
        throw new Error(`not whole within ${deadlineMs} ms:\n${what}\n${this.tails}`);
      }
      await Bun.sleep(POLL_MS);
    }
  }

  /** What a whole mesh has and this one has not, in words. */
  async missing(): Promise<string[]> {
    const running = this.nodes.filter((node) => node.isRunning);
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
          missing.push(
            `${near.node.name} has ${have} of ${want} connections with ${far.node.name}`,
          );
        }
        const others = near.remoteIds.length - known;
        if (others > 0) missing.push(`${near.node.name} has ${others} connections with strangers`);
      }
      return missing;
    } catch (error) {
      return [`monitoring: ${(error as Error).message}`];
    }
  }

  /** The end of every node's log. */
  get tails(): string {
    return this.nodes.map((node) => node.tail).join("\n");
  }

  /** Runs the body of a test and adds the logs to whatever it fails with. */
  async explained<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      const failure = error as Error;
      const tails = this.nodes
        .map(({ tail }) => tail)
        .filter((tail) => !failure.message.includes(tail));
      failure.message = [failure.message, ...tails].join("\n");
      throw failure;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #routesOf(node: MeshNode): string[] {
    const seed = this.nodes[0]!;
    const { routes = node === seed ? [] : [seed.name], routeLogin } = node.wish;
    const login = routeLogin === undefined ? "" : `${routeLogin}@`;
    return routes.map((route) => {
      if (route.includes("://")) return route;
      return `nats-route://${login}127.0.0.1:${this.node(route).ports.cluster}`;
    });
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
