/** Servers under test with a crowd that has subscriptions all over them, and the check after each fault. */

import type { NodeKind } from "../../support/mesh-config.ts";
import { Prng } from "../../support/prng.ts";
import { Crowd, despiteLosses, type Member } from "./crowd.ts";
import { FaultMesh } from "./fault-mesh.ts";
import { ACCOUNTS, type Faulty } from "./faulty.ts";
import type { Sent } from "./ledger.ts";

/** NATS_FAULT_KINDS has the kinds of nodes, by commas. */
export const KINDS = (process.env.NATS_FAULT_KINDS ?? "ours,2.15.1,2.10.27").split(
  ",",
) as NodeKind[];

export interface Wanted {
  readonly account: string;
  readonly pattern: string;
  readonly queue: string;
  /** Names of nodes, by spaces; one that is there twice has two members. */
  readonly nodes: string;
}

/** The group has two members on one node, one on another. */
const STANDING: readonly Wanted[] = [
  { account: "ONE", pattern: "news.>", queue: "", nodes: "A B C" },
  { account: "ONE", pattern: "news.*.local", queue: "", nodes: "A" },
  { account: "ONE", pattern: "work.*", queue: "workers", nodes: "B B C" },
  { account: "TWO", pattern: "news.>", queue: "", nodes: "B C" },
  { account: "TWO", pattern: "work.*", queue: "workers", nodes: "A B" },
];
const SUBJECTS = ["news.all", "news.here.local", "work.one"];
const ROUNDS = 5;

/** Starts a mesh of all kinds with its crowd. */
export async function startStanding(): Promise<Standing<FaultMesh>> {
  const random = new Prng();
  return await Standing.on(await FaultMesh.start(KINDS, { random }), random, STANDING);
}

export class Standing<Servers extends Faulty> implements AsyncDisposable {
  readonly faulty: Servers;
  readonly crowd = new Crowd();
  readonly random: Prng;
  readonly #wanted: readonly Wanted[];

  private constructor(faulty: Servers, random: Prng, wanted: readonly Wanted[]) {
    this.faulty = faulty;
    this.random = random;
    this.#wanted = wanted;
  }

  /** Takes servers over; all is well then. */
  static async on<Servers extends Faulty>(
    faulty: Servers,
    random: Prng,
    wanted: readonly Wanted[],
  ): Promise<Standing<Servers>> {
    const standing = new Standing(faulty, random, wanted);
    try {
      await standing.rejoin();
      await standing.well();
    } catch (error) {
      await standing[Symbol.asyncDispose]();
      throw error;
    }
    return standing;
  }

  get net(): Faulty["net"] {
    return this.faulty.net;
  }

  /** Clients that have been lost come back with what they had. */
  async rejoin(): Promise<void> {
    for (const node of this.faulty.group.nodes) {
      if (!node.isRunning) continue;
      for (const account of ACCOUNTS) {
        if (this.crowd.hasClient(node.name, account)) continue;
        await this.crowd.join(node, account);
        for (const { pattern, queue, nodes, ...of } of this.#wanted) {
          if (of.account !== account) continue;
          for (const name of nodes.split(" ")) {
            if (name === node.name) this.crowd.subscribe(name, account, pattern, queue);
          }
        }
      }
    }
    await this.crowd.flush();
  }

  /** Everybody publishes everything a few times. */
  publishAll(): Sent[] {
    const sent: Sent[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, isRunning } of this.faulty.group.nodes) {
        if (!isRunning) continue;
        for (const account of ACCOUNTS) {
          for (const subject of SUBJECTS) {
            sent.push(this.crowd.publish(name, account, subject));
          }
        }
      }
    }
    return sent;
  }

  /** The net is well again: so are the servers, what they know, and all that is sent. */
  async well(): Promise<void> {
    await this.faulty.group.explained(async () => {
      this.net.heal();
      await despiteLosses(async () => {
        await this.rejoin();
        await this.faulty.well();
        await this.crowd.arrived(this.publishAll());
      });
      this.crowd.ledger.turnPage();
    });
  }

  /** Members on these nodes, which are expected to get what is sent between them. */
  membersOn(...nodes: string[]): Member[] {
    return [...this.crowd.members].filter(({ node }) => nodes.includes(node));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.crowd[Symbol.dispose]();
    await this.faulty[Symbol.asyncDispose]();
  }
}
