/** What the cases on a cluster share: two of its nodes, accounts on each, and waiting without sleeps. */

import type {
  ConnectionOptions,
  Msg,
  NatsConnection,
  SubscriptionOptions,
} from "@nats-io/transport-node";
import type { MeshNode, NodeClient } from "../support/mesh-node.ts";
import { until } from "../support/until.ts";

export interface Scene {
  /** All there are, wherever they are. */
  readonly mesh: { readonly nodes: readonly MeshNode[] };
  readonly near: MeshNode;
  /** Another node. */
  readonly far: MeshNode;
}

/** Something that must hold for each two nodes of a cluster. */
export interface Case {
  readonly name: string;
  run(scene: Scene): Promise<void>;
}

/** Two tenants that share a service and a stream, and the system. */
export const ACCOUNTS = `
accounts {
  A {
    users: [{user: A, password: a}]
    exports: [{service: "sum.*"}, {stream: "feed.>"}]
  }
  B {
    users: [{user: B, password: b}]
    imports: [
      {service: {account: A, subject: "sum.*"}, to: "add.*"}
      {stream: {account: A, subject: "feed.>"}, prefix: "from"}
    ]
  }
  SYS { users: [{user: SYS, password: sys}] }
}
system_account: SYS`;

/** Accounts of these names, each with a user of the same name. */
export function accountsOf(names: readonly string[]): string {
  const lines = names.map((name) => {
    return `  ${name} { users: [{user: ${name}, password: ${name.toLowerCase()}}] }`;
  });
  return `accounts {\n${lines.join("\n")}\n}`;
}

const DEADLINE_MS = 8_000;
const PROBE_MS = 2;

let count = 0;

/** A subject or name that no other test has. */
export function unique(name: string): string {
  count++;
  return `${name}${count}`;
}

export function join(
  node: MeshNode,
  account = "A",
  options: ConnectionOptions = {},
): Promise<NodeClient> {
  return node.connect({ user: account, pass: account.toLowerCase(), ...options });
}

/** Holds what a subscription is given. */
export class Inbox {
  readonly messages: Msg[] = [];

  static on(client: NatsConnection, subject: string, options: SubscriptionOptions = {}): Inbox {
    const inbox = new Inbox();
    client.subscribe(subject, { ...options, callback: (_, msg) => void inbox.messages.push(msg) });
    return inbox;
  }

  get texts(): string[] {
    return this.messages.map((message) => message.string());
  }

  /** Waits for as many messages, or more. */
  async holds(count: number, deadlineMs = DEADLINE_MS): Promise<void> {
    try {
      await until("messages", () => this.messages.length >= count, deadlineMs);
    } catch {
      throw new Error(`${this.messages.length} of ${count} messages within ${deadlineMs} ms`);
    }
  }
}

/**
 * Resolves when all that one client did before is known where another is: the first subscribes and
 * publishes in one stream to each server, so what it publishes now comes last. Between clusters
 * messages and interest have a connection each, so that both are waited for.
 * Both are clients of one account, and the servers have pools of the same size.
 */
export async function settled(first: NatsConnection, other: NatsConnection): Promise<void> {
  await reached(first, other, "settled.");
  if (first.info?.cluster !== other.info?.cluster) await reached(other, first, "settled.");
}

/**
 * Resolves when a publisher's server knows all that a subscriber has subscribed to so far: in one
 * account its interest takes one way, and what comes last is proven by a message.
 *
 * @param prefix begins a subject that may pass.
 */
export async function reached(
  publisher: NatsConnection,
  subscriber: NatsConnection,
  prefix = "reached.",
): Promise<void> {
  const subject = unique(prefix);
  let isHeard = false;
  const subscription = subscriber.subscribe(subject, {
    callback: () => {
      isHeard = true;
    },
  });
  await subscriber.flush();
  const deadline = performance.now() + DEADLINE_MS;
  while (!isHeard) {
    if (performance.now() > deadline) throw new Error(`nothing arrives within ${DEADLINE_MS} ms`);
    publisher.publish(subject);
    await publisher.flush();
    await Bun.sleep(PROBE_MS);
  }
  subscription.unsubscribe();
}

/** What a promise failed with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
