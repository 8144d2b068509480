/** The listener for clients, and what one of them may use. */

import { DEFAULT_PORT } from "../../options/client.ts";
import type { Options } from "../../options/options.ts";
import { addressFields } from "../../schema/listen.ts";
import type { FieldRow } from "../../schema/section.ts";
import { checked, duration, flag, integer, text, type ValueType } from "../../schema/value-type.ts";
import { writeTimeoutPolicy } from "../../schema/write-timeout.ts";

const INT32_MAX = 2 ** 31 - 1;
const SUB_TOKENS_MAX = 255;

function atMost(max: number): ValueType<number> {
  return checked(integer, (value, node, reader, key) =>
    value > max ? reader.error(node, `${key} value is too big`) : value,
  );
}

const subTokens = checked(atMost(SUB_TOKENS_MAX), (value, node, reader, key) =>
  value <= 0 ? reader.error(node, `${key} value can not be negative`) : value,
);

/** In a file 0 stands for the default. */
const port = checked(integer, (value) => (value === 0 ? DEFAULT_PORT : value));

export const clientFields: readonly FieldRow<Options>[] = [
  ...addressFields("clients", port),
  {
    names: ["client_advertise"],
    about: "Address that clients and other servers are told instead of the real one",
    reload: "live",
    to: "clientAdvertise",
    type: text,
  },
  {
    names: ["max_connections", "max_conn"],
    about: "Clients at one time, 0 for none at all",
    reload: "live",
    to: "maxConnections",
    type: integer,
  },
  {
    names: ["max_subscriptions", "max_subs"],
    about: "Subscriptions of one client, 0 for any number",
    reload: "restart",
    to: "maxSubscriptions",
    type: integer,
  },
  {
    names: ["max_sub_tokens", "max_subscription_tokens"],
    about: "Tokens in the subject of a subscription",
    reload: "restart",
    to: "maxSubTokens",
    type: subTokens,
  },
  {
    names: ["max_control_line"],
    about: "Bytes of one protocol line",
    reload: "live",
    to: "maxControlLine",
    type: atMost(INT32_MAX),
  },
  {
    names: ["max_payload"],
    about: "Bytes of one message with its headers",
    reload: "live",
    to: "maxPayload",
    type: atMost(INT32_MAX),
  },
  {
    names: ["max_pending"],
    about: "Bytes that may wait for one client",
    reload: "restart",
    to: "maxPending",
    type: integer,
  },
  {
    names: ["max_closed_clients"],
    about: "Closed connections that monitoring remembers",
    reload: "restart",
    needs: "monitoring",
    to: "maxClosedClients",
    type: integer,
  },
  {
    names: ["ping_interval"],
    about: "Time between PINGs to a client",
    reload: "live",
    to: "pingIntervalMs",
    type: duration("ping_interval"),
  },
  {
    names: ["ping_max"],
    about: "PINGs without an answer after which a client is closed",
    reload: "live",
    to: "pingMax",
    type: integer,
  },
  {
    names: ["write_deadline"],
    about: "How long a client may take to accept what is sent to it",
    reload: "live",
    to: "writeDeadlineMs",
    type: duration("write_deadline"),
  },
  {
    names: ["write_timeout"],
    about: "What becomes of a client that takes longer",
    reload: "restart",
    to: "writeTimeout",
    type: writeTimeoutPolicy,
  },
  {
    names: ["no_header_support"],
    about: "Refuse messages with headers",
    reload: "restart",
    to: "noHeaderSupport",
    type: flag,
  },
  {
    names: ["no_fast_producer_stall"],
    about: "Never slow down those who publish faster than others receive",
    reload: "live",
    to: "noFastProducerStall",
    type: flag,
  },
  {
    names: ["disable_sublist_cache", "no_sublist_cache"],
    about: "Remember no results of matching",
    reload: "restart",
    to: "noSublistCache",
    type: flag,
  },
  {
    names: ["proxy_protocol"],
    about: "Expect the header of a proxy in front of what a client sends",
    reload: "restart",
    needs: "PROXY protocol",
    to: "proxyProtocol",
    type: flag,
  },
  {
    names: ["allow_non_tls"],
    about: "Accept clients with and without TLS",
    reload: "restart",
    needs: "TLS",
    to: "allowNonTls",
    type: flag,
  },
];
