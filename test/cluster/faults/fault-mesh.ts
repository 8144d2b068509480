/** A cluster whose nodes reach each other only through the net of faults, and its checks. */

import { FaultProxy } from "../../support/fault-proxy.ts";
import { byConnect } from "../../support/fault-proxy-dialler.ts";
import { freePort } from "../../support/free-port.ts";
import { untilInterestIsTrue } from "../../support/interest-checker.ts";
import { untilWeightsAreTrue, type WitnessedNode } from "../../support/interest-checker-witness.ts";
import { Mesh } from "../../support/mesh.ts";
import { type NodeKind, type NodeWish, routesBetween } from "../../support/mesh-config.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { Prng } from "../../support/prng.ts";
import { CLUSTER, FalsePeer } from "./false-peer.ts";
import { ACCOUNTS_CONFIG, type Faulty, idOf } from "./faulty.ts";

const WHOLE_DEADLINE_MS = 15_000;
const HELP_AFTER_MS = 5_000;
const POLL_MS = 20;
/** `A has 3 of 4 connections with B` */
const MISSING = /^(\S+) has \d+ of \d+ connections with (\S+)$/;
const REAL: readonly NodeKind[] = ["2.15.1", "2.10.27"];

/** A route that says nothing is given up after little more than a second. */
const CONFIG = `${ACCOUNTS_CONFIG}write_deadline: "2s"\n`;
const CLUSTER_CONFIG = `ping_interval: "400ms"\n  ping_max: 2`;

export interface FaultWishes {
  readonly random?: Prng;
  /** More for each node. */
  readonly wish?: Partial<NodeWish>;
}

export class FaultMesh implements Faulty {
  readonly keepsOrder = true;
  /** How often two real servers had to be helped to all their connections. */
  helped = 0;
  readonly mesh: Mesh;
  readonly net: FaultProxy;

  private constructor(mesh: Mesh, net: FaultProxy) {
    this.mesh = mesh;
    this.net = net;
  }

  /** Starts a node of each kind; each has the doors of all that came before it as its routes. */
  static async start(kinds: readonly NodeKind[], wishes: FaultWishes = {}): Promise<FaultMesh> {
    let mesh: Mesh | undefined;
    const nodeOf = (id: string): string | undefined =>
      mesh?.nodes.find((node) => idOf(node) === id)?.name;
    const net = new FaultProxy(byConnect(nodeOf), wishes.random ?? new Prng());
    try {
      const doors: number[] = [];
      const all: NodeWish[] = [];
      for (const [at, kind] of kinds.entries()) {
        const clusterPort = freePort();
        const door = await net.open(String.fromCharCode(65 + at), clusterPort, freePort());
        const routes = doors.map((port) => `nats-route://127.0.0.1:${port}`);
        const advertise = `cluster_advertise: "127.0.0.1:${door}"\n  ${CLUSTER_CONFIG}`;
        const { wish = {} } = wishes;
        all.push({
          kind,
          clusterName: CLUSTER,
          clusterPort,
          routes,
          ...wish,
          config: `${CONFIG}${wish.config ?? ""}`,
          cluster: `${advertise}\n  ${wish.cluster ?? ""}`,
        });
        doors.push(door);
      }
      mesh = await Mesh.prepare(all);
      for (const node of mesh.nodes) await node.start();
      await mesh.whole();
      return new FaultMesh(mesh, net);
    } catch (error) {
      await mesh?.[Symbol.asyncDispose]();
      await net[Symbol.asyncDispose]();
      throw error;
    }
  }

  get group(): Mesh {
    return this.mesh;
  }

  get nodes(): readonly MeshNode[] {
    return this.mesh.nodes;
  }

  node(name: string): MeshNode {
    return this.mesh.node(name);
  }

  /** Waits until the mesh is whole without help, and all that its nodes know of interest is true. */
  async whole(deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    let helpAt = performance.now() + HELP_AFTER_MS;
    for (;;) {
      const missing = await this.mesh.missing();
      if (missing.length === 0) break;
      // Tells what is missing. Two real servers may undo a moment later what was whole.
      if (performance.now() >= deadline) await this.mesh.whole(0);
      if (performance.now() > helpAt) {
        helpAt = performance.now() + HELP_AFTER_MS;
        this.#helpRealServers(missing);
      }
      await Bun.sleep(POLL_MS);
    }
    const nodes = this.nodes.filter((node) => node.isRunning).map(witnessed);
    const [one, other] = [this.nodes[0]!.wish, this.nodes[1]!.wish];
    await untilInterestIsTrue(nodes, { deadlineMs, connections: routesBetween(one, other) });
  }

  /** Whole, and each node announces the number of members of each queue group. */
  async well(deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    await this.whole(deadlineMs);
    for (const node of this.nodes) {
      if (node.isRunning) await untilWeightsAreTrue(witnessed(node));
    }
  }

  falsePeer(node: MeshNode): FalsePeer {
    const peer = new FalsePeer(node);
    peer.introduce("NFALSE");
    return peer;
  }

  /** Waits until a node has lost all routes to another. */
  async noticed(name: string, lost: string, deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const routes = await this.node(name).routez();
      if (!routes.some((route) => route.remote_name === lost)) return;
      if (performance.now() > deadline) {
        throw new Error(`${name} still has routes to ${lost} after ${deadlineMs} ms`);
      }
      await Bun.sleep(POLL_MS);
    }
  }

  /**
   * Two real servers may be left with too few connections for good, when both have dialled at once and
   * neither tries again. Cutting what they have lets them begin anew; ours have to manage alone.
   */
  #helpRealServers(missing: readonly string[]): void {
    for (const text of missing) {
      const names = MISSING.exec(text)?.slice(1);
      if (names === undefined || names.some((name) => !this.#isReal(name))) continue;
      this.helped++;
      this.net.cut(names[0]!, names[1]!);
    }
  }

  #isReal(name: string): boolean {
    return REAL.includes(this.node(name).kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mesh[Symbol.asyncDispose]();
    await this.net[Symbol.asyncDispose]();
  }
}

function witnessed(node: MeshNode): WitnessedNode {
  return {
    name: node.name,
    monitorUrl: `http://127.0.0.1:${node.ports.monitor}`,
    routePort: node.ports.cluster,
    clusterName: CLUSTER,
  };
}
