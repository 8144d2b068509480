/** Who the server is, and how it leaves. */

import { goDuration } from "../../../log/go-duration.ts";
import type { ConfigNode, MapNode } from "../../language/node.ts";
import { goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import type { Reader } from "../../schema/reader.ts";
import type { FieldRow } from "../../schema/section.ts";
import {
  checked,
  durationText,
  integer,
  nameOf,
  text,
  type ValueType,
} from "../../schema/value-type.ts";

const LAME_DUCK_MS_MIN = 30_000;

const lameDuckDuration = checked(durationText("lame_duck_duration"), (value, node, reader) => {
  if (value >= LAME_DUCK_MS_MIN) return value;
  const problem = `invalid lame_duck_duration of ${goDuration(value)}, minimum is 30 seconds`;
  return reader.error(node, problem);
});

const lameDuckGracePeriod = checked(
  durationText("lame_duck_grace_period"),
  (value, node, reader) =>
    value < 0 ? reader.error(node, "invalid lame_duck_grace_period, needs to be positive") : value,
);

/** In lower case, each once. */
const tags: ValueType<string[]> = {
  name: "text or list of texts",
  read(node, reader) {
    if (node.kind !== "string" && node.kind !== "array") {
      return reader.error(node, `error parsing tags: unsupported type ${goTypeName(node)}`);
    }
    const items = node.kind === "string" ? [node] : node.value;
    const found = new Set<string>();
    for (const item of items) {
      if (item.kind === "string") found.add(item.value.trim().toLowerCase());
      else {
        // nats-server names the type of its own wrapper here, whatever the item is.
        const problem = "unsupported type *conf.token where string is expected";
        return reader.error(node, `error parsing tags: ${problem}`);
      }
    }
    return [...found];
  },
};

/** Names with values of one kind. */
function record<T>(
  what: string,
  typeName: string,
  readItem: (name: string, item: ConfigNode, reader: Reader) => T | undefined,
): ValueType<Record<string, T>> {
  return {
    name: typeName,
    read(node, reader) {
      if (node.kind !== "map") {
        return reader.error(node, `error parsing ${what}: unsupported type ${goTypeName(node)}`);
      }
      return Object.fromEntries(entries(node, (name, item) => readItem(name, item, reader)));
    },
  };
}

function* entries<T>(
  block: MapNode,
  readItem: (name: string, item: ConfigNode) => T | undefined,
): Iterable<[string, T]> {
  for (const [name, item] of block.value) {
    const value = readItem(name, item);
    if (value !== undefined) yield [name, value];
  }
}

const metadata = record("metadata", "block of texts", (name, item, reader) =>
  text.read(item, reader, name),
);

const featureFlags = record("feature flags", "block of true or false", (name, item, reader) => {
  if (item.kind === "boolean") return item.value;
  const problem = `error parsing feature flag ${JSON.stringify(name)}: expected bool`;
  return reader.error(item, `${problem}, got ${goTypeName(item)}`);
});

export const identityFields: readonly FieldRow<Options>[] = [
  {
    names: ["server_name"],
    about: "Name of the server, its own in a cluster",
    reload: "restart",
    to: "serverName",
    type: nameOf("server"),
  },
  {
    names: ["server_tags"],
    about: "Tags by which requests and streams choose servers",
    reload: "live",
    to: "serverTags",
    type: tags,
  },
  {
    names: ["server_metadata"],
    about: "Names and values that monitoring shows",
    reload: "live",
    needs: "monitoring",
    to: "serverMetadata",
    type: metadata,
  },
  {
    names: ["feature_flags"],
    about: "Behaviour that can be turned on before it becomes the default, or off after that",
    reload: "restart",
    needs: "JetStream",
    to: "featureFlags",
    type: featureFlags,
  },
  {
    names: ["lame_duck_duration"],
    about: "How long clients are given to leave a server that goes, all in all",
    reload: "restart",
    to: "lameDuckDurationMs",
    type: lameDuckDuration,
  },
  {
    names: ["lame_duck_grace_period"],
    about: "How long a server that goes waits before it closes the first client",
    reload: "restart",
    to: "lameDuckGracePeriodMs",
    type: lameDuckGracePeriod,
  },
  {
    names: ["connect_error_reports"],
    about: "Failed first connects to another server between two log lines",
    reload: "live",
    needs: "clustering",
    to: "connectErrorReports",
    type: integer,
  },
  {
    names: ["reconnect_error_reports"],
    about: "Failed reconnects to another server between two log lines",
    reload: "live",
    needs: "clustering",
    to: "reconnectErrorReports",
    type: integer,
  },
];
