/** Servers that this one connects to as a leafnode. */

import { NkeyKind, seedKind } from "../../../protocol/nkeys.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../../language/node.ts";
import {
  DEFAULT_LEAF_REMOTE,
  type LeafnodesOptions,
  type LeafRemote,
} from "../../options/cluster.ts";
import { expandPath } from "../../schema/expand-path.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type FieldRow, type ReloadRule, Section } from "../../schema/section.ts";
import { duration, flag, text, type ValueType } from "../../schema/value-type.ts";
import { remoteIdentity, remoteName } from "../../validate/leafnodes.ts";
import { subjects } from "../access/permissions.ts";
import { tlsField } from "../tls/tls.ts";
import { compressionField } from "./compression.ts";
import { leafProxyField, proxyFault } from "./leaf-proxy.ts";
import { readUrl, readUrls } from "./urls.ts";

const BOTH_IDENTITIES = "Remote leafnode can not have both creds and nkey defined";

type FlagKey = {
  [Key in keyof LeafRemote]: LeafRemote[Key] extends boolean ? Key : never;
}[keyof LeafRemote];

function flagRow(
  names: readonly [string, ...string[]],
  to: FlagKey,
  about: string,
  reload: ReloadRule = "restart",
): FieldRow<LeafRemote> {
  return { names, about, reload, to, type: flag } as FieldRow<LeafRemote>;
}

/** A duration whose name in messages is as it is spelt in the file. */
const namedDuration: ValueType<number> = {
  name: "duration",
  read: (node, reader, key = "") => duration(key).read(node, reader, key),
};

function denyField(
  names: readonly [string, ...string[]],
  to: "denyExports" | "denyImports",
  about: string,
): Field<LeafRemote> {
  return {
    names,
    about,
    reload: "restart",
    to,
    type: subjects.name,
    read(node, remote, reader) {
      const list = subjects.read(node, reader);
      if (list !== undefined) remote[to] = list ?? [];
    },
  };
}

const urls: Field<LeafRemote> = {
  names: ["urls", "url"],
  about: "URLs of servers to connect to; one of them is chosen",
  reload: "restart",
  to: "urls",
  type: "URL or list of URLs",
  read(node, remote, reader) {
    if (node.kind === "array") remote.urls = readUrls(node, "leafnode", reader) ?? remote.urls;
    else if (node.kind === "string") {
      const url = readUrl(node, node.value, "leafnode", reader);
      if (url !== undefined) remote.urls = [...remote.urls, url];
    } else {
      const problem = "Expected remote leafnode url to be an array or string";
      reader.error(node, `${problem}, got ${goValue(node)}`);
    }
  },
};

const identity: readonly FieldRow<LeafRemote>[] = [
  {
    names: ["account", "local"],
    about: "Local account that the leafnode is bound to",
    reload: "restart",
    to: "account",
    type: text,
  },
  {
    names: ["credentials", "creds"],
    about: "File with the JWT and seed to connect with",
    reload: "restart",
    to: "credentials",
    type: text.name,
    read(node, remote, reader) {
      const value = text.read(node, reader);
      if (value === undefined) return;
      try {
        const path = expandPath(value, reader.environment);
        if (remote.nkey !== "") return reader.error(node, BOTH_IDENTITIES);
        remote.credentials = path;
      } catch (error) {
        reader.error(node, (error as Error).message);
      }
    },
  },
  {
    names: ["nkey", "seed"],
    about: "Seed of the user's key to connect with",
    reload: "restart",
    to: "nkey",
    type: text.name,
    read(node, remote, reader) {
      const value = text.read(node, reader);
      if (value === undefined) return;
      if (seedKind(value) !== NkeyKind.User) {
        // nats-server shows it, though it may be a seed with a slip of the pen.
        return reader.error(node, 'Remote leafnode nkey is not a valid seed: "[REDACTED]"');
      }
      if (remote.credentials !== "") return reader.error(node, BOTH_IDENTITIES);
      remote.nkey = value;
    },
  },
];

const migration: Field<LeafRemote> = {
  names: ["jetstream_cluster_migrate", "js_cluster_migrate"],
  about:
    "Leaders of streams leave this server while it is cut off: true, or a block with leader_migrate_delay",
  reload: "restart",
  to: "jetstreamClusterMigrate",
  also: ["jetstreamClusterMigrateDelayMs"],
  type: "true, false or block",
  read(node, remote, reader) {
    if (node.kind === "boolean") remote.jetstreamClusterMigrate = node.value;
    else if (node.kind === "map") {
      remote.jetstreamClusterMigrate = true;
      reader.placingTypeErrorsAt(node, () => readDelay(node, remote, reader));
    } else {
      const problem = "Expected boolean or map for jetstream_cluster_migrate";
      reader.errorWithoutPlace(node, `${problem}, got ${goTypeName(node)}`);
    }
  },
};

