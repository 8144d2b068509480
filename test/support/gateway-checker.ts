/**
 * Compares what the servers of a supercluster know of the other clusters' interest with what is true.
 *
 * The truth of a cluster are the subscriptions of its servers (`/subsz`); what others know of it they
 * tell in `/gatewayz`, for each account of each outbound connection.
 */

import {
  type CheckedNode,
  count,
  type Interest,
  localInterest,
  readMonitoring,
} from "./interest-checker.ts";

export interface CheckedCluster {
  readonly name: string;
  /** Those that run. */
  readonly nodes: readonly CheckedNode[];
}

interface AccountView {
  readonly name: string;
  readonly interest_mode: string;
  readonly subscriptions_list_detail?: readonly {
    readonly subject: string;
    readonly qgroup?: string;
  }[];
}

interface GatewayzView {
  readonly outbound_gateways: Readonly<
    Record<string, { readonly accounts?: readonly AccountView[] }>
  >;
}

/** A sentence for each difference; none when all is well. */
export async function gatewayDifferences(clusters: readonly CheckedCluster[]): Promise<string[]> {
  const truths = new Map<string, Interest>();
  const read = clusters.map(async ({ name, nodes }) => truths.set(name, await interestOf(nodes)));
  const views = clusters.flatMap(({ name, nodes }) =>
    nodes.map(async (node) => ({ own: name, node, view: await viewOf(node) })),
  );
  await Promise.all(read);
  const differences: string[] = [];
  for (const { own, node, view } of await Promise.all(views)) {
    for (const [name, truth] of truths) {
      if (name === own) continue;
      const accounts = view.outbound_gateways[name]?.accounts;
      compare(`${node.name} of ${name}`, accounts ?? [], truth, differences);
    }
  }
  return differences;
}

/** What the servers of a cluster want together. */
async function interestOf(nodes: readonly CheckedNode[]): Promise<Interest> {
  const interest: Interest = new Map();
  for (const own of await Promise.all(nodes.map(localInterest))) {
    for (const key of own.keys()) interest.set(key, 1);
  }
  return interest;
}

async function viewOf({ monitorUrl }: CheckedNode): Promise<GatewayzView> {
  return (await readMonitoring(monitorUrl, "/gatewayz?accs=1&subs=detail")) as GatewayzView;
}

function compare(
  of: string,
  accounts: readonly AccountView[],
  truth: Interest,
  differences: string[],
): void {
  const known: Interest = new Map();
  for (const { name, interest_mode, subscriptions_list_detail: list = [] } of accounts) {
    if (interest_mode !== "Interest-Only") differences.push(`${of}: ${name} is ${interest_mode}`);
    for (const { subject, qgroup } of list) {
      count(known, qgroup ? `${name} ${subject} ${qgroup}` : `${name} ${subject}`);
    }
  }
  for (const key of truth.keys()) {
    if (!known.has(key)) differences.push(`${of}: does not know ${key}`);
  }
  for (const [key, times] of known) {
    if (!truth.has(key)) differences.push(`${of}: still has ${key}`);
    else if (times > 1) differences.push(`${of}: has ${key} ${times} times`);
  }
}
