/** The listener for MQTT clients. */

import type { Options } from "../../options/options.ts";
import { DEFAULT_MQTT, type MqttOptions } from "../../options/websocket.ts";
import { addressFields } from "../../schema/listen.ts";
import { block, type FieldRow, Section } from "../../schema/section.ts";
import { checked, duration, flag, integer, text } from "../../schema/value-type.ts";
import { simpleAuthField } from "../access/simple-auth.ts";
import { tlsField } from "../tls/tls.ts";

const UINT16_MAX = 2 ** 16 - 1;

const uint16 = checked(integer, (value, node, reader) =>
  value < 0 || value > UINT16_MAX
    ? reader.error(node, `invalid value ${node.value}, should in [0..${UINT16_MAX}] range`)
    : value,
);

const MQTT: Section<MqttOptions> = new Section<MqttOptions>("mqtt", [
  ...addressFields("MQTT clients"),
  tlsField<MqttOptions, "tls">({
    about: "TLS for MQTT clients",
    reload: "live",
    to: "tls",
  }),
  simpleAuthField<MqttOptions>("mqtt"),
  {
    names: ["no_auth_user"],
    about: "User of MQTT clients that give none",
    reload: "restart",
    to: "noAuthUser",
    type: text,
  },
  {
    names: ["ack_wait", "ackwait"],
    about: "Time after which a message without an acknowledgement is sent again",
    reload: "live",
    to: "ackWaitMs",
    type: duration("ack_wait"),
  },
  {
    names: ["js_api_timeout", "api_timeout"],
    about: "How long an answer of JetStream is waited for",
    reload: "restart",
    to: "jsApiTimeoutMs",
    type: duration("js_api_timeout"),
  },
  {
    names: ["max_ack_pending", "max_pending", "max_inflight"],
    about: "Messages of one subscription that may wait for acknowledgements",
    reload: "live",
    to: "maxAckPending",
    type: uint16,
  },
  {
    names: ["js_domain"],
    about: "JetStream domain of the sessions and retained messages",
    reload: "restart",
    to: "jsDomain",
    type: text,
  },
  {
    names: ["stream_replicas"],
    about: "Replicas of the streams that hold sessions and messages, 0 for as many as fit",
    reload: "live",
    to: "streamReplicas",
    type: integer,
  },
  {
    names: ["consumer_replicas"],
    about: "Without meaning in this version: consumers are like the streams they belong to",
    reload: "silent",
    to: "streamReplicas",
    type: "anything",
    read(node, _options, reader, key) {
      const advice = "consumer replicas setting ignored in this server version";
      reader.doubtfulUse(node, key, advice, "remove this line");
    },
  },
  {
    names: ["consumer_memory_storage"],
    about: "Keep the state of consumers in memory",
    reload: "live",
    to: "consumerMemoryStorage",
    type: flag,
  },
  {
    names: ["consumer_inactive_threshold", "consumer_auto_cleanup"],
    about: "Time after which a consumer that nobody uses is deleted, 0 for never",
    reload: "live",
    to: "consumerInactiveThresholdMs",
    type: duration("consumer_inactive_threshold"),
  },
  {
    names: ["reject_qos2_publish"],
    about: "Close clients that publish with QoS 2",
    reload: "restart",
    to: "rejectQos2Publish",
    type: flag,
  },
  {
    names: ["downgrade_qos2_subscribe"],
    about: "Take subscriptions with QoS 2 for such with QoS 1",
    reload: "restart",
    to: "downgradeQos2Subscribe",
    type: flag,
  },
]);

export const mqttFields: readonly FieldRow<Options>[] = [
  block<Options, "mqtt">(
    {
      names: ["mqtt"],
      about: "The listener for MQTT clients",
      reload: "restart",
      needs: "MQTT",
      to: "mqtt",
    },
    MQTT,
    () => structuredClone(DEFAULT_MQTT),
    (goType) => `Expected mqtt to be a map, got ${goType}`,
  ),
];