/** nats-server looks at no other option in the block. */
function readDelay(block: MapNode, remote: LeafRemote, reader: Reader): void {
  const name = "leader_migrate_delay";
  const node = block.value.get(name);
  if (node === undefined) return;
  const value = duration(name).read(node, reader, name);
  if (value !== undefined) remote.jetstreamClusterMigrateDelayMs = value;
}

const REMOTE = new Section<LeafRemote>("leafnodes.remotes", [
  urls,
  ...identity,
  tlsField<LeafRemote, "tls">({ about: "TLS for the connection", reload: "live", to: "tls" }),
  flagRow(["hub"], "hub", "Act as the hub, though this server is the one that connects"),
  flagRow(["no_randomize", "dont_randomize"], "noRandomize", "Try the URLs in their order"),
  denyField(["deny_imports", "deny_import"], "denyImports", "Subjects not to receive"),
  denyField(["deny_exports", "deny_export"], "denyExports", "Subjects not to send"),
  flagRow(
    ["ws_compression", "ws_compress", "websocket_compress", "websocket_compression"],
    "websocketCompression",
    "Compress websocket frames",
  ),
  flagRow(
    ["ws_no_masking", "websocket_no_masking"],
    "websocketNoMasking",
    "Send websocket frames without masking, if the other server agrees",
  ),
  migration,
  flagRow(
    ["isolate_leafnode_interest", "isolate"],
    "isolateLeafnodeInterest",
    "Tell the other server nothing of the interest of other leafnodes",
  ),
  flagRow(
    ["request_isolation"],
    "requestIsolation",
    "Ask the other server to tell nothing of the interest of its other leafnodes",
  ),
  compressionField("s2_auto"),
  {
    names: ["first_info_timeout"],
    about: "How long the other server may take to send its INFO",
    reload: "restart",
    to: "firstInfoTimeoutMs",
    type: namedDuration,
  },
  {
    names: ["dial_timeout"],
    about: "How long a connect may take",
    reload: "restart",
    to: "dialTimeoutMs",
    type: namedDuration,
  },
  flagRow(["disabled"], "disabled", "Do not connect", "live"),
  flagRow(
    ["ignore_discovered_servers"],
    "ignoreDiscoveredServers",
    "Connect to the given URLs only, not to servers that the other one tells of",
  ),
  leafProxyField,
]);

function createRemote(): LeafRemote {
  return structuredClone(DEFAULT_LEAF_REMOTE);
}

function readRemotes(node: ConfigNode, reader: Reader): LeafRemote[] | undefined {
  if (node.kind !== "array") {
    const problem = `Expected remotes field to be an array, got ${goTypeName(node)}`;
    return reader.error(node, problem);
  }
  const seen = new Set<string>();
  const remotes: LeafRemote[] = [];
  for (const item of node.value) {
    if (item.kind !== "map") {
      const problem = "Expected remote leafnode entry to be a map/struct";
      reader.error(item, `${problem}, got ${goValue(item)}`);
      continue;
    }
    const remote = createRemote();
    REMOTE.read(item, remote, reader);
    if (isUsable(remote, item, seen, reader)) remotes.push(remote);
  }
  return remotes;
}

/** @param seen identities of the remotes before it, to which its own is added. */
function isUsable(remote: LeafRemote, block: MapNode, seen: Set<string>, reader: Reader): boolean {
  const [proxyKey] = [...block.value.keys()].filter((key) => key.toLowerCase() === "proxy");
  const fault = proxyFault(remote);
  if (fault !== null) {
    reader.error(block.value.get(proxyKey ?? "") ?? block, fault);
    return false;
  }
  const identity = remoteIdentity(remote);
  if (seen.has(identity)) {
    // nats-server says where the last option of the remote is.
    const last = [...block.value.values()].at(-1) ?? block;
    reader.errorWithin(last, block, `duplicate remote ${remoteName(remote)}`);
    return false;
  }
  seen.add(identity);
  return true;
}

export const leafRemotesField: Field<LeafnodesOptions> = {
  names: ["remotes"],
  about: "Servers to connect to as a leafnode",
  reload: "live",
  to: "remotes",
  type: "list of blocks",
  section: REMOTE as Section<never>,
  defaults: createRemote,
  read(node, leafnodes, reader) {
    const remotes = readRemotes(node, reader);
    if (remotes !== undefined) leafnodes.remotes = remotes;
  },
};
