/** Options that are to keep people out, and that are not there yet: who has them is told which. */

import { expect, test } from "bun:test";
import { DEFAULT_CLUSTER, DEFAULT_GATEWAY } from "../../src/config/options/cluster.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import { DEFAULT_TLS } from "../../src/config/options/tls.ts";
import { unenforced } from "../../src/config/unenforced.ts";

const tls = { ...DEFAULT_TLS, certStore: "WindowsCurrentUser" };

test("certificates of a store are named wherever they may stand", () => {
  const remote = { urls: ["nats://b:1"], tls };
  const options = resolveOptions({
    tls,
    cluster: { ...DEFAULT_CLUSTER, tls },
    gateway: {
      ...DEFAULT_GATEWAY,
      tls,
      gateways: [
        { name: "B", ...remote },
        { name: "C", ...remote, tls: DEFAULT_TLS },
      ],
    },
  });
  expect(unenforced(options)).toEqual([
    "cert_store",
    "cluster.tls.cert_store",
    "gateway.tls.cert_store",
    "gateway.gateways.B.tls.cert_store",
  ]);
  expect(unenforced(resolveOptions({}))).toEqual([]);
});
