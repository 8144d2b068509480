/**
 * INFO between the servers of a cluster.
 *
 * Fields have the names that they have on the wire. What is empty is left out there; nobody but a route
 * reads such an INFO, so it is kept apart from that of clients.
 */

import { goJsonText } from "./go-json-text.ts";
import { decodeGoStruct, type GoRecord, type GoType } from "./go-struct.ts";
import {
  goBool,
  goBytes,
  goInt,
  goPointer,
  goSlice,
  goString,
  goStruct,
  goUint8,
  goUint64,
} from "./go-types.ts";

/** Subjects that messages are taken from, or given on, as INFO tells of them. */
export interface RouteSubjects {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

export interface RouteInfo {
  server_id: string;
  server_name: string;
  version: string;
  /** 0 original, 1 INFO at any time, 2 interest by account, 3 traces that go on to others. */
  proto: number;
  git_commit?: string;
  go: string;
  host: string;
  port: number;
  headers: boolean;
  auth_required?: boolean;
  tls_required?: boolean;
  tls_verify?: boolean;
  tls_available?: boolean;
  max_payload: number;
  jetstream?: boolean;
  /** URL at which the server is to be dialled; absent when it is the address that it is seen at. */
  ip?: string;
  /** Only clients are told a number: the port is for them. */
  client_id?: number;
  nonce?: string;
  cluster?: string;
  /** The name of the cluster was made up. */
  cluster_dynamic?: boolean;
  domain?: string;
  connect_urls?: readonly string[];
  ws_connect_urls?: readonly string[];
  /** The server is in lame duck mode. */
  ldm?: boolean;
  compression?: string;
  import?: RouteSubjects | null;
  export?: RouteSubjects | null;
  /** It understands LS+ and LMSG, the same with an origin in LS-, and an origin without a name. */
  lnoc?: boolean;
  lnocu?: boolean;
  ln?: boolean;
  route_pool_size?: number;
  route_pool_idx?: number;
  /** The connection is this account's own. */
  route_account?: string;
  route_acc_add_reqid?: string;
  /** 0 default, 1 disabled, 2 override. */
  gossip_mode?: number;
  /** Cluster that it tells of: the sender's own, or another one with `gateway_cmd` 1. */
  gateway?: string;
  /** `host:port` of all gateways of that cluster. */
  gateway_urls?: readonly string[];
  /** The sender's own. */
  gateway_url?: string;
  /** 1 gossip, 2 begin and 3 end of all interest in an account. */
  gateway_cmd?: number;
  /** Name of that account. */
  gateway_cmd_payload?: Buffer;
  /** It understands reply subjects that begin with `_GR_.`. */
  gateway_nrp?: boolean;
  /** It tells all interest in all accounts, so nothing is sent on the chance that it is wanted. */
  gateway_iom?: boolean;
  leafnode_urls?: readonly string[];
}

/** What INFO says that tells of one matter only: all that is never left out, without a value. */
export const EMPTY_ROUTE_INFO: Readonly<RouteInfo> = {
  server_id: "",
  server_name: "",
  version: "",
  proto: 0,
  go: "",
  host: "",
  port: 0,
  headers: false,
  max_payload: 0,
};

const text = goString();
const texts = goSlice("[]string", text);
const subjects = goPointer(goStruct("server.SubjectPermission", { allow: texts, deny: texts }));

/**
 * Every field that nats-server's INFO may have, in its order. Those that are no route's matter have to
 * have the right type all the same, and are passed on to others with the rest.
 */
const FIELDS: Readonly<Record<string, GoType>> = {
  server_id: text,
  server_name: text,
  version: text,
  proto: goInt,
  git_commit: text,
  go: text,
  host: text,
  port: goInt,
  headers: goBool,
  auth_required: goBool,
  tls_required: goBool,
  tls_verify: goBool,
  tls_available: goBool,
  max_payload: goInt,
  jetstream: goBool,
  ip: text,
  client_id: goUint64,
  client_ip: text,
  nonce: text,
  cluster: text,
  cluster_dynamic: goBool,
  domain: text,
  connect_urls: texts,
  ws_connect_urls: texts,
  ldm: goBool,
  compression: text,
  connect_info: goBool,
  remote_account: text,
  acc_is_sys: goBool,
  api_lvl: goInt,
  import: subjects,
  export: subjects,
  lnoc: goBool,
  lnocu: goBool,
  ln: goBool,
  info_on_connect: goBool,
  route_pool_size: goInt,
  route_pool_idx: goInt,
  route_account: text,
  route_acc_add_reqid: text,
  gossip_mode: goUint8,
  gateway: text,
  gateway_urls: texts,
  gateway_url: text,
  gateway_cmd: goUint8,
  gateway_cmd_payload: goBytes,
  gateway_nrp: goBool,
  gateway_iom: goBool,
  leafnode_urls: texts,
  xkey: text,
};

const INFO = goStruct("server.Info", FIELDS);

/**
 * Reads the argument of INFO. Unknown fields are left out.
 *
 * @throws Error with nats-server's text when it is not valid.
 */
export function parseRouteInfo(json: string): RouteInfo {
  return { ...EMPTY_ROUTE_INFO, ...decodeGoStruct(json, INFO, "Info") };
}

/** @param end of the line: INFO that a server sends of itself has a space in front of it. */
export function encodeRouteInfo(info: Readonly<RouteInfo>, end: " \r\n" | "\r\n"): Buffer {
  const given = info as unknown as GoRecord;
  const members: string[] = [];
  for (const name of Object.keys(FIELDS)) {
    const value = given[name];
    if (Object.hasOwn(EMPTY_ROUTE_INFO, name) || !isEmpty(value)) {
      members.push(`"${name}":${encodeValue(value)}`);
    }
  }
  return Buffer.from(`INFO {${members.join(",")}}${end}`);
}

/** What Go leaves out; an object is there even when nothing is in it. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value) || Buffer.isBuffer(value)) return value.length === 0;
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

function encodeValue(value: unknown): string {
  if (typeof value === "string") return goJsonText(Buffer.from(value));
  if (Buffer.isBuffer(value)) return `"${value.toString("base64")}"`;
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { allow = [], deny = [] } = value as RouteSubjects;
  const lists = Object.entries({ allow, deny }).filter(([, list]) => list.length > 0);
  return `{${lists.map(([name, list]) => `"${name}":${encodeValue(list)}`).join(",")}}`;
}
