/** What a server tells about itself from its beginning on. Some of it changes with what it is given. */

import type { ServerKeys } from "../auth/server-keys.ts";
import type { Options } from "../config/options/options.ts";
import { NO_TLS, type ServerInfo } from "../protocol/info.ts";
import { firstClusterName } from "./cluster-name.ts";

export function firstInfo(options: Readonly<Options>, { id, xkey }: ServerKeys): ServerInfo {
  return {
    id,
    name: options.serverName || id,
    host: options.host,
    port: options.port,
    headers: !options.noHeaderSupport,
    cluster: firstClusterName(options),
    connectUrls: [],
    authRequired: false,
    tls: NO_TLS,
    maxPayload: options.maxPayload,
    xkey,
    runtime: `bun${Bun.version}`,
  };
}
