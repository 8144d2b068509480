/** What the cases on a supercluster share. */

import type { NatsConnection } from "@nats-io/transport-node";
import { type Inbox, reached, type Scene } from "../cluster/scene.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import type { NodeCluster, Supercluster } from "../support/supercluster.ts";

/** Two nodes of two clusters, and all the others. */
export interface Stage extends Scene {
  readonly mesh: Supercluster;
  /** The other node of the first one's cluster. */
  readonly neighbour: MeshNode;
  /** A node of a third cluster. */
  readonly third: MeshNode;
}

/** Something that must hold for each two clusters. */
export interface StageCase {
  readonly name: string;
  run(stage: Stage): Promise<void>;
}

/** Two tenants that share services and streams, subjects that are renamed, and the system. */
export const ACCOUNTS = `
accounts {
  A {
    users: [{user: A, password: a}]
    exports: [
      {service: "sum.*"}
      {service: "parts.*", response_type: stream}
      {stream: "feed.>"}
      {stream: "news.>"}
    ]
    mappings {
      "old.*": "new.$1"
      "place.*": [
        {destination: "at-a.$1", weight: 100%, cluster: A}
        {destination: "at-b.$1", weight: 100%, cluster: B}
        {destination: "at-c.$1", weight: 100%, cluster: C}
      ]
    }
  }
  B {
    users: [{user: B, password: b}]
    imports: [
      {service: {account: A, subject: "sum.*"}, to: "add.*"}
      {service: {account: A, subject: "parts.*"}}
      {stream: {account: A, subject: "feed.>"}, prefix: "from"}
      {stream: {account: A, subject: "news.>"}, prefix: "from"}
    ]
  }
  SYS { users: [{user: SYS, password: sys}] }
}
system_account: SYS
# All cases begin at once.
authorization { timeout: 20 }`;

/** @param at which cluster has the first node; the others follow in a circle. */
export function stageOf(mesh: Supercluster, at: number): Stage {
  const pick = (index: number): NodeCluster => mesh.clusters[index % mesh.clusters.length]!;
  const [near, neighbour] = [0, 1].map((n) => pick(at).nodes[(n + at) % 2]!);
  return {
    mesh,
    near: near!,
    neighbour: neighbour!,
    far: pick(at + 1).nodes[(at + 1) % 2]!,
    third: pick(at + 2).nodes[at % 2]!,
  };
}

/** Resolves when all that each of these clients subscribed to is known where each other is. */
export async function allReached(clients: readonly NatsConnection[]): Promise<void> {
  await Promise.all(
    clients.flatMap((one) =>
      clients.filter((other) => other !== one).map((other) => reached(one, other)),
    ),
  );
  // Clients of one server need not be told of each other, but have to be heard.
  await Promise.all(clients.map((client) => client.flush()));
}

/** Numbers that messages carried, in the order of all together. */
export function sorted(inboxes: readonly Inbox[]): number[] {
  return inboxes.flatMap(({ texts }) => texts.map(Number)).sort((a, b) => a - b);
}

export function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** Publishes `from` to `from + count - 1`, and waits for the server now and then. */
export async function publishNumbers(
  client: NatsConnection,
  subject: string,
  count: number,
  from = 0,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    client.publish(subject, String(from + i));
    if (i % 500 === 499) await client.flush();
  }
}
