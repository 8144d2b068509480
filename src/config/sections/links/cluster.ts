/** The `cluster` block: routes to the other servers of the cluster. */

import { type ClusterOptions, DEFAULT_CLUSTER } from "../../options/cluster.ts";
import type { Options } from "../../options/options.ts";
import { goValue } from "../../schema/go-value.ts";
import { block, type Field, type FieldRow, Section } from "../../schema/section.ts";
import { checked, duration, flag, integer, nameOf, texts } from "../../schema/value-type.ts";
import { linkAuthorizationField } from "../access/authorization.ts";
import {
  clusterPermissionFault,
  clusterPermissions,
  PERMISSIONS,
  permissions,
} from "../access/permissions.ts";
import { compressionField } from "./compression.ts";
import { linkListenerFields } from "./link-listener.ts";
import { urlList } from "./urls.ts";

const PING_INTERVAL_MS_MAX = 30_000;

const pingInterval = checked(duration("ping_interval"), (value, node, reader) => {
  if (value > PING_INTERVAL_MS_MAX) {
    const problem = "will reset to 30s which is the max for routes";
    reader.warning(node, `Cluster 'ping_interval' ${problem}`);
  }
  return value;
});

const permissionsRow: Field<ClusterOptions> = {
  names: ["permissions"],
  about: "Subjects whose messages are taken from, and given to, the other servers",
  reload: "live",
  to: "permissions",
  type: permissions.name,
  section: PERMISSIONS as Section<never>,
  read(node, cluster, reader) {
    if (node.kind !== "map") {
      const problem = `Expected permissions to be a map/struct, got ${goValue(node)}`;
      return reader.errorWithoutPlace(node, problem);
    }
    const value = permissions.read(node, reader);
    if (value === undefined) return;
    if (value.responses !== null) {
      return reader.error(node, "Cluster permissions do not support dynamic responses");
    }
    const fault = clusterPermissionFault(value);
    if (fault !== null) return reader.error(node, fault);
    cluster.permissions = clusterPermissions(value);
  },
};

const routing: readonly FieldRow<ClusterOptions>[] = [
  {
    names: ["routes"],
    about: "URLs of other servers of the cluster",
    reload: "live",
    to: "routes",
    type: urlList("route"),
  },
  {
    names: ["no_advertise"],
    about: "Tell clients nothing of the other servers",
    reload: "live",
    to: "noAdvertise",
    type: flag,
  },
  {
    names: ["connect_retries"],
    about: "How often a server is dialled again that others have told of",
    reload: "live",
    to: "connectRetries",
    type: integer,
  },
  {
    names: ["connect_backoff"],
    about: "Wait longer after each failed connect",
    reload: "live",
    to: "connectBackoff",
    type: flag,
  },
  {
    names: ["pool_size"],
    about: "Connections to each server: 0 for three, -1 for one that all accounts share",
    reload: "live",
    to: "poolSize",
    type: integer,
  },
  {
    names: ["accounts"],
    about: "Accounts that have connections of their own",
    reload: "live",
    to: "accounts",
    type: texts("accounts"),
  },
  compressionField("s2_fast"),
  {
    names: ["ping_interval"],
    about: "Time between PINGs to another server",
    reload: "live",
    to: "pingIntervalMs",
    type: pingInterval,
  },
  {
    names: ["ping_max"],
    about: "PINGs without an answer after which a route is closed",
    reload: "live",
    to: "pingMax",
    type: integer,
  },
];

const CLUSTER = new Section<ClusterOptions>("cluster", [
  {
    names: ["name"],
    about: "Name of the cluster, the same on all its servers",
    reload: "live",
    to: "name",
    type: nameOf("cluster"),
  },
  ...linkListenerFields({
    others: "routes",
    advertise: ["cluster_advertise", "advertise"],
    reload: "live",
    checksKnownUrls: true,
  }),
  linkAuthorizationField("Cluster"),
  permissionsRow,
  ...routing,
]);

export const clusterFields: readonly FieldRow<Options>[] = [
  block<Options, "cluster">(
    {
      names: ["cluster"],
      about: "Servers that work as one",
      reload: "restart",
      needs: "clustering",
      to: "cluster",
    },
    CLUSTER,
    createCluster,
    (got) => `Expected map to define cluster, got ${got}`,
  ),
];

function createCluster(): ClusterOptions {
  return structuredClone(DEFAULT_CLUSTER);
}
