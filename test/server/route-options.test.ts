/** Options of the server that are others for routes. */

import { expect, test } from "bun:test";
import { DEFAULT_CLUSTER } from "../../src/config/options/cluster.ts";
import { effectiveCluster } from "../../src/config/options/effective-cluster.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import { RouteOptions } from "../../src/server/routing/route-options.ts";

const MIB = 1024 * 1024;

test.each([
  [1 * MIB, 64 * MIB],
  [128 * MIB, 128 * MIB],
])("what may wait for clients, %p bytes, is not too little for servers", (given, wanted) => {
  const options = resolveOptions({
    maxPending: given,
    cluster: { ...DEFAULT_CLUSTER, port: -1, name: "C1" },
  });
  expect(new RouteOptions(options, effectiveCluster(options)!).maxPending).toBe(wanted);
});
