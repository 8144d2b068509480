/** Options of the cluster as its routes need them. */

import { PermissionSet } from "../core/permissions/permission-set.ts";
import type { RouteSettings } from "../kinds/route/route-host.ts";
import type { ClusterState } from "./cluster-state.ts";

export function routeSettings({ host, name, settings }: ClusterState): RouteSettings {
  const { permissions, authorization, authTimeoutMs, tls, compression, poolSize } = settings;
  return {
    clusterName: name.text,
    isClusterNameDynamic: name.isDynamic,
    authorization,
    admitsCertificate: host.admitsCertificate,
    authTimeoutMs,
    hasTls: tls !== null,
    permissions: permissions === null ? null : PermissionSet.compile(permissions),
    compression,
    poolSize,
    noHeaderSupport: host.options.noHeaderSupport,
  };
}
