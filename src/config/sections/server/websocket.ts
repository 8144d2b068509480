/** The listener for websocket clients. */

import { goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import { DEFAULT_WEBSOCKET, type WebsocketOptions } from "../../options/websocket.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { addressFields } from "../../schema/listen.ts";
import { block, type FieldRow, Section } from "../../schema/section.ts";
import {
  duration,
  flag,
  secondsToMs,
  text,
  texts,
  type ValueType,
} from "../../schema/value-type.ts";
import { simpleAuthField } from "../access/simple-auth.ts";
import { tlsField } from "../tls/tls.ts";

/** Here an integer counts seconds, and draws no warning. */
const handshakeTimeout: ValueType<number> = {
  name: "duration or seconds",
  read(node, reader) {
    if (node.kind === "integer") return secondsToMs(node.value);
    if (node.kind === "string") {
      return quantityOr(
        () => parseGoDuration(node.value),
        (problem) => reader.error(node, problem),
      );
    }
    const problem = `unsupported type ${goTypeName(node)}`;
    return reader.error(node, `error parsing handshake timeout: ${problem}`);
  },
};

const headers: ValueType<Record<string, string>> = {
  name: "block of texts",
  read(node, reader) {
    if (node.kind !== "map") {
      return reader.error(node, `error parsing headers: unsupported type ${goTypeName(node)}`);
    }
    const found: Record<string, string> = {};
    for (const [name, item] of node.value) {
      if (item.kind === "string") found[name] = item.value;
      else {
        const problem = `unsupported type ${goTypeName(item)}`;
        reader.error(item, `error parsing header key ${name}: ${problem}`);
      }
    }
    return found;
  },
};

function cookie(
  name: string,
  to: "jwtCookie" | "userCookie" | "passCookie" | "tokenCookie",
  what: string,
): FieldRow<WebsocketOptions> {
  const about = `Name of the cookie that holds the client's ${what}`;
  return { names: [name], about, reload: "restart", to, type: text } as FieldRow<WebsocketOptions>;
}

const WEBSOCKET: Section<WebsocketOptions> = new Section<WebsocketOptions>("websocket", [
  ...addressFields("websocket clients"),
  {
    names: ["advertise"],
    about: "Address that clients are told instead of the real one",
    reload: "restart",
    to: "advertise",
    type: text,
  },
  tlsField<WebsocketOptions, "tls">({
    about: "TLS for websocket clients",
    reload: "live",
    to: "tls",
  }),
  {
    names: ["no_tls"],
    about: "Do without TLS, which is required otherwise",
    reload: "restart",
    to: "noTls",
    type: flag,
  },
  {
    names: ["same_origin"],
    about: "Accept pages only from the host that they connect to",
    reload: "restart",
    to: "sameOrigin",
    type: flag,
  },
  {
    names: [
      "allowed_origins",
      "allowed_origin",
      "allow_origins",
      "allow_origin",
      "origins",
      "origin",
    ],
    about: "Origins of the pages that may connect",
    reload: "restart",
    to: "allowedOrigins",
    type: texts("allowed origins"),
  },
  {
    names: ["handshake_timeout"],
    about: "How long TLS and the upgrade may take",
    reload: "restart",
    to: "handshakeTimeoutMs",
    type: handshakeTimeout,
  },
  {
    names: ["compression", "compress"],
    about: "Offer compression to clients",
    reload: "restart",
    to: "compression",
    type: flag,
  },
  simpleAuthField<WebsocketOptions>("websocket"),
  cookie("jwt_cookie", "jwtCookie", "JWT"),
  cookie("user_cookie", "userCookie", "name"),
  cookie("pass_cookie", "passCookie", "password"),
  cookie("token_cookie", "tokenCookie", "token"),
  {
    names: ["no_auth_user"],
    about: "User of websocket clients that give none",
    reload: "restart",
    to: "noAuthUser",
    type: text,
  },
  {
    names: ["headers"],
    about: "Headers to add to the answer to an upgrade",
    reload: "restart",
    to: "headers",
    type: headers,
  },
  {
    names: ["ping_interval"],
    about: "Time between PINGs to a websocket client, instead of the server's own",
    reload: "restart",
    to: "pingIntervalMs",
    type: duration("ping_interval"),
  },
]);

export const websocketFields: readonly FieldRow<Options>[] = [
  block<Options, "websocket">(
    {
      names: ["websocket", "ws"],
      about: "The listener for websocket clients",
      reload: "restart",
      needs: "websocket",
      to: "websocket",
    },
    WEBSOCKET,
    () => structuredClone(DEFAULT_WEBSOCKET),
    (goType) => `Expected websocket to be a map, got ${goType}`,
  ),
];
