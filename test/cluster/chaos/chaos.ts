/**
 * Servers to which things happen at random while clients publish on all of them. At any time nothing may
 * come twice, in the wrong order or to a closed subscription; at quiet points all connections have to be
 * there, interest has to be true, and everything that is sent has to arrive.
 */

import type { NodeKind } from "../../support/mesh-config.ts";
import { Prng } from "../../support/prng.ts";
import { Crowd, despiteLosses, type Member } from "../faults/crowd.ts";
import { FaultMesh } from "../faults/fault-mesh.ts";
import { ACCOUNTS, type Faulty } from "../faults/faulty.ts";
import type { Sent } from "../faults/ledger.ts";
import type { RawPeer } from "../faults/raw-peer.ts";
import { randomSteps, type Step, SUBJECTS } from "./schedule.ts";

export interface ChaosOptions {
  /** Starts the servers. */
  readonly start: Starter;
  readonly seed: number;
  /** After so long comes the last quiet point. */
  readonly seconds: number;
  /** What happens; by the seed unless told. */
  readonly steps?: Iterable<Step>;
  /** Is given what happens, line by line. */
  readonly log: (line: string) => void;
}

export type Starter = (random: Prng, log: (line: string) => void) => Promise<Faulty>;

export interface ChaosResult {
  readonly steps: number;
  readonly quietPoints: number;
  readonly published: number;
  readonly delivered: number;
  /** How often two real servers had to be helped to all their connections. */
  readonly helped: number;
}

/** What the seed chooses from, for all nodes alike. */
const POOL_SIZES = [1, 3, 3, 5];
const COMPRESSIONS = ["off", "accept", "s2_fast", "s2_better", "s2_auto"];
const QUIET: Step = { kind: "quiet" };
const MEMBERS_MAX = 60;
const PUBLISH_EVERY_MS = 5;
const STEP_EVERY_MS = 20;
/** A node that stood still may be given up by the others, or not. */
const FROZEN_MS_MAX = 3_000;
const QUIET_DEADLINE_MS = 30_000;

/** A cluster of these kinds of nodes, with a pool and a compression by chance. */
export function meshOf(kinds: readonly NodeKind[]): Starter {
  return async (random, log) => {
    const wish = {
      poolSize: random.pick(POOL_SIZES),
      cluster: `compression: ${random.pick(COMPRESSIONS)}`,
    };
    log(`pool of ${wish.poolSize}, ${wish.cluster}`);
    return await FaultMesh.start(kinds, { random, wish });
  };
}

