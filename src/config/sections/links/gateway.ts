/** The `gateway` block: connections to other clusters. */

import { type ConfigNode, goTypeName } from "../../language/node.ts";
import { DEFAULT_GATEWAY, type GatewayOptions, type RemoteGateway } from "../../options/cluster.ts";
import type { Options } from "../../options/options.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { block, type FieldRow, Section } from "../../schema/section.ts";
import { flag, integer, nameOf, text } from "../../schema/value-type.ts";
import { linkAuthorizationField } from "../access/authorization.ts";
import { tlsField } from "../tls/tls.ts";
import { linkListenerFields } from "./link-listener.ts";
import { readUrl, urlList } from "./urls.ts";

const REMOTE = new Section<RemoteGateway>("gateway.gateways", [
  {
    names: ["name"],
    about: "Name of the other cluster",
    reload: "restart",
    to: "name",
    type: text,
  },
  {
    names: ["url"],
    about: "URL of one of its servers",
    reload: "restart",
    to: "urls",
    type: text.name,
    read(node, remote, reader) {
      const value = text.read(node, reader);
      const url = value === undefined ? undefined : readUrl(node, value, "gateway", reader);
      if (url !== undefined) remote.urls.push(url);
    },
  },
  {
    names: ["urls"],
    about: "URLs of its servers",
    reload: "restart",
    to: "urls",
    type: urlList("gateway"),
  },
  tlsField<RemoteGateway, "tls">({
    about: "TLS for connections to it",
    reload: "live",
    to: "tls",
    checksKnownUrls: true,
  }),
]);

function readRemotes(node: ConfigNode, reader: Reader): RemoteGateway[] | undefined {
  if (node.kind !== "array") {
    const problem = `Expected gateways field to be an array, got ${goTypeName(node)}`;
    return reader.errorWithoutPlace(node, problem);
  }
  const remotes: RemoteGateway[] = [];
  for (const item of node.value) {
    if (item.kind !== "map") {
      reader.error(item, `Expected gateway entry to be a map/struct, got ${goValue(item)}`);
      continue;
    }
    const remote = createRemote();
    REMOTE.read(item, remote, reader);
    remotes.push(remote);
  }
  return remotes;
}

/** Their order means nothing. */
function withoutTls(remotes: readonly RemoteGateway[]): unknown {
  const named = remotes.map(({ name, urls }) => ({ name, urls }));
  return named.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function createRemote(): RemoteGateway {
  return { name: "", urls: [], tls: null };
}

const GATEWAY = new Section<GatewayOptions>("gateway", [
  {
    names: ["name"],
    about: "Name of this cluster among the others",
    reload: "restart",
    to: "name",
    type: nameOf("gateway"),
  },
  ...linkListenerFields({
    others: "gateways",
    advertise: ["advertise"],
    reload: "restart",
    checksKnownUrls: true,
  }),
  linkAuthorizationField("Gateway"),
  {
    names: ["connect_retries"],
    about: "How often a cluster is dialled again that others have told of",
    reload: "restart",
    to: "connectRetries",
    type: integer,
  },
  {
    names: ["connect_backoff"],
    about: "Wait longer after each failed connect",
    reload: "restart",
    to: "connectBackoff",
    type: flag,
  },
  {
    names: ["reject_unknown", "reject_unknown_cluster"],
    about: "Refuse clusters that are not in the list",
    reload: "restart",
    to: "rejectUnknown",
    type: flag,
  },
  {
    names: ["gateways"],
    about: "Other clusters",
    reload: "restart",
    to: "gateways",
    type: "list of blocks",
    section: REMOTE as Section<never>,
    defaults: createRemote,
    fixedPart: (remotes) => withoutTls(remotes),
    read(node, gateway, reader) {
      const remotes = readRemotes(node, reader);
      if (remotes !== undefined) gateway.gateways = remotes;
    },
  },
]);

export const gatewayFields: readonly FieldRow<Options>[] = [
  block<Options, "gateway">(
    {
      names: ["gateway"],
      about: "Connections to other clusters",
      reload: "restart",
      needs: "gateways",
      to: "gateway",
    },
    GATEWAY,
    createGateway,
    (got) => `Expected gateway to be a map, got ${got}`,
  ),
];

function createGateway(): GatewayOptions {
  return structuredClone(DEFAULT_GATEWAY);
}
