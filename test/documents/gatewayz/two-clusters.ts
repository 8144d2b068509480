/** Two clusters of one server each, and what their documents say after the same traffic. */

import { encodeGo } from "../../../src/documents/go-document.ts";
import type { NodeKind } from "../../support/mesh-config.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { Supercluster } from "../../support/supercluster.ts";
import { eventually } from "../../support/until.ts";
import type { Json, JsonObject } from "../pair.ts";

const ACCOUNTS = `
accounts {
  X { users: [{user: x, password: x}] }
  Y { users: [{user: y, password: y}] }
  SYS { users: [{user: s, password: s}] }
}
system_account: SYS`;

/** Two kinds: that of cluster A, which dials B, and that of B. */
export type Pair = readonly [NodeKind, NodeKind];

/** Pages of either server; the name of a cluster stands for the other one's. */
const PAGES = [
  "gatewayz",
  "gatewayz?accs=1",
  "gatewayz?accs=1&subs=1",
  "gatewayz?accs=1&subs=detail",
  "gatewayz?subs=1",
  "gatewayz?acc_name=X&subs=1",
  "gatewayz?acc_name=X&subs=detail&gw_name=OTHER",
  "gatewayz?acc_name=none",
  "gatewayz?gw_name=OTHER",
  "gatewayz?gw_name=none&accs=1",
];
/** Bodies of the service. */
const BODIES = [
  {},
  { name: "OTHER", account_name: "Y" },
  { account_name: "X", subscriptions: true, subscriptions_detail: true },
  { account_name: "X", subscriptions_detail: true },
  { name: "none" },
];
/** What is different each time stands for its type only. */
const VOLATILE = new Set([
  ...["now", "start", "last_activity", "rtt", "uptime", "idle", "cid", "gwid", "seq", "time"],
  ...["in_msgs", "out_msgs", "in_bytes", "out_bytes", "pending_bytes", "ver", "feature_flags"],
  "tls_cipher_suite",
]);

/**
 * @param tls a block for gateways.
 * @returns the documents of both servers, by question, in a form that can be compared.
 */
export async function documentsOf(pair: Pair, tls: string): Promise<Map<string, string>> {
  await using clusters = await startPair(pair, tls);
  return await clusters.explained(async () => {
    const { nodes } = clusters;
    const [near, far] = nodes as [MeshNode, MeshNode];
    await using _subscribers = await subscribe(far, near);
    await exchange(near, far);
    const found = new Map<string, string>();
    const known = await namesFor(nodes);
    const add = (node: MeshNode, question: string, document: Json): void => {
      found.set(`${node.name} ${question}`, comparable(document, known));
    };
    const ends = [
      [near, "B"],
      [far, "A"],
    ] as const;
    for (const [node, other] of ends) {
      for (const page of PAGES) add(node, page, await read(node, page.replace("OTHER", other)));
      add(node, "varz", gatewayOf(await read(node, "varz")));
      add(node, "accounts", await traffic(node));
    }
    // Whoever asks has something to be answered by, for which there is interest as well.
    for (const [node, other] of ends) {
      for (const body of BODIES) {
        const text = JSON.stringify(body);
        const answer = await ask(node, "GATEWAYZ", text.replace("OTHER", other));
        add(node, `GATEWAYZ ${text}`, withoutInterest(answer));
      }
      const { statsz } = (await ask(node, "STATSZ", "")) as { statsz: JsonObject };
      const gateways = withoutCounts(statsz.gateways!);
      add(node, "STATSZ", { keys: Object.keys(statsz), gateways });
    }
    return found;
  });
}

function startPair([near, far]: Pair, lines: string): Promise<Supercluster> {
  const z = { name: "Z", urls: ["nats://u:p@127.0.0.1:1"] };
  const own = { name: "A", urls: ["nats://127.0.0.1:2"] };
  return Supercluster.prepare([
    { name: "A", nodes: [near], remotes: ["B", z, own], config: ACCOUNTS, lines },
    { name: "B", nodes: [far], config: ACCOUNTS, lines },
  ]).then(async (clusters) => {
    try {
      await clusters.startAll();
      await eventually("outbounds", () => hasOutbounds(clusters.nodes));
    } catch (error) {
      await clusters[Symbol.asyncDispose]();
      throw error;
    }
    return clusters;
  });
}

async function hasOutbounds(nodes: readonly MeshNode[]): Promise<boolean> {
  const all = await Promise.all(nodes.map((node) => node.gatewayz()));
  return all.every((each) => Object.keys(each.outbound_gateways).length === 1);
}

