/** A cluster as a program gives it: what it leaves out has the defaults of a file, on this machine. */

import { parseGoUrl } from "../../protocol/go-url.ts";
import type { SimpleAuth } from "./auth.ts";
import { type ClusterOptions, type Compression, DEFAULT_CLUSTER } from "./cluster.ts";

type Whole = "authorization" | "compression";

export interface GivenCluster extends Partial<Omit<ClusterOptions, Whole>> {
  /** What other servers have to say to come in. */
  readonly authorization?: Pick<SimpleAuth, "user" | "password"> | null;
  /** Such as `s2_fast`; `accept` unless it is given. */
  readonly compression?: string | Compression;
}

const NO_AUTH: SimpleAuth = { user: "", password: "", token: "", timeoutMs: 0 };

/** @throws Error for routes that are no URLs. */
export function wholeCluster(given: GivenCluster): ClusterOptions {
  const { authorization = null, compression = "", routes = [], ...others } = given;
  for (const route of routes) {
    // What stands in it may be a password.
    if (!isUrl(route)) throw new Error("cluster: a route is no URL of a server");
  }
  return {
    ...DEFAULT_CLUSTER,
    host: "127.0.0.1",
    port: -1,
    ...others,
    routes: [...routes],
    authorization: authorization === null ? null : { ...NO_AUTH, ...authorization },
    compression:
      typeof compression === "string" ? { mode: compression, rttThresholdsMs: [] } : compression,
  };
}

function isUrl(route: string): boolean {
  try {
    return parseGoUrl(route).host !== "";
  } catch {
    return false;
  }
}
