/** The `leafnodes` block: servers that extend this one, or that this one extends. */

import { atoi } from "../../../protocol/go-atoi.ts";
import { DEFAULT_LEAFNODES, type LeafnodesOptions } from "../../options/cluster.ts";
import type { Options } from "../../options/options.ts";
import { block, type FieldRow, Section } from "../../schema/section.ts";
import { checked, duration, flag, text } from "../../schema/value-type.ts";
import { compressionField } from "./compression.ts";
import { leafAuthorizationField } from "./leaf-authorization.ts";
import { leafRemotesField } from "./leaf-remotes.ts";
import { linkListenerFields } from "./link-listener.ts";

/** Three numbers, then what a pre-release and a build are called, as semver.org has it. */
const NUMBER = "(0|[1-9]\\d*)";
const PRE_RELEASE = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][\\dA-Za-z-]*)";
const BUILD = "[\\dA-Za-z-]+";
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}` +
    `(?:-${PRE_RELEASE}(?:\\.${PRE_RELEASE})*)?(?:\\+${BUILD}(?:\\.${BUILD})*)?$`,
);

const minVersion = checked(text, (value, node, reader) => {
  const fault = versionFault(value);
  return fault === null ? value : reader.error(node, fault, 'write min_version: "2.8.0"');
});

function versionFault(version: string): string | null {
  const numbers = VERSION.exec(version)?.slice(1);
  if (numbers === undefined) return "invalid leafnode's minimum version: invalid semver";
  try {
    const [major, minor] = numbers.map(atoi) as [bigint, bigint, bigint];
    const isRecent = major > 2n || (major === 2n && minor >= 8n);
    return isRecent ? null : "the minimum version should be at least 2.8.0";
  } catch (error) {
    return `invalid leafnode's minimum version: ${(error as Error).message}`;
  }
}

const LEAFNODES = new Section<LeafnodesOptions>("leafnodes", [
  ...linkListenerFields({
    others: "leafnodes",
    advertise: ["leafnode_advertise", "advertise"],
    reload: "restart",
    checksKnownUrls: false,
  }),
  leafAuthorizationField,
  leafRemotesField,
  {
    names: ["no_advertise"],
    about: "Tell leafnodes nothing of the other servers of the cluster",
    reload: "restart",
    to: "noAdvertise",
    type: flag,
  },
  {
    names: ["reconnect", "reconnect_delay", "reconnect_interval"],
    about: "Time between two attempts to connect to a remote",
    reload: "restart",
    to: "reconnectMs",
    type: duration("reconnect"),
  },
  {
    names: ["dial_timeout"],
    about: "How long a connect to a remote may take",
    reload: "restart",
    to: "dialTimeoutMs",
    type: duration("dial_timeout"),
  },
  {
    names: ["min_version", "minimum_version"],
    about: "Oldest version that a leafnode may be of",
    reload: "restart",
    to: "minVersion",
    type: minVersion,
  },
  compressionField("s2_auto"),
  {
    names: ["isolate_leafnode_interest", "isolate"],
    about: "Tell leafnodes nothing of each other's interest",
    reload: "restart",
    to: "isolateLeafnodeInterest",
    type: flag,
  },
]);

export const leafnodeFields: readonly FieldRow<Options>[] = [
  block<Options, "leafnodes">(
    {
      names: ["leafnodes", "leaf"],
      about: "Servers that extend this one, or that this one extends",
      reload: "restart",
      needs: "leafnodes",
      to: "leafnodes",
    },
    LEAFNODES,
    createLeafnodes,
    (got) => `Expected map to define a leafnode, got ${got}`,
  ),
];

function createLeafnodes(): LeafnodesOptions {
  return structuredClone(DEFAULT_LEAFNODES);
}