/** Clients of B want something in X, and nobody in Y. */
async function subscribe(far: MeshNode, near: MeshNode) {
  const client = await far.connect({ user: "x", pass: "x" });
  for (const subject of ["plain.*", "plain.one", "all.>"]) client.subscribe(subject);
  for (const queue of ["q1", "q1", "q2"]) client.subscribe("shared", { queue });
  client.subscribe("ask", { callback: (_error, message) => void message.respond("answer") });
  await client.flush();
  await eventually("all is told", async () => (await interestIn(near, "B")) === 6);
  return client;
}

/** How much another cluster wants in X; undefined for nothing. */
async function interestIn(node: MeshNode, cluster: string): Promise<number | undefined> {
  const { outbound_gateways } = (await read(node, "gatewayz?acc_name=X")) as {
    outbound_gateways: Record<string, { accounts?: { num_subs?: number }[] }>;
  };
  return outbound_gateways[cluster]!.accounts?.[0]?.num_subs;
}

/** The same messages each time, so that an account's numbers are the same. */
async function exchange(near: MeshNode, far: MeshNode): Promise<void> {
  await using here = await near.connect({ user: "x", pass: "x" });
  for (let i = 0; i < 3; i++) here.publish("plain.one", "0123456789");
  for (let i = 0; i < 2; i++) here.publish("shared", "0123");
  here.publish("nobody", "wants this");
  const answer = await here.request("ask", "question", { timeout: 5000 });
  if (answer.string() !== "answer") throw new Error(`the answer is ${answer.string()}`);
  await here.close();
  // Answers to reply subjects that have told where they belong are not counted.
  await eventually("all is counted", async () => {
    const isCounted = (await hasReceived(far, 6)) && (await hasReceived(near, 0));
    return isCounted && (await interestIn(far, "A")) === undefined;
  });
}

/** Older servers do not tell how much has come from where. */
async function hasReceived(node: MeshNode, count: number): Promise<boolean> {
  const [x] = (await traffic(node)) as { received: { gateways?: { msgs: number } } }[];
  return x!.received.gateways === undefined || x!.received.gateways.msgs === count;
}

/** Of X, then of Y. */
async function traffic(node: MeshNode): Promise<Json> {
  const stats = await read(node, "accstatz?unused=1");
  const list = (stats as { account_statz: JsonObject[] }).account_statz;
  return ["X", "Y"].map((name) => {
    const { sent, received } = list.find(({ acc }) => acc === name)!;
    return { sent: sent!, received: received! };
  });
}

/** The part about gateways, and names of all others. */
function gatewayOf(varz: Json): Json {
  const { gateway, ...rest } = varz as JsonObject;
  const { slow_consumer_stats, stale_connection_stats, in_client_msgs, out_client_msgs } = rest;
  const totals = [slow_consumer_stats, stale_connection_stats, in_client_msgs, out_client_msgs];
  return { gateway: gateway!, totals: totals as Json[] };
}

function withoutInterest(answer: Json): Json {
  return JSON.parse(JSON.stringify(answer).replace(/"subscriptions":\d+/g, '"subscriptions":0'));
}

/** Messages of the system account are as many as time has passed. */
function withoutCounts(gateways: Json): Json {
  return (gateways as JsonObject[]).map(({ sent, received, ...rest }) => {
    return { ...rest, sent: Object.keys(sent!), received: Object.keys(received!) };
  });
}

/** A page, laid out as Go does. */
async function read(node: MeshNode, page: string): Promise<Json> {
  const text = await (await fetch(`http://127.0.0.1:${node.ports.monitor}/${page}`)).text();
  const document = JSON.parse(text) as Json;
  if (text !== encodeGo(document, "  ").toString()) throw new Error(`layout of ${page}:\n${text}`);
  return document;
}

async function ask(node: MeshNode, service: string, body: string): Promise<Json> {
  await using client = await node.connect({ user: "s", pass: "s" });
  const { server_id } = await node.varz();
  return (await client.request(`$SYS.REQ.SERVER.${server_id}.${service}`, body)).json<Json>();
}

/** What stands for the ids and ports of nodes. */
async function namesFor(nodes: readonly MeshNode[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const node of nodes) {
    names.set((await node.varz()).server_id, `<${node.name}>`);
    for (const [what, port] of Object.entries(node.ports)) {
      names.set(String(port), `<${what} of ${node.name}>`);
    }
  }
  return names;
}

/** One value in a line, fields in their order; lists in that of their texts, as Go's are in none. */
function comparable(document: Json, names: ReadonlyMap<string, string>): string {
  let text = JSON.stringify(plain(document), null, 1);
  for (const [what, name] of names) text = text.replaceAll(what, name);
  // Of those who have dialled.
  return text.replace(/"port": \d+/g, '"port": 0');
}

function plain(value: Json, field = ""): Json {
  if (VOLATILE.has(field)) return typeof value;
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item));
    if (field === "keys") return items;
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, plain(member, name)]);
  return Object.fromEntries(members);
}
