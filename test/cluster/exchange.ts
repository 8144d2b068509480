/** Traffic between all nodes in all accounts: everything arrives once, in order and unchanged. */

import { expect } from "bun:test";
import type { MeshNode, NodeClient } from "../support/mesh-node.ts";
import { Inbox, join, reached, unique } from "./scene.ts";

const COUNT = 60;

interface Nodes {
  readonly nodes: readonly MeshNode[];
}

/** Small ones, one that compresses well, and one that does not. */
const PAYLOADS: readonly Buffer[] = [
  Buffer.from("small"),
  Buffer.alloc(0),
  Buffer.from("the same words again and again; ".repeat(3_000)),
  Buffer.from(Array.from({ length: 70_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24)),
];

function payload(index: number): Buffer {
  return Buffer.concat([Buffer.from(`${index}:`), PAYLOADS[index % PAYLOADS.length]!]);
}

/** @throws what went wrong between which nodes. */
export async function exchange(
  mesh: Nodes,
  accounts: readonly string[],
  count = COUNT,
): Promise<void> {
  for (const account of accounts) await exchangeIn(mesh, account, count);
}

async function exchangeIn(mesh: Nodes, account: string, count: number): Promise<void> {
  const clients = new Map<MeshNode, NodeClient>();
  for (const node of mesh.nodes) clients.set(node, await join(node, account));
  const subject = unique("exchange.");
  const inboxes = mesh.nodes.map((node) => Inbox.on(clients.get(node)!, `${subject}.*`));
  const pairs = mesh.nodes.flatMap((from) =>
    mesh.nodes.filter((to) => to !== from).map((to) => ({ from, to })),
  );
  for (const { from, to } of pairs) {
    try {
      await reached(clients.get(from)!, clients.get(to)!);
    } catch (error) {
      const way = `account ${account}, ${from.name} to ${to.name}`;
      throw new Error(`${way}: ${(error as Error).message}`);
    }
  }
  for (let i = 0; i < count; i++) {
    for (const [node, client] of clients) client.publish(`${subject}.${node.name}`, payload(i));
  }
  for (const { from, to } of pairs) await reached(clients.get(from)!, clients.get(to)!);
  for (const client of clients.values()) await client.flush();
  for (const [index, { messages }] of inboxes.entries()) {
    for (const { name } of mesh.nodes) {
      const got = messages.filter((message) => message.subject === `${subject}.${name}`);
      const way = `account ${account}, ${name} to ${mesh.nodes[index]!.name}`;
      const wrong = got.findIndex((message, i) => !payload(i).equals(message.data));
      expect([way, got.length, wrong]).toEqual([way, count, -1]);
    }
  }
  for (const client of clients.values()) await client.close();
}
