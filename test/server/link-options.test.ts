/** Options of the server that are others for connections to other servers. */

import { expect, test } from "bun:test";
import { DEFAULT_CLUSTER } from "../../src/config/options/cluster.ts";
import { effectiveCluster } from "../../src/config/options/effective-cluster.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import { LinkOptions } from "../../src/server/links/link-options.ts";

const MIB = 1024 * 1024;

test.each([
  [1 * MIB, 64 * MIB],
  [128 * MIB, 128 * MIB],
])("what may wait for clients, %p bytes, is not too little for servers", (given, wanted) => {
  const options = resolveOptions({
    maxPending: given,
    cluster: { ...DEFAULT_CLUSTER, port: -1, name: "C1" },
  });
  expect(new LinkOptions(options, effectiveCluster(options)!).maxPending).toBe(wanted);
});
