/** Listeners for websocket and MQTT clients. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import type { Options } from "../options/options.ts";
import type { MqttOptions, WebsocketOptions } from "../options/websocket.ts";
import { allUsers, noAuthUserFaults } from "./users.ts";

const RESERVED_HEADERS: readonly string[] = [
  "host",
  "content-length",
  "connection",
  "upgrade",
  "nats-no-masking",
];

export function* mqttFaults(options: Options): Iterable<string> {
  const { mqtt, cluster, gateway, leafnodes, jetstream } = options;
  if (mqtt === null || mqtt.port === 0) return;
  const isLinked = (cluster?.port ?? 0) !== 0 || (gateway?.port ?? 0) !== 0;
  if (options.serverName === "" && isLinked) {
    yield "mqtt requires server name to be explicitly set";
  }
  yield* noAuthUserFaults(options, mqtt.noAuthUser);
  yield* mixedAuthFaults(options, mqtt, "mqtt");
  if (mqtt.ackWaitMs < 0) yield "ack wait must be a positive value";
  if (mqtt.jsApiTimeoutMs < 0) yield "JS API timeout must be a positive value";
  const hasLeafnodes = leafnodes !== null && (leafnodes.port !== 0 || leafnodes.remotes.length > 0);
  if (!jetstream?.enabled && !isLinked && !hasLeafnodes) {
    yield "mqtt requires JetStream to be enabled if running in standalone mode";
  }
}

export function* websocketFaults(options: Options): Iterable<string> {
  const { websocket } = options;
  if (websocket === null || websocket.port === 0) return;
  if (websocket.tls === null && !websocket.noTls) yield "websocket requires TLS configuration";
  for (const origin of websocket.allowedOrigins) yield* originFaults(origin);
  yield* noAuthUserFaults(options, websocket.noAuthUser);
  yield* mixedAuthFaults(options, websocket, "websocket");
  const { jwtCookie } = websocket;
  if (jwtCookie !== "" && options.operators.length === 0 && options.trustedKeys.length === 0) {
    const cookie = goQuoteText(jwtCookie);
    yield `trusted operators or trusted keys configuration is required for JWT authentication via cookie ${cookie}`;
  }
  for (const name of Object.keys(websocket.headers)) yield* headerFaults(name);
}

/** A single user or a token has no place beside a list of users. */
function* mixedAuthFaults(
  options: Options,
  { authorization }: MqttOptions | WebsocketOptions,
  block: string,
): Iterable<string> {
  if (authorization === null || allUsers(options).length === 0) return;
  const suffix = "not compatible with presence of users/nkeys";
  if (authorization.user !== "") yield `${block} authentication username ${suffix}`;
  if (authorization.token !== "") yield `${block} authentication token ${suffix}`;
}

function* originFaults(origin: string): Iterable<string> {
  const quoted = goQuoteText(origin);
  if (!/^([a-z][a-z0-9+.-]*:|\/)/i.test(origin)) {
    yield `unable to parse allowed origin: parse ${quoted}: invalid URI for request`;
  } else if (!/^https?:/i.test(origin)) {
    yield `unable to parse allowed origin ${quoted}: allowed origins must be absolute URLs with http or https scheme`;
  } else if (!/^https?:\/\/[^/?#]/i.test(origin)) {
    yield `unable to parse allowed origin ${quoted}: host is required`;
  }
}

function* headerFaults(name: string): Iterable<string> {
  const lower = name.toLowerCase();
  const quoted = goQuoteText(name);
  if (RESERVED_HEADERS.includes(lower)) yield `websocket: invalid header ${quoted} not allowed`;
  if (lower.startsWith("sec-websocket-")) {
    yield `websocket: invalid header ${quoted}, "Sec-WebSocket-" prefix not allowed`;
  }
}
