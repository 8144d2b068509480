/** Kinds of connections that a user may come by. */

import type { ConnectionType, User } from "../config/options/auth.ts";
import type { Options } from "../config/options/options.ts";

const CONNECTION_TYPES: ReadonlySet<string> = new Set<ConnectionType>([
  "STANDARD",
  "WEBSOCKET",
  "LEAFNODE",
  "LEAFNODE_WS",
  "MQTT",
  "MQTT_WS",
  "IN_PROCESS",
]);

export function isConnectionType(text: string): text is ConnectionType {
  return CONNECTION_TYPES.has(text);
}

/** Whether the user may come in by that kind of connection. */
export function isAllowedOn({ allowedConnectionTypes }: User, type: ConnectionType): boolean {
  return allowedConnectionTypes.length === 0 || allowedConnectionTypes.includes(type);
}

/** Kinds of connections whose listeners take users from certificates. */
export function mappingListeners({ tls, websocket, mqtt, leafnodes }: Options): ConnectionType[] {
  const types: ConnectionType[] = [];
  if (tls?.verifyAndMap) types.push("STANDARD", "IN_PROCESS");
  if (websocket?.tls?.verifyAndMap) types.push("WEBSOCKET");
  if (mqtt?.tls?.verifyAndMap) types.push("MQTT", "MQTT_WS");
  if (leafnodes?.tls?.verifyAndMap) types.push("LEAFNODE", "LEAFNODE_WS");
  return types;
}

/**
 * Kinds of connections whose users can be found by certificate. A user without a password that may
 * come by one of them is who the certificate says, and cannot be had without one anywhere else.
 */
export function mappedConnectionTypes(options: Options): ConnectionType[] {
  const { tls, websocket, mqtt, leafnodes } = options;
  const seesOverWebsocket =
    isOpen(websocket) && (websocket?.tls?.verify || websocket?.tls?.verifyAndMap);
  const types: ConnectionType[] = [];
  if (tls?.verifyAndMap) types.push("STANDARD");
  if (isOpen(websocket) && websocket?.tls?.verifyAndMap) types.push("WEBSOCKET");
  if (isOpen(mqtt) && mqtt?.tls?.verifyAndMap) {
    types.push("MQTT");
    if (seesOverWebsocket) types.push("MQTT_WS");
  }
  if (leafnodesUseUsers(options) && leafnodes?.tls?.verifyAndMap) {
    types.push("LEAFNODE");
    if (seesOverWebsocket) types.push("LEAFNODE_WS");
  }
  return types;
}

function isOpen(listener: { readonly port: number } | null): boolean {
  return listener !== null && listener.port !== 0;
}

/** Leafnodes are ordinary users unless they have users of their own. */
function leafnodesUseUsers({ leafnodes }: Options): boolean {
  if (leafnodes === null || !isOpen(leafnodes)) return false;
  const own = leafnodes.authorization;
  return own === null || (own.user === "" && own.nkey === "" && own.users.length === 0);
}
