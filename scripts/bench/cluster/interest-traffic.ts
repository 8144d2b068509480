/** What interest costs the net, and what it costs that servers know each other. */

import { FaultProxy } from "../../../test/support/fault-proxy.ts";
import { byConnect } from "../../../test/support/fault-proxy-dialler.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { Peer } from "../peer.ts";
import type { Bench } from "../security/bench.ts";
import { addRow } from "./compare.ts";
import { SIZES } from "./growth.ts";
import { CONNECTIONS, Node, poll, type Topology, topologies } from "./running-cluster.ts";

const SUBSCRIPTIONS = 2_000;
const SETTLING_MS = 2_000;
/** Two rounds of the statistics that servers send each other. */
const IDLE_MS = 20_000;
/** What a line of interest has at least: `RS+ $G growth.0000`, and its end. */
const TOLD_BYTES_MIN = 20;
const MANY = 100;

export async function measureInterestTraffic(bench: Bench): Promise<void> {
  const sizes = bench.scale === 1 ? SIZES : [SIZES[0]!, SIZES.at(-1)!];
  for (const size of sizes) {
    const watched = await Promise.all(topologies(size).map((topology) => Watched.start(topology)));
    try {
      await Bun.sleep(SETTLING_MS);
      const idle = await Promise.all(watched.map((cluster) => cluster.idleBytesPerSecond()));
      const told: number[] = [];
      for (const [at, cluster] of watched.entries()) {
        told.push(await cluster.bytesPerSubscription(idle[at]!));
      }
      const bytes = { unit: " B", less: true };
      const name = `a subscription and its end, bytes on all routes of ${size}`;
      addRow(bench.table, name, told, bytes);
      const quiet = `an idle cluster of ${size}, bytes on all routes per second`;
      addRow(bench.table, quiet, idle, bytes);
      if (size === SIZES.at(-1)) predict(bench, size, told[0]!, idle[0]!);
    } finally {
      await Promise.all(watched.map((cluster) => cluster.stop()));
    }
  }
}

/** Interest goes once to each other server; keep-alive and statistics go from each to each. */
function predict(bench: Bench, size: number, told: number, idle: number): void {
  const others = MANY - 1;
  const interest = (told / (size - 1)) * others;
  const each = (idle / (size * (size - 1))) * others;
  bench.table.note(
    `Predicted for ${MANY} servers of ours: ${interest.toFixed(0)} B for a subscription and its end, ` +
      `${(each / 1e3).toFixed(1)} kB/s out of each server when idle, ` +
      `${others * CONNECTIONS} routes at each.`,
  );
}

/** A cluster whose routes all go through a proxy that counts. */
class Watched {
  readonly #proxy: FaultProxy;
  readonly #nodes: readonly Node[];

  private constructor(proxy: FaultProxy, nodes: readonly Node[]) {
    this.#proxy = proxy;
    this.#nodes = nodes;
  }

  static async start({ makes }: Topology): Promise<Watched> {
    // Who is who does not matter.
    const proxy = new FaultProxy(byConnect(() => ""));
    const nodes: Node[] = [];
    let seed: number | undefined;
    for (const [index, make] of makes.entries()) {
      const clusterPort = freePort();
      const door = await proxy.open(String(index), clusterPort);
      const advertise = ["--cluster_advertise", `127.0.0.1:${door}`];
      nodes.push(await Node.start(make, seed, clusterPort, advertise));
      seed ??= door;
    }
    for (const node of nodes) await poll("the mesh", () => node.isConnected(makes.length - 1));
    return new Watched(proxy, nodes);
  }

  async idleBytesPerSecond(): Promise<number> {
    const before = this.#proxy.totalBytes;
    await Bun.sleep(IDLE_MS);
    return (this.#proxy.totalBytes - before) / (IDLE_MS / 1000);
  }

  /** @param idle bytes per second that are there anyway. */
  async bytesPerSubscription(idle: number): Promise<number> {
    const client = await Peer.open({ port: this.#nodes[0]!.port });
    const isKnown = (count: number) => async () => {
      const known = await Promise.all(this.#nodes.slice(1).map((node) => node.interest()));
      return known.every((each) => each === count);
    };
    const before = this.#proxy.totalBytes;
    const begin = performance.now();
    // One at a time: what is coalesced would be for nobody to see.
    for (let i = 0; i < SUBSCRIPTIONS; i++) {
      await client.roundTrip(`SUB growth.${String(i).padStart(4, "0")} ${i + 1}\r\n`);
    }
    await poll("interest", isKnown(SUBSCRIPTIONS));
    for (let i = 0; i < SUBSCRIPTIONS; i++) await client.roundTrip(`UNSUB ${i + 1}\r\n`);
    await poll("no interest", isKnown(0));
    const idleBytes = (idle * (performance.now() - begin)) / 1000;
    client.close();
    const each = (this.#proxy.totalBytes - before - idleBytes) / SUBSCRIPTIONS;
    if (each < TOLD_BYTES_MIN) throw new Error(`only ${each} bytes for a subscription`);
    return each;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map(({ server }) => server.stop()));
    await this.#proxy[Symbol.asyncDispose]();
  }
}
