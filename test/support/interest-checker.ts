/**
 * Compares what the nodes of a cluster know of each other's interest with what is true.
 *
 * The truth of a node are its own subscriptions (`/subsz`); what others know of it they tell in
 * `/routez`. Both come by monitoring, which costs the cluster nothing and changes nothing.
 */

export interface CheckedNode {
  readonly name: string;
  /** As `http://127.0.0.1:8222`. */
  readonly monitorUrl: string;
}

export interface CheckOptions {
  /** Connections that each node has to each other one; default: a pool of 3, and one for `$SYS`. */
  readonly connections?: number;
  readonly deadlineMs?: number;
}

/** Subscriptions by `account subject` or `account subject queue`, and how many there are of each. */
export type Interest = Map<string, number>;

/** What a node says of itself and of those that it is connected to. */
interface View {
  readonly id: string;
  readonly truth: Interest;
  /** By the id of the other node. */
  readonly peers: Map<string, PeerView>;
}

interface PeerView {
  readonly name: string;
  connections: number;
  readonly interest: Interest;
}

interface SubscriptionDetail {
  readonly account: string;
  readonly subject: string;
  readonly qgroup?: string;
  readonly sid: string;
}

interface RouteDetail {
  readonly remote_id: string;
  readonly remote_name?: string;
  readonly account?: string;
  readonly subscriptions_list_detail?: readonly SubscriptionDetail[];
}

const SUBSCRIPTIONS_MAX = 10_000_000;
const CONNECTIONS = 4;
const DEADLINE_MS = 10_000;
const POLL_MS = 50;
const FETCH_MS = 5_000;
/** Differences that are shown; the rest is counted. */
const SHOWN_MAX = 20;
const SYSTEM_PREFIX = "$SYS.";
/** Of the system account; whether others are told of these depends on the version. */
const UNCERTAIN = new Set(
  ["DEBUG.SUBSCRIBERS", "REQ.USER.INFO", "REQ.USER.*.INFO"].map((end) => `$SYS $SYS.${end}`),
);

/** Waits until every node knows all others, and of each exactly the interest that it has. */
export async function untilInterestIsTrue(
  nodes: readonly CheckedNode[],
  { connections = CONNECTIONS, deadlineMs = DEADLINE_MS }: CheckOptions = {},
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const differences = await interestDifferences(nodes, connections);
    if (differences.length === 0) return;
    if (performance.now() > deadline) {
      const shown = differences.slice(0, SHOWN_MAX).join("\n");
      const count = differences.length;
      throw new Error(`${count} differences of interest after ${deadlineMs} ms:\n${shown}`);
    }
    await Bun.sleep(POLL_MS);
  }
}

/** A sentence for each difference; none when all is well. */
export async function interestDifferences(
  nodes: readonly CheckedNode[],
  connections = CONNECTIONS,
): Promise<string[]> {
  const views = await Promise.all(nodes.map(viewOf));
  const differences: string[] = [];
  for (const [at, view] of views.entries()) {
    const { name } = nodes[at]!;
    if (typeof view === "string") {
      differences.push(`${name} does not answer: ${view}`);
      continue;
    }
    for (const [otherAt, other] of views.entries()) {
      if (otherAt === at || typeof other === "string") continue;
      const of = `${name} of ${nodes[otherAt]!.name}`;
      comparePeer(of, view.peers.get(other.id), other.truth, connections, differences);
      view.peers.delete(other.id);
    }
    for (const [id, peer] of view.peers) {
      differences.push(`${name} has routes to a stranger: ${peer.name} ${id}`);
    }
  }
  return differences;
}

/** A node's own subscriptions, as the others should know them. */
export async function localInterest({ monitorUrl }: CheckedNode): Promise<Interest> {
  const path = `/subsz?subs=1&limit=${SUBSCRIPTIONS_MAX}`;
  const page = (await readMonitoring(monitorUrl, path)) as {
    subscriptions_list?: readonly SubscriptionDetail[];
  };
  const interest: Interest = new Map();
  for (const { account, subject, qgroup } of page.subscriptions_list ?? []) {
    // What every server answers for its own clients is not told to others.
    if (account !== "$SYS" && subject.startsWith(SYSTEM_PREFIX)) continue;
    count(interest, qgroup ? `${account} ${subject} ${qgroup}` : `${account} ${subject}`);
  }
  return interest;
}

async function viewOf(node: CheckedNode): Promise<View | string> {
  try {
    const [truth, routez] = await Promise.all([
      localInterest(node),
      readMonitoring(node.monitorUrl, "/routez?subs=detail"),
    ]);
    const { server_id, routes } = routez as { server_id: string; routes: RouteDetail[] };
    const peers = new Map<string, PeerView>();
    for (const route of routes) {
      let peer = peers.get(route.remote_id);
      if (peer === undefined) {
        peer = { name: route.remote_name ?? "", connections: 0, interest: new Map() };
        peers.set(route.remote_id, peer);
      }
      peer.connections++;
      for (const { sid } of route.subscriptions_list_detail ?? []) {
        // R for interest of clients, L for that of leaf nodes; the account only where it is not clear.
        const key = sid.slice(2);
        count(peer.interest, route.account ? `${route.account} ${key}` : key);
      }
    }
    return { id: server_id, truth, peers };
  } catch (error) {
    return (error as Error).message;
  }
}

function comparePeer(
  of: string,
  peer: PeerView | undefined,
  truth: Interest,
  connections: number,
  differences: string[],
): void {
  if (peer === undefined) {
    differences.push(`${of}: no route`);
    return;
  }
  if (peer.connections !== connections) {
    differences.push(`${of}: ${peer.connections} connections instead of ${connections}`);
  }
  for (const key of truth.keys()) {
    if (!peer.interest.has(key)) differences.push(`${of}: does not know ${key}`);
  }
  for (const [key, times] of peer.interest) {
    if (!truth.has(key)) differences.push(`${of}: still has ${key}`);
    // Interest on two connections is answered with two messages.
    else if (times > 1) differences.push(`${of}: has ${key} ${times} times`);
  }
}

/** Notes one more subscription, or some. */
export function count(interest: Interest, key: string, times = 1): void {
  if (UNCERTAIN.has(key)) return;
  interest.set(key, (interest.get(key) ?? 0) + times);
}

/** A page as JSON. */
export async function readMonitoring(url: string, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    signal: AbortSignal.timeout(FETCH_MS),
    headers: { connection: "close" },
  });
  return response.json();
}
