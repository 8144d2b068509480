/** A mesh under test with a crowd that has subscriptions all over it, and the check after each fault. */

import type { NodeKind } from "../../support/mesh-config.ts";
import { Prng } from "../../support/prng.ts";
import { Crowd, type Member } from "./crowd.ts";
import { ACCOUNTS, FaultMesh } from "./fault-mesh.ts";
import type { Sent } from "./ledger.ts";

/** NATS_FAULT_KINDS has the kinds of nodes, by commas. */
export const KINDS = (process.env.NATS_FAULT_KINDS ?? "ours,2.15.1,2.10.27").split(
  ",",
) as NodeKind[];

/** What is subscribed to on every node. The group has two members on one node, one on another. */
const STANDING: readonly { account: string; pattern: string; queue: string; nodes: string }[] = [
  { account: "ONE", pattern: "news.>", queue: "", nodes: "ABC" },
  { account: "ONE", pattern: "news.*.local", queue: "", nodes: "A" },
  { account: "ONE", pattern: "work.*", queue: "workers", nodes: "BBC" },
  { account: "TWO", pattern: "news.>", queue: "", nodes: "BC" },
  { account: "TWO", pattern: "work.*", queue: "workers", nodes: "AB" },
];
const SUBJECTS = ["news.all", "news.here.local", "work.one"];
const ROUNDS = 5;

export class Standing implements AsyncDisposable {
  readonly faulty: FaultMesh;
  readonly crowd = new Crowd();
  readonly random: Prng;

  private constructor(faulty: FaultMesh, random: Prng) {
    this.faulty = faulty;
    this.random = random;
  }

  static async start(): Promise<Standing> {
    const random = new Prng();
    const standing = new Standing(await FaultMesh.start(KINDS, { random }), random);
    try {
      await standing.rejoin();
      await standing.well();
    } catch (error) {
      await standing[Symbol.asyncDispose]();
      throw error;
    }
    return standing;
  }

  get net(): FaultMesh["net"] {
    return this.faulty.net;
  }

  /** Clients that have been lost come back with what they had. */
  async rejoin(): Promise<void> {
    for (const node of this.faulty.nodes) {
      if (!node.isRunning) continue;
      for (const account of ACCOUNTS) {
        if (this.crowd.hasClient(node.name, account)) continue;
        await this.crowd.join(node, account);
        for (const { pattern, queue, nodes, ...of } of STANDING) {
          if (of.account !== account) continue;
          for (const name of nodes) {
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
      for (const { name, isRunning } of this.faulty.nodes) {
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

  /** The net is well again: so are the mesh, what it knows, and all that is sent. */
  async well(): Promise<void> {
    await this.faulty.mesh.explained(async () => {
      this.net.heal();
      await this.rejoin();
      await this.faulty.whole();
      await this.faulty.weighed();
      await this.crowd.arrived(this.publishAll());
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
