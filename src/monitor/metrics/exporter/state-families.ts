/** Health, leafnodes and JetStream, under the names that nats-io's exporter gives them. */

import { healthz } from "../../../documents/healthz.ts";
import { jsz } from "../../../documents/jsz.ts";
import { leafz } from "../../../documents/leafz.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { type Exposition, labels } from "../exposition.ts";

export function healthFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  view: ServerView,
): void {
  const { status } = healthz(view).document;
  const isOk = status === "ok";
  text.begin(`${prefix}_healthz_status`, "gauge", "0 when all is well, otherwise 1.");
  text.sample(labels({ server_id: serverId }), isOk ? 0 : 1);
  text.begin(`${prefix}_healthz_status_value`, "gauge", "1 when all is well, otherwise 0.");
  text.sample(labels({ server_id: serverId, value: status }), isOk ? 1 : 0);
}

export function leafFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  view: ServerView,
): void {
  const { leafnodes } = leafz(view) as { readonly leafnodes: number };
  text.begin(`${prefix}_leafz_conn_nodes_total`, "gauge", "nodes_total");
  text.sample(labels({ server_id: serverId }), leafnodes);
}

/** What is read of `jsz`. */
interface JetStream {
  readonly disabled: boolean;
  readonly streams: number;
  readonly consumers: number;
  readonly messages: number;
  readonly bytes: number;
  readonly config: { readonly max_memory: number; readonly max_storage: number };
}

export function jetStreamFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  view: ServerView,
): void {
  const { disabled, config, ...counts } = jsz(view) as unknown as JetStream;
  const own = labels({
    server_id: serverId,
    server_name: view.serverInfo.name,
    cluster: "",
    domain: "",
    meta_leader: "",
    // Of a server that is alone the exporter says so.
    is_meta_leader: "true",
  });
  const families: readonly (readonly [name: string, help: string, value: number])[] = [
    ["jetstream_disabled", "Whether JetStream is off.", disabled ? 1 : 0],
    ["max_memory", "Bytes of memory that streams may take.", config.max_memory],
    ["max_storage", "Bytes of storage that streams may take.", config.max_storage],
    ["total_streams", "Streams.", counts.streams],
    ["total_consumers", "Consumers.", counts.consumers],
    ["total_messages", "Messages in streams.", counts.messages],
    ["total_message_bytes", "Bytes of messages in streams.", counts.bytes],
  ];
  for (const [name, help, value] of families) {
    text.begin(`${prefix}_server_${name}`, "gauge", help);
    text.sample(own, value);
  }
}