/** @throws Error with the log of the nodes at the first thing that is wrong. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = new Prng(options.seed);
  await using faulty = await options.start(random, options.log);
  using crowd = new Crowd();
  const chaos = new Chaos(faulty, crowd, random, options.log);
  const names = faulty.group.nodes.map(({ name }) => name);
  const steps = options.steps ?? randomSteps(new Prng(options.seed), names);
  return await faulty.group.explained(() => chaos.run(steps, options.seconds));
}

class Chaos {
  readonly #faulty: Faulty;
  readonly #crowd: Crowd;
  readonly #random: Prng;
  readonly #log: (line: string) => void;
  readonly #names: readonly string[];
  readonly #frozen = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #liars = new Set<RawPeer>();
  readonly #startedAt = performance.now();
  #steps = 0;
  #quietPoints = 0;
  #published = 0;
  #publishing: Promise<void> | null = null;

  constructor(faulty: Faulty, crowd: Crowd, random: Prng, log: (line: string) => void) {
    this.#faulty = faulty;
    this.#crowd = crowd;
    this.#random = random;
    this.#log = log;
    this.#names = faulty.group.nodes.map(({ name }) => name);
  }

  /** Takes steps until there are no more, or until the time is over and all is well. */
  async run(steps: Iterable<Step>, seconds: number): Promise<ChaosResult> {
    const end = performance.now() + seconds * 1000;
    await this.#rejoin();
    try {
      for (const step of steps) {
        const isLate = performance.now() > end;
        this.#note(JSON.stringify(isLate ? QUIET : step));
        if (step.kind === "quiet" || isLate) await this.#quiet();
        else await this.#inStorm(step);
        if (isLate) break;
      }
    } finally {
      await this.#calm();
      this.#dismissLiars();
    }
    const { delivered } = this.#crowd.ledger;
    const { helped } = this.#faulty;
    const [taken, quietPoints, published] = [this.#steps, this.#quietPoints, this.#published];
    return { steps: taken, quietPoints, published, delivered, helped };
  }

  async #inStorm(step: Step): Promise<void> {
    this.#crowd.ledger.expectsDisorder = !this.#faulty.keepsOrder;
    this.#publishing ??= this.#publish();
    await this.#take(step);
    this.#steps++;
    await Bun.sleep(STEP_EVERY_MS);
    this.#crowd.blameless();
  }

  /** Ends what is published in a storm. */
  async #calm(): Promise<void> {
    const publishing = this.#publishing;
    this.#publishing = null;
    await publishing;
  }

  /** Publishes on every node that has a client, as long as the storm lasts. */
  async #publish(): Promise<void> {
    for (let turn = 0; turn === 0 || this.#publishing !== null; turn++) {
      for (const name of this.#names) {
        const account = ACCOUNTS[turn % ACCOUNTS.length]!;
        if (!this.#crowd.hasClient(name, account)) continue;
        this.#crowd.publish(name, account, SUBJECTS[turn % SUBJECTS.length]!);
        this.#published++;
      }
      await Bun.sleep(PUBLISH_EVERY_MS);
    }
  }

  /** Everything is well again, and everybody can tell. */
  async #quiet(): Promise<void> {
    await this.#calm();
    await this.#restore();
    await despiteLosses(async () => {
      await this.#rejoin();
      await this.#faulty.well(QUIET_DEADLINE_MS);
      this.#crowd.ledger.expectsDamage = false;
      this.#crowd.ledger.expectsDisorder = false;
      await this.#crowd.arrived(this.#publishAll());
    });
    this.#crowd.ledger.turnPage();
    this.#quietPoints++;
  }

  #publishAll(): Sent[] {
    const sent = this.#names.flatMap((name) =>
      ACCOUNTS.flatMap((account) =>
        SUBJECTS.map((subject) => this.#crowd.publish(name, account, subject)),
      ),
    );
    this.#published += sent.length;
    return sent;
  }

  async #restore(): Promise<void> {
    for (const [name, timer] of this.#frozen) this.#thaw(name, timer);
    this.#dismissLiars();
    this.#faulty.net.heal();
    for (const node of this.#faulty.group.nodes) if (!node.isRunning) await node.start();
  }

  #dismissLiars(): void {
    for (const liar of this.#liars) liar[Symbol.dispose]();
    this.#liars.clear();
  }

  async #rejoin(): Promise<void> {
    for (const node of this.#faulty.group.nodes) {
      if (!node.isRunning || this.#frozen.has(node.name)) continue;
      for (const account of ACCOUNTS) {
        if (!this.#crowd.hasClient(node.name, account)) await this.#crowd.join(node, account);
      }
    }
    await this.#crowd.flush();
  }

  async #take(step: Step): Promise<void> {
    const { net } = this.#faulty;
    switch (step.kind) {
      case "kill":
        if (this.#frozen.has(step.node)) return;
        await this.#faulty.group.node(step.node).kill();
        this.#crowd.forgetLost();
        return;
      case "freeze":
        this.#freeze(step.node);
        return;
      case "restore":
        await this.#restore();
        await this.#rejoin();
        return;
      case "partition":
        net.partition([step.node], this.#others(step.node));
        return;
      case "lose":
        for (const other of this.#others(step.node)) {
          net.set(step.node, other, { isLost: true });
          net.set(other, step.node, { isLost: true });
        }
        return;
      case "oneWay":
        net.set(step.from, step.to, { isStalled: true });
        return;
      case "corrupt":
        this.#crowd.ledger.expectsDamage = true;
        net.set(step.from, step.to, { corruptOneIn: 20 });
        return;
      case "garbage":
        net.inject(step.from, step.to, this.#random.bytes(100));
        return;
      case "slow":
        net.set(step.from, step.to, { latencyMs: step.latencyMs, jitterMs: step.latencyMs });
        return;
      case "cut":
        net.cut(step.from, step.to);
        return;
      case "reset":
        net.cut(step.from, step.to, "reset");
        return;
      case "wait":
        await Bun.sleep(step.ms);
        return;
      default:
        await this.#takeOfClient(step);
    }
  }

  async #takeOfClient(step: Step): Promise<void> {
    switch (step.kind) {
      case "subscribe":
        if (this.#isDeaf(step.node) || this.#crowd.members.size >= MEMBERS_MAX) return;
        if (!this.#crowd.hasClient(step.node, step.account)) return;
        this.#crowd.subscribe(step.node, step.account, step.pattern, step.queue);
        return;
      case "unsubscribe": {
        const members = [...this.#crowd.members];
        const member: Member | undefined = members[step.index % members.length];
        if (member === undefined || this.#isDeaf(member.node)) return;
        if (this.#crowd.hasClient(member.node, member.account))
          await this.#crowd.unsubscribe(member);
        return;
      }
      case "leave":
        this.#crowd.leave(step.node, step.account);
        return;
      case "liar": {
        if (this.#isDeaf(step.node)) return;
        const liar = this.#faulty.falsePeer(this.#faulty.group.node(step.node));
        this.#liars.add(liar);
        liar.send(this.#random.bytes(step.bytes));
        return;
      }
    }
  }

  #freeze(name: string): void {
    const node = this.#faulty.group.node(name);
    if (node.pid === 0 || this.#isDeaf(name)) return;
    node.signal("SIGSTOP");
    const timer = setTimeout(() => this.#thaw(name, timer), this.#random.below(FROZEN_MS_MAX));
    this.#frozen.set(name, timer);
  }

  #thaw(name: string, timer: ReturnType<typeof setTimeout>): void {
    clearTimeout(timer);
    this.#frozen.delete(name);
    if (this.#faulty.group.node(name).isRunning) this.#faulty.group.node(name).signal("SIGCONT");
  }

  /** It does not run, or stands still. */
  #isDeaf(name: string): boolean {
    return !this.#faulty.group.node(name).isRunning || this.#frozen.has(name);
  }

  #others(name: string): string[] {
    return this.#names.filter((other) => other !== name);
  }

  #note(text: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(2);
    this.#log(`${seconds.padStart(8)} ${text}`);
  }
}
