/** Names of metrics in queries of PromQL, and those that nats-io's exporter and its boards use. */

const KEYWORDS = new Set(["by", "without", "on", "ignoring", "group_left", "group_right", "bool"]);
const OPERATORS = new Set(["and", "or", "unless", "offset", "inf", "nan"]);

/** The metrics that a query reads. */
export function namesIn(query: string): string[] {
  const bare = query
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  const names: string[] = [];
  for (const { 0: name, index } of bare.matchAll(/(?<![\w:$.])[a-zA-Z_:][\w:]*/g)) {
    const isCall = /^\s*\(/.test(bare.slice(index + name.length));
    if (!isCall && !KEYWORDS.has(name) && !OPERATORS.has(name.toLowerCase())) names.push(name);
  }
  return names;
}

/** Of the exporter's board for servers. */
export const SERVER_BOARD: readonly string[] = [
  "gnatsd_varz_connections",
  "gnatsd_varz_cpu",
  "gnatsd_varz_in_bytes",
  "gnatsd_varz_in_msgs",
  "gnatsd_varz_mem",
  "gnatsd_varz_out_bytes",
  "gnatsd_varz_out_msgs",
  "gnatsd_varz_slow_consumers",
  "gnatsd_varz_subscriptions",
];

/** Of its board for JetStream, as far as the exporter has them while JetStream is off. */
export const JETSTREAM_BOARD: readonly string[] = [
  "jetstream_server_total_consumers",
  "jetstream_server_total_streams",
];

/** Of the same board; the exporter has none of them while JetStream is off. */
export const JETSTREAM_BOARD_ON: readonly string[] = [
  "gnatsd_varz_jetstream_config_max_memory",
  "gnatsd_varz_jetstream_config_max_storage",
  "gnatsd_varz_jetstream_stats_memory",
  "gnatsd_varz_jetstream_stats_storage",
  "jetstream_consumer_delivered_consumer_seq",
  "jetstream_consumer_num_ack_pending",
  "jetstream_consumer_num_pending",
  "jetstream_stream_last_seq",
  "jetstream_stream_total_bytes",
  "jetstream_stream_total_messages",
];

const OF_SERVER = ["server_id"];
const OF_ACCOUNT = ["server_id", "account", "account_id", "account_name"];
const OF_JETSTREAM = [
  ...["server_id", "server_name", "cluster", "domain", "meta_leader", "is_meta_leader"],
];
/** Of a connection that is told of by itself. */
export const OF_CONNECTION: readonly string[] = [
  ...["server_id", "cid", "kind", "type", "ip", "port", "name", "name_tag", "account"],
  ...["account_id", "lang", "version", "tls_version", "tls_cipher_suite"],
];

interface Described {
  readonly type: string;
  readonly labels: readonly string[];
}

/** What the exporter makes of what is no plain document, with its types and labels. */
export const DESCRIBED: ReadonlyMap<string, Described> = new Map([
  ...described("gnatsd_connz", "gauge", OF_SERVER, [
    ...["num_connections", "total", "offset", "limit", "pending_bytes", "subscriptions"],
  ]),
  ...described("gnatsd_connz", "counter", OF_SERVER, ["in_bytes", "out_bytes"]),
  ...described("gnatsd_connz", "counter", OF_SERVER, ["in_msgs", "out_msgs"]),
  ...described("gnatsd_accstatz", "gauge", OF_ACCOUNT, [
    ...["current_connections", "total_connections", "subscriptions", "leaf_nodes"],
    ...["sent_messages", "sent_bytes", "received_messages", "received_bytes", "slow_consumers"],
  ]),
  ...described("gnatsd_healthz", "gauge", OF_SERVER, ["status"]),
  ...described("gnatsd_healthz", "gauge", ["server_id", "value"], ["status_value"]),
  ...described("gnatsd_leafz", "gauge", OF_SERVER, ["conn_nodes_total"]),
  ...described("jetstream_server", "gauge", OF_JETSTREAM, [
    ...["jetstream_disabled", "total_streams", "total_consumers", "total_messages"],
    ...["total_message_bytes", "max_memory", "max_storage"],
  ]),
]);

function described(
  prefix: string,
  type: string,
  labels: readonly string[],
  names: readonly string[],
): [string, Described][] {
  return names.map((name) => [`${prefix}_${name}`, { type, labels }]);
}

const LEFT_OUT = new Set([
  ...["leaf", "trusted_operators_claim", "cluster_tls_timeout", "cluster_cluster_port"],
  ...["cluster_auth_timeout", "gateway_port", "gateway_auth_timeout", "gateway_tls_timeout"],
  "gateway_connect_retries",
]);
const TEXTS = new Set([
  ...["server_id", "server_name", "version", "domain", "leader", "name", "start"],
  "config_load_time",
]);

/** What the exporter makes of a plain document: names, with the labels of each. */
export function exported(document: unknown, path: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, value] of Object.entries(document as Record<string, unknown>)) {
    const inner = [...path, key];
    const name = inner.join("_").replaceAll("/", "_").replace(/__+/g, "_").replace(/_$/, "");
    if (LEFT_OUT.has(name.split("_").slice(2).join("_"))) continue;
    if (typeof value === "number") found.set(name, ["server_id"]);
    else if (typeof value === "string" && TEXTS.has(key)) {
      const isTime = key === "start" || key === "config_load_time";
      found.set(name, isTime ? ["server_id"] : ["server_id", "value"]);
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [name, labels] of exported(value, inner)) found.set(name, labels);
    }
  }
  return found;
}
