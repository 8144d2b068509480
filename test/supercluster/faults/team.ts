/** A queue group with members in several clusters, and who of them gets the work of one node. */

import { TrafficClient } from "../../cluster/faults/traffic-client.ts";
import type { FaultSupercluster } from "./fault-supercluster.ts";

const SUBJECT = "team.work";
const QUEUE = "team";
const BATCH = 20;
const POLL_MS = 25;
const DEADLINE_MS = 8_000;
/** Copies that should not be come right behind those that should. */
const EXTRA_MS = 50;

export class Team implements Disposable {
  readonly #faulty: FaultSupercluster;
  readonly #employer: string;
  readonly #members = new Map<string, TrafficClient>();
  #publisher: TrafficClient | undefined;
  /** Who got each message, by the number of the message. */
  readonly #got = new Map<string, string[]>();
  #published = 0;

  /** @param employer the node that publishes. */
  constructor(faulty: FaultSupercluster, employer: string) {
    this.#faulty = faulty;
    this.#employer = employer;
  }

  async join(name: string): Promise<void> {
    const client = await this.#open(name);
    client.subscribe(SUBJECT, QUEUE, (number) => {
      this.#got.set(number, [...(this.#got.get(number) ?? []), name]);
    });
    await client.flush();
    this.#members.get(name)?.close();
    this.#members.set(name, client);
  }

  async leave(name: string): Promise<void> {
    this.#members.get(name)!.close();
    this.#members.delete(name);
  }

  /** Waits until all work is done by the member on this node, and each piece of it once. */
  async worksOn(name: string): Promise<void> {
    this.#publisher ??= await this.#open(this.#employer);
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const numbers = await this.#publish();
      const by = numbers.map((number) => this.#got.get(number) ?? []);
      const twice = by.findIndex((names) => names.length > 1);
      if (twice >= 0) throw new Error(`${numbers[twice]} was done by ${by[twice]}`);
      if (by.every(([who]) => who === name)) break;
      if (performance.now() > deadline) {
        throw new Error(`work for ${name} is done by ${by.map((names) => names[0] ?? "nobody")}`);
      }
      await Bun.sleep(POLL_MS);
    }
  }

  async #publish(): Promise<string[]> {
    const numbers = Array.from({ length: BATCH }, () => String(++this.#published));
    for (const number of numbers) this.#publisher!.publish(SUBJECT, number);
    await this.#publisher!.flush();
    const deadline = performance.now() + EXTRA_MS * 4;
    while (performance.now() < deadline && numbers.some((number) => !this.#got.has(number))) {
      await Bun.sleep(5);
    }
    await Bun.sleep(EXTRA_MS);
    return numbers;
  }

  #open(name: string): Promise<TrafficClient> {
    return TrafficClient.open(this.#faulty.node(name).ports.client, "ONE");
  }

  [Symbol.dispose](): void {
    for (const client of [...this.#members.values(), this.#publisher]) client?.close();
  }
}
