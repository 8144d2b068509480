/** The documentation's example of queue groups in four clusters, with the table of who gets what. */

import { describe, expect, test } from "bun:test";
import type { Subscription } from "@nats-io/transport-node";
import { Inbox, reached } from "../cluster/scene.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import type { RemoteWish } from "../support/gateway-config.ts";
import type { NodeClient } from "../support/mesh-node.ts";
import { Supercluster } from "../support/supercluster.ts";
import { eventually } from "../support/until.ts";
import { numbers, publishNumbers, sorted } from "./stage.ts";
import { FOURS } from "./topologies.ts";

const TIMEOUT = 60_000;
const COUNT = 50;
const ORDER_DEADLINE_MS = 10_000;
const CLUSTERS = ["A", "B", "C", "D"] as const;
const GROUPS = ["bar", "baz", "bat"] as const;

type Name = (typeof CLUSTERS)[number];
type Group = (typeof GROUPS)[number];

/** What a cluster's member of a group does before the next messages. */
interface Step {
  readonly enter?: readonly [Name, Group][];
  readonly leave?: readonly [Name, Group][];
  /** Clusters by their distance from `A`, the nearest first. */
  readonly near?: readonly Name[];
  /** Which cluster each group's messages are given to then; left out for none. */
  readonly given: Readonly<Partial<Record<Group, Name>>>;
}

const TABLE: readonly Step[] = [
  {
    enter: [
      ["B", "bar"],
      ["B", "baz"],
      ["B", "bat"],
      ["C", "bar"],
      ["C", "bat"],
      ["D", "bar"],
    ],
    near: ["C", "B", "D"],
    given: { bar: "C", baz: "B", bat: "C" },
  },
  { leave: [["C", "bat"]], given: { bar: "C", baz: "B", bat: "B" } },
  { leave: [["C", "bar"]], given: { bar: "B", baz: "B", bat: "B" } },
  {
    leave: [
      ["B", "bar"],
      ["B", "baz"],
    ],
    given: { bar: "D", bat: "B" },
  },
  { enter: [["A", "bar"]], given: { bar: "A", bat: "B" } },
  {
    leave: [["A", "bar"]],
    enter: [
      ["B", "bar"],
      ["C", "bar"],
      ["C", "bat"],
    ],
    given: { bar: "C", bat: "C" },
  },
  { near: ["D", "B", "C"], given: { bar: "D", bat: "B" } },
];

/** One way; so far apart that the order is certain while the machine has time. */
const LATENCY_MS = [1, 20, 45];
/** A busy machine delays answers to pings, so that the order is another one for a while. */
const TRIES = 8;

/** `A` reaches the others through doors that take their time. */
class Example implements AsyncDisposable {
  readonly clients = new Map<Name, NodeClient>();
  readonly #net: FaultProxy;
  readonly #group: Supercluster;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #members = new Map<string, Subscription>();
  #near: readonly Name[] = [];
  #sent = 0;

  private constructor(net: FaultProxy, group: Supercluster) {
    this.#net = net;
    this.#group = group;
  }

  static async start(kinds: (typeof FOURS)[number]["kinds"]): Promise<Example> {
    const net = new FaultProxy(async () => ({ from: "A", first: Buffer.alloc(0) }));
    const ports = CLUSTERS.map(() => freePort());
    const remotes: RemoteWish[] = [];
    for (const [index, name] of CLUSTERS.entries()) {
      if (name === "A") continue;
      const door = await net.open(name, ports[index]!);
      remotes.push({ name, urls: [`nats://127.0.0.1:${door}`] });
    }
    const group = await Supercluster.prepare(
      CLUSTERS.map((name, index) => {
        const gateway = { name, port: ports[index]!, remotes: name === "A" ? remotes : [] };
        return {
          name,
          nodes: [{ kind: kinds[index]!, gateway }],
          config: 'ping_interval: "300ms"\nping_max: 20',
        };
      }),
    );
    const example = new Example(net, group);
    await example.#open();
    return example;
  }

