/**
 * Reloads of the cluster. As in nats-server, its options come into force in three parts: most of them
 * with the line about the cluster, routes with their own line, and what makes routes anew when all
 * other options are in force.
 */

import {
  configuredClusterName,
  type EffectiveCluster,
  effectiveCluster,
} from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import { renameCluster } from "../cluster-name.ts";
import { namedStep, type Reloading, type Step } from "./reload-step.ts";

/** A running cluster, as a reload sees it. */
export interface ReloadableCluster {
  /** Takes over other options. Resolves when the other servers know of them, or take too long. */
  reconfigure(settings: EffectiveCluster): Promise<void>;
}

export const CLUSTER_STEP: Step = {
  value: given,
  lines: () => ["Reloaded: cluster"],
  async apply(reloading) {
    const { server, to } = reloading;
    const name = configuredClusterName(to);
    // Without a port there is nothing but the name. A server whose name is taken away keeps it.
    if (server.cluster === null && name !== "") renameCluster(server, name);
    await reconfigure(reloading, (from, to) => ({ ...to, ...last(from), routes: from.routes }));
  },
};

/** Routes come after the files. */
export const ROUTE_STEPS: readonly Step[] = [
  {
    ...namedStep(routes, "Reloaded: cluster routes"),
    apply: (reloading) => reconfigure(reloading, (from, to) => ({ ...to, ...last(from) })),
  },
];

/** What waits until the other steps are done. */
export async function finishCluster(reloading: Reloading): Promise<void> {
  await reconfigure(reloading, (_, to) => to);
}

async function reconfigure(
  { server, from, to }: Reloading,
  part: (from: EffectiveCluster, to: EffectiveCluster) => EffectiveCluster,
): Promise<void> {
  const [before, after] = [effectiveCluster(from), effectiveCluster(to)];
  if (before !== null && after !== null) await server.cluster?.reconfigure(part(before, after));
}

function last({ authorization, permissions, poolSize, accounts }: EffectiveCluster) {
  return { authorization, permissions, poolSize, accounts };
}

/** Their order means nothing. */
function routes({ cluster }: Readonly<Options>): string[] {
  return cluster?.routes.toSorted() ?? [];
}

/** All of the block but its routes. What is given as it would be without being given is the same. */
function given(options: Readonly<Options>): unknown {
  const { cluster } = options;
  if (cluster === null) return null;
  const { pingIntervalMs, pingMax, writeDeadlineMs } = cluster;
  const inForce = effectiveCluster(options) ?? cluster;
  return { ...inForce, routes: [], pingIntervalMs, pingMax, writeDeadlineMs };
}
