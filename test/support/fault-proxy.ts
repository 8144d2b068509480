/**
 * The net between the nodes of a cluster, as a TCP proxy of our own that fails as a test wants it to.
 *
 * Every node has a door: a port that stands for its route or gateway port, to which all others are sent.
 * It is known who comes in, so that each pair of nodes has two lanes of its own, whoever has dialled
 * whom: what `a` says to `b`, and what `b` says to `a`.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { WhoIs } from "./fault-proxy-dialler.ts";
import { Lane, type LaneFaults } from "./fault-proxy-lane.ts";
import { Prng } from "./prng.ts";

export type { LaneFaults } from "./fault-proxy-lane.ts";

/** One connection from node to node. */
interface Crossing {
  readonly from: string;
  readonly to: string;
  readonly dialler: Socket;
  readonly target: Socket;
}

export class FaultProxy implements AsyncDisposable {
  readonly random: Prng;
  readonly #lanes = new Map<string, Lane>();
  readonly #doors: Server[] = [];
  readonly #crossings = new Set<Crossing>();
  readonly #sockets = new Set<Socket>();
  readonly #refused = new Set<string>();
  readonly #whoIs: WhoIs;

  /** @param whoIs tells which node has dialled; strangers are let through without faults. */
  constructor(whoIs: WhoIs, random = new Prng()) {
    this.#whoIs = whoIs;
    this.random = random;
  }

  /** Opens a node's door and returns its port. */
  async open(node: string, targetPort: number, port = 0): Promise<number> {
    const door = createServer({ allowHalfOpen: true, noDelay: true }, (dialler) => {
      void this.#enter(node, targetPort, dialler);
    });
    await new Promise<void>((resolve, reject) => {
      door.once("error", reject);
      door.listen(port, "127.0.0.1", resolve);
    });
    this.#doors.push(door);
    return (door.address() as { port: number }).port;
  }

  /** Changes how bytes fare on their way from one node to another. */
  set(from: string, to: string, faults: Partial<LaneFaults>): void {
    this.#lane(from, to).set(faults);
  }

  /** Whether new connections between two nodes, whoever dials, are closed at once. */
  refuse(a: string, b: string, isRefused: boolean): void {
    for (const key of [laneKey(a, b), laneKey(b, a)]) {
      if (isRefused) this.#refused.add(key);
      else this.#refused.delete(key);
    }
  }

  /** Nothing gets from any of the first nodes to any of the others, and back; all bytes wait. */
  partition(some: readonly string[], others: readonly string[]): void {
    for (const a of some) {
      for (const b of others) {
        this.set(a, b, { isStalled: true });
        this.set(b, a, { isStalled: true });
      }
    }
  }

  /** Ends all connections between two nodes, in order or by a reset. */
  cut(a: string, b: string, how: "close" | "reset" = "close"): void {
    this.#end(how, (crossing) => isBetween(crossing, a, b));
  }

  /** The same for those that one node has dialled. */
  cutDialled(dialler: string, to: string, how: "close" | "reset" = "close"): void {
    this.#end(how, (crossing) => crossing.from === dialler && crossing.to === to);
  }

  /** Puts bytes of ours between those of a node, on each connection that it has to the other. */
  inject(from: string, to: string, bytes: Uint8Array): void {
    for (const crossing of this.#crossings) {
      if (crossing.from === from && crossing.to === to) crossing.target.write(bytes);
      if (crossing.from === to && crossing.to === from) crossing.dialler.write(bytes);
    }
  }

  /**
   * The net is well again. What has waited arrives now; connections that have lost bytes are reset, as
   * the ends of such a connection find out sooner or later.
   */
  heal(): void {
    this.#refused.clear();
    for (const lane of this.#lanes.values()) {
      const [from, to] = [lane.from, lane.to];
      lane.heal();
      if (lane.takeLoss()) this.cut(from, to, "reset");
    }
  }

  /** Connections that stand between two nodes. */
  connections(a: string, b: string): number {
    return [...this.#crossings].filter((crossing) => isBetween(crossing, a, b)).length;
  }

  /** Bytes that have come in on a lane so far. */
  bytes(from: string, to: string): number {
    return this.#lane(from, to).bytes;
  }

  /** The same on all lanes together. */
  get totalBytes(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.bytes, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) door.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const lane of this.#lanes.values()) lane.stop();
  }

  #end(how: "close" | "reset", isMeant: (crossing: Crossing) => boolean): void {
    for (const crossing of [...this.#crossings].filter(isMeant)) {
      for (const socket of [crossing.dialler, crossing.target]) {
        if (how === "reset") socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }

  #lane(from: string, to: string): Lane {
    const key = laneKey(from, to);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(from, to, this.random);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  async #enter(node: string, targetPort: number, dialler: Socket): Promise<void> {
    this.#watch(dialler);
    const { first, from } = await this.#whoIs(dialler);
    if (dialler.destroyed) return;
    if (this.#refused.has(laneKey(from, node))) {
      dialler.resetAndDestroy();
      return;
    }
    const target = connect({
      port: targetPort,
      host: "127.0.0.1",
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#watch(target);
    target.on("error", () => dialler.resetAndDestroy());
    const crossing = { from, to: node, dialler, target };
    this.#crossings.add(crossing);
    let open = 2;
    const onClose = (): void => {
      if (--open === 0) this.#crossings.delete(crossing);
    };
    dialler.once("close", onClose);
    target.once("close", onClose);
    this.#lane(from, node).carry(dialler, target, first);
    this.#lane(node, from).carry(target, dialler, Buffer.alloc(0));
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

function laneKey(from: string, to: string): string {
  return `${from}>${to}`;
}

function isBetween({ from, to }: Crossing, a: string, b: string): boolean {
  return (from === a && to === b) || (from === b && to === a);
}
