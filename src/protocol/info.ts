/** The INFO line: what a server tells about itself. */

import { decodeGoJson, type Fields } from "./go-json.ts";

/** Level of nats-server that clients may rely on; they switch features by this number. */
export const COMPATIBLE_VERSION = "2.15.1";

/** Protocol level: 1 means that INFO may arrive at any time. */
export const PROTOCOL_LEVEL = 1;

/** Level of the JetStream API. */
const API_LEVEL = 5;

/** The server's part of INFO, the same for every connection. */
export interface ServerInfo {
  /** Public server key, `N` and 55 characters. */
  id: string;
  name: string;
  host: string;
  port: number;
  headers: boolean;
  /** Name of the cluster; "" for none. */
  cluster: string;
  /** `host:port` of this server and of others of its cluster; empty as long as it is alone. */
  connectUrls: readonly string[];
  /** Clients have to say who they are. */
  authRequired: boolean;
  tls: InfoTls;
  maxPayload: number;
  /** Public curve key, `X` and 55 characters. */
  xkey: string;
  runtime: string;
}

/** What INFO says about TLS. */
export interface InfoTls {
  /** Clients have to do a handshake. */
  readonly required: boolean;
  /** Clients have to have a certificate. */
  readonly verify: boolean;
  /** Clients may do a handshake. */
  readonly available: boolean;
}

export const NO_TLS: InfoTls = { required: false, verify: false, available: false };

/** The part that differs by connection. */
export interface ClientInfo {
  cid: number;
  ip: string;
  /** Where it is not as for all the others. */
  authRequired?: boolean;
  tls?: InfoTls;
  /** What the client signs to prove that it has its key; "" for nothing. */
  nonce?: string;
  /** Set only in the INFO that answers the first PING. */
  account?: string;
  isSystemAccount?: boolean;
  maxPayload?: number;
  /** The server is in lame duck mode: the client is to go to another one. */
  isLameDuck?: boolean;
}

/** The whole line, fields in nats-server's order, a space before CR LF as it has. */
export function encodeInfo(server: ServerInfo, client: ClientInfo): Buffer {
  const tls = client.tls ?? server.tls;
  const info = {
    server_id: server.id,
    server_name: server.name,
    version: COMPATIBLE_VERSION,
    proto: PROTOCOL_LEVEL,
    go: server.runtime,
    host: server.host,
    port: server.port,
    headers: server.headers,
    ...((client.authRequired ?? server.authRequired) ? { auth_required: true } : {}),
    ...(tls.required ? { tls_required: true } : {}),
    ...(tls.verify ? { tls_verify: true } : {}),
    ...(tls.available ? { tls_available: true } : {}),
    max_payload: client.maxPayload ?? server.maxPayload,
    client_id: client.cid,
    client_ip: client.ip,
    ...(client.nonce ? { nonce: client.nonce } : {}),
    ...(server.cluster === "" ? {} : { cluster: server.cluster }),
    ...(server.connectUrls.length === 0 ? {} : { connect_urls: server.connectUrls }),
    ...(client.isLameDuck ? { ldm: true } : {}),
    ...(client.account === undefined ? {} : { connect_info: true, remote_account: client.account }),
    ...(client.isSystemAccount ? { acc_is_sys: true } : {}),
    api_lvl: API_LEVEL,
    xkey: server.xkey,
  };
  return Buffer.from(`INFO ${JSON.stringify(info)} \r\n`);
}

/** Fields of INFO that have a type to get wrong. */
const INFO_FIELDS: Fields = {
  server_id: "string",
  server_name: "string",
  version: "string",
  proto: "int",
  git_commit: "string",
  go: "string",
  host: "string",
  port: "int",
  headers: "bool",
  auth_required: "bool",
  tls_required: "bool",
  tls_verify: "bool",
  tls_available: "bool",
  max_payload: "int",
  jetstream: "bool",
  ip: "string",
  client_id: "int",
  client_ip: "string",
  nonce: "string",
  cluster: "string",
  cluster_dynamic: "bool",
  domain: "string",
  connect_urls: "strings",
  ws_connect_urls: "strings",
  ldm: "bool",
};

/**
 * Reads the argument of an INFO line.
 *
 * @throws Error with the reason when it is not valid.
 */
export function checkInfo(json: string): void {
  decodeGoJson(json, INFO_FIELDS, "Info");
}