  async #open(): Promise<void> {
    await this.#group.startAll();
    await this.#group.whole();
    for (const name of CLUSTERS) {
      const client = await this.#group.node(`${name}1`).connect();
      this.clients.set(name, client);
      for (const group of GROUPS) this.#inboxes.set(name + group, new Inbox());
    }
  }

  /** How many messages were published so far. */
  get sent(): number {
    return this.#sent;
  }

  async take({ enter = [], leave = [], near = this.#near, given }: Step, round: number) {
    this.#near = near;
    for (const [index, name] of near.entries()) {
      this.#net.set("A", name, { latencyMs: LATENCY_MS[index]! });
      this.#net.set(name, "A", { latencyMs: LATENCY_MS[index]! });
    }
    for (const [name, group] of enter) this.#enter(name, group);
    for (const [name, group] of leave) this.#members.get(name + group)!.unsubscribe();
    await this.#settle();
    let isCertain = false;
    for (let tries = 0; !isCertain && tries < TRIES; tries++) {
      for (const { messages } of this.#inboxes.values()) messages.length = 0;
      await eventually(`order of ${near}`, () => this.#isOrdered(), ORDER_DEADLINE_MS);
      await publishNumbers(this.clients.get("A")!, "foo", COUNT, this.#sent);
      this.#sent += COUNT;
      await this.#settle();
      isCertain = await this.#isOrdered();
    }
    for (const group of GROUPS) {
      for (const name of CLUSTERS) {
        const inbox = this.#inboxes.get(name + group)!;
        const wanted = given[group] === name ? numbers(COUNT, this.#sent - COUNT) : [];
        expect([round, group, name, sorted([inbox])]).toEqual([round, group, name, wanted]);
      }
    }
  }

  explained(body: () => Promise<void>): Promise<void> {
    return this.#group.explained(body);
  }

  #enter(name: Name, queue: Group): void {
    const inbox = this.#inboxes.get(name + queue)!;
    const callback = (_: unknown, message: Inbox["messages"][number]): void => {
      inbox.messages.push(message);
    };
    this.#members.set(name + queue, this.clients.get(name)!.subscribe("foo", { queue, callback }));
  }

  /** Waits until `A` knows of all that was subscribed, and all have what it has sent. */
  async #settle(): Promise<void> {
    const publisher = this.clients.get("A")!;
    for (const client of this.clients.values()) await client.flush();
    await Promise.all(CLUSTERS.slice(1).map((name) => reached(publisher, this.clients.get(name)!)));
    await publisher.flush();
  }

  /** Whether `A` has found the others to be as far away as they are. */
  async #isOrdered(): Promise<boolean> {
    const { outbound_gateways } = await this.#group.node("A1").gatewayz();
    const rtts = this.#near.map((name) => milliseconds(outbound_gateways[name]?.connection.rtt));
    return rtts.every((rtt, index) => rtt > (rtts[index - 1] ?? 0) + 2);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#group[Symbol.asyncDispose]();
    await this.#net[Symbol.asyncDispose]();
  }
}

/** Of a duration as Go writes them; 0 for none. */
function milliseconds(duration = ""): number {
  const match = /^([\d.]+)(µs|ms|s)$/.exec(duration);
  if (match === null) return 0;
  return Number(match[1]) * { µs: 0.001, ms: 1, s: 1_000 }[match[2] as "µs" | "ms" | "s"];
}

describe("groups bar, baz and bat in clusters B, C and D", () => {
  test.concurrent.each([...FOURS])(
    "$name",
    async ({ kinds }) => {
      await using example = await Example.start(kinds);
      await example.explained(async () => {
        // It belongs to no group, and is where the groups' messages are hardly ever given to.
        const plain = Inbox.on(example.clients.get("D")!, "foo");
        for (const [round, step] of TABLE.entries()) await example.take(step, round);
        expect(sorted([plain])).toEqual(numbers(example.sent));
      });
    },
    TIMEOUT,
  );
});
