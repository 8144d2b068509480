/** What a node of a test's cluster is to be, and the configuration file that makes it so. */

import { type GatewayWish, gatewayText, type RemoteText } from "./gateway-config.ts";

/** `ours` is the executable that NATS_SERVER_BINARY names or the sources, `embedded` is this process. */
export type NodeKind = "ours" | "embedded" | "2.15.1" | "2.10.27";

export interface NodeWish {
  readonly kind: NodeKind;
  /** Server name; a letter by default. Null leaves it out, so that the server's id is its name. */
  readonly name?: string | null;
  /** Null leaves it out, so that it is made up. */
  readonly clusterName?: string | null;
  /** Names of nodes, or URLs; the first node (the seed) unless told. */
  readonly routes?: readonly string[];
  /** `user:password` of routes that are given by name. */
  readonly routeLogin?: string;
  /** 3 unless told, -1 without pooling. */
  readonly poolSize?: number;
  readonly pinnedAccounts?: readonly string[];
  /** More lines of the cluster block. */
  readonly cluster?: string;
  /** More lines of the top level. */
  readonly config?: string;
  readonly debug?: boolean;
  /** A fixed port of routes, where something else has to know it before. */
  readonly clusterPort?: number;
  /** A server on its own, with gateways only. */
  readonly hasNoCluster?: boolean;
  readonly gateway?: GatewayWish;
}

export interface NodePorts {
  readonly client: number;
  readonly cluster: number;
  readonly monitor: number;
  /** Used when the wish has gateways. */
  readonly gateway: number;
}

export const DEFAULT_POOL = 3;

/** Where the wishes of a node lead to. */
export interface NodeLinks {
  /** URLs. */
  readonly routes: readonly string[];
  readonly remotes: readonly RemoteText[];
}

export function configText(
  name: string | null,
  ports: NodePorts,
  wish: NodeWish,
  { routes, remotes }: NodeLinks,
): string {
  const { clusterName = "mesh", poolSize, pinnedAccounts = [] } = wish;
  const cluster = [
    clusterName === null ? "" : `name: ${JSON.stringify(clusterName)}`,
    `listen: "127.0.0.1:${ports.cluster}"`,
    poolSize === undefined ? "" : `pool_size: ${poolSize}`,
    pinnedAccounts.length === 0 ? "" : `accounts: ${JSON.stringify(pinnedAccounts)}`,
    routes.length === 0 ? "" : `routes: ${JSON.stringify(routes)}`,
    wish.cluster ?? "",
  ];
  const lines = [
    name === null ? "" : `server_name: ${JSON.stringify(name)}`,
    `listen: "127.0.0.1:${ports.client}"`,
    `http: "127.0.0.1:${ports.monitor}"`,
    wish.debug === true ? "debug: true" : "",
    wish.config ?? "",
    ...(wish.hasNoCluster === true ? [] : ["cluster {", ...cluster.map(indented), "}"]),
    ...(wish.gateway === undefined ? [] : gatewayText(ports.gateway, wish.gateway, remotes)),
  ];
  return `${lines.filter((line) => line.trim() !== "").join("\n")}\n`;
}

function indented(line: string): string {
  return `  ${line}`;
}

/** How many connections two nodes have with each other once the mesh is whole. */
export function routesBetween(one: NodeWish, other: NodeWish): number {
  const sizes = [one.poolSize ?? DEFAULT_POOL, other.poolSize ?? DEFAULT_POOL];
  if (Math.min(...sizes) < 0) return 1;
  const theirs = other.pinnedAccounts ?? [];
  const pinned = (one.pinnedAccounts ?? []).filter((name) => theirs.includes(name));
  // The system account always has one of its own.
  return Math.max(...sizes.map((size) => size || DEFAULT_POOL)) + pinned.length + 1;
}
