/** Listeners for browsers and for things: websocket and MQTT. */

import { accepts, type ConfigCase, fill, lines, mistyped, refuses, valid } from "../config-case.ts";

const WEBSOCKET = "websocket { OPTION }";
const MQTT = "mqtt { OPTION }";

/** Both take the same small authorization block. */
const authorizations = (frame: string): ConfigCase[] =>
  ["authorization", "authentication"].flatMap((name) => [
    accepts(fill(frame, `${name} { user: a, pass: b, timeout: 2.5 }`)),
    accepts(fill(frame, `${name} { username: a, password: b, timeout: 120 }`)),
    accepts(fill(frame, `${name} { token: t, timeout: '5s' }`)),
    ...mistyped(
      fill(frame, `${name} { OPTION }`),
      "user username pass password token",
      "1",
      "is int64, not string",
    ),
    refuses(fill(frame, `${name} { users: [] }`), 'unknown field "users"'),
    refuses(fill(frame, `${name}: 1`), "is int64, not map[string]interface {}"),
  ]);

export const WEBSOCKET_CASES: readonly ConfigCase[] = [
  valid(
    "every option of websocket",
    lines(
      "websocket {",
      "  listen: localhost:8080",
      "  host: localhost",
      "  net: localhost",
      "  port: 8080",
      "  advertise: example.com:8080",
      "  no_tls: true",
      "  same_origin: true",
      "  allowed_origins: ['http://a', 'https://b:1']",
      "  handshake_timeout: 2s",
      "  compress: true",
      "  compression: true",
      "  jwt_cookie: a",
      "  user_cookie: b",
      "  pass_cookie: c",
      "  token_cookie: d",
      "  no_auth_user: u",
      "  headers { X-A: b, 'X-B': 'c d' }",
      "  ping_interval: 1m",
      "}",
    ).replace("1m", "'1m'"),
  ),
  accepts("ws { port: 8080 }"),
  accepts("websocket {}"),
  ...[
    "allowed_origins",
    "allowed_origin",
    "allow_origins",
    "allow_origin",
    "origins",
    "origin",
  ].flatMap((name) => [
    accepts(fill(WEBSOCKET, `${name}: 'http://a'`)),
    refuses(fill(WEBSOCKET, `${name}: 1`), "error parsing allowed origins: unsupported type int64"),
  ]),
  accepts(fill(WEBSOCKET, "allowed_origins: [nonsense]")),
  accepts(fill(WEBSOCKET, "handshake_timeout: 5")),
  ...mistyped(
    WEBSOCKET,
    "host net advertise jwt_cookie user_cookie pass_cookie token_cookie no_auth_user",
    "1",
    "is int64, not string",
  ),
  ...mistyped(WEBSOCKET, "port", "x", "is string, not int64"),
  ...mistyped(WEBSOCKET, "no_tls same_origin compress compression", "1", "is int64, not bool"),
  ...mistyped(WEBSOCKET, "ping_interval", "true", "is bool, not int64"),
  refuses("websocket: 1", "Expected websocket to be a map, got int64"),
  refuses("ws: 1", "Expected websocket to be a map, got int64"),
  refuses(fill(WEBSOCKET, "nope: 1"), 'unknown field "nope"'),
  refuses(fill(WEBSOCKET, "listen: h"), "could not parse address string"),
  refuses(
    fill(WEBSOCKET, "allowed_origins: [1 ]"),
    "error parsing allowed origins: unsupported type in array int64",
  ),
  refuses(fill(WEBSOCKET, "handshake_timeout: x"), 'time: invalid duration "x"'),
  refuses(
    fill(WEBSOCKET, "handshake_timeout: true"),
    "error parsing handshake timeout: unsupported type bool",
  ),
  refuses(fill(WEBSOCKET, "headers: 1"), "error parsing headers: unsupported type int64"),
  refuses(
    fill(WEBSOCKET, "headers { a: 1 }"),
    "error parsing header key a: unsupported type int64",
  ),
  refuses(fill(WEBSOCKET, "ping_interval: 60"), "ping_interval should be converted to a duration"),
  ...authorizations(WEBSOCKET),
];

export const MQTT_CASES: readonly ConfigCase[] = [
  valid(
    "every option of MQTT",
    lines(
      "mqtt {",
      "  listen: localhost:1883",
      "  host: localhost",
      "  net: localhost",
      "  port: 1883",
      "  no_auth_user: u",
      "  ack_wait: 5s",
      "  ackwait: 5s",
      "  js_api_timeout: 5s",
      "  api_timeout: 5s",
      "  max_ack_pending: 100",
      "  max_pending: 100",
      "  max_inflight: 100",
      "  js_domain: d",
      "  stream_replicas: 3",
      "  consumer_memory_storage: true",
      "  consumer_inactive_threshold: 5s",
      "  consumer_auto_cleanup: 5s",
      "  reject_qos2_publish: true",
      "  downgrade_qos2_subscribe: true",
      "}",
    ),
  ),
  accepts("mqtt {}"),
  accepts("MQTT { Port: 1883 }"),
  ...mistyped(MQTT, "host net no_auth_user js_domain", "1", "is int64, not string"),
  ...mistyped(
    MQTT,
    "port max_ack_pending max_pending max_inflight stream_replicas",
    "x",
    "is string, not int64",
  ),
  ...mistyped(
    MQTT,
    "consumer_memory_storage reject_qos2_publish downgrade_qos2_subscribe",
    "1",
    "is int64, not bool",
  ),
  ...mistyped(
    MQTT,
    "ack_wait ackwait js_api_timeout api_timeout consumer_inactive_threshold consumer_auto_cleanup",
    "5",
    "should be converted to a duration",
  ),
  ...mistyped(
    MQTT,
    "ack_wait ackwait js_api_timeout consumer_inactive_threshold",
    "true",
    "is bool, not int64",
  ),
  ...mistyped(
    MQTT,
    "max_ack_pending max_pending max_inflight",
    "65536",
    "invalid value 65536, should in [0..65535] range",
  ),
  accepts(fill(MQTT, "max_ack_pending: 65535")),
  refuses(fill(MQTT, "max_ack_pending: -1"), "invalid value -1, should in [0..65535] range"),
  refuses("mqtt: 1", "Expected mqtt to be a map, got int64"),
  refuses(fill(MQTT, "nope: 1"), 'unknown field "nope"'),
  refuses(fill(MQTT, "listen: h"), "could not parse address string"),
  refuses(
    fill(MQTT, "consumer_replicas: 3"),
    "consumer replicas setting ignored in this server version",
  ),
  refuses(fill(MQTT, "ack_wait: x"), "time: invalid duration"),
  ...authorizations(MQTT),
];
