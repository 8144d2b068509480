/** Routes and gateways. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import { CLUSTER_NAME_IS_RESERVED, RESERVED_CLUSTER_NAME } from "../options/cluster-name.ts";
import { routedAccounts } from "../options/effective-cluster.ts";
import type { Options } from "../options/options.ts";
import { compressionFaults } from "./compression.ts";

export function* gatewayFaults({ gateway }: Options): Iterable<string> {
  if (gateway === null || (gateway.name === "" && gateway.port === 0)) return;
  const { name, port, gateways } = gateway;
  if (name === "") yield "gateway has no name";
  else if (name.includes(" ")) yield "gateway name cannot contain spaces";
  if (port === 0) {
    yield `gateway ${goQuoteText(name)} has no port specified (select -1 for random port)`;
  }
  for (const [index, remote] of gateways.entries()) {
    if (remote.name === "") yield `gateway in the list ${index} has no name`;
    else if (remote.urls.length === 0) yield `gateway ${goQuoteText(remote.name)} has no URL`;
  }
}

export function* clusterFaults(options: Options): Iterable<string> {
  const { cluster, gateway } = options;
  if (cluster === null) return;
  const { name, accounts, poolSize } = cluster;
  if (name.includes(" ")) yield "cluster name cannot contain spaces";
  if (name === RESERVED_CLUSTER_NAME) yield CLUSTER_NAME_IS_RESERVED;
  yield* compressionFaults(cluster.compression, "s2_fast");
  const gatewayName = gateway?.name ?? "";
  if (gatewayName !== "" && name !== "" && gatewayName !== name) {
    yield "cluster name conflicts between cluster and gateway definitions";
  }
  if (accounts.length === 0) return;
  if (poolSize < 0) yield "pool_size cannot be negative if pinned accounts are specified";
  const twice = firstDuplicate(accounts);
  if (twice !== undefined) {
    const list = routedAccounts(options, cluster).map(goQuoteText).join(" ");
    yield `found duplicate account name ${goQuoteText(twice)} in pinned accounts list [${list}]`;
  }
}

function firstDuplicate(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
