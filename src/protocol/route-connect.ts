/** CONNECT between the servers of a cluster. */

import { goJsonText } from "./go-json-text.ts";
import { decodeGoStruct } from "./go-struct.ts";
import { goBool, goString, goStruct } from "./go-types.ts";

export interface RouteConnect {
  echo: boolean;
  verbose: boolean;
  pedantic: boolean;
  user?: string;
  pass?: string;
  tls_required: boolean;
  headers: boolean;
  /** Id of the server that dials. */
  name: string;
  cluster: string;
  cluster_dynamic?: boolean;
  lnoc?: boolean;
  lnocu?: boolean;
  ln?: boolean;
  /** Set by a gateway that has come to the wrong port. */
  gateway?: string;
}

const NOTHING: Readonly<RouteConnect> = {
  echo: false,
  verbose: false,
  pedantic: false,
  tls_required: false,
  headers: false,
  name: "",
  cluster: "",
};

const text = goString();

/** In nats-server's order. */
const FIELDS = {
  echo: goBool,
  verbose: goBool,
  pedantic: goBool,
  user: text,
  pass: text,
  tls_required: goBool,
  headers: goBool,
  name: text,
  cluster: text,
  cluster_dynamic: goBool,
  lnoc: goBool,
  lnocu: goBool,
  ln: goBool,
  gateway: text,
} as const satisfies Record<keyof RouteConnect, unknown>;

const CONNECT = goStruct("server.connectInfo", FIELDS);

/**
 * Reads the argument of CONNECT.
 *
 * @throws Error with nats-server's text when it is not valid.
 */
export function parseRouteConnect(json: string): RouteConnect {
  return { ...NOTHING, ...decodeGoStruct(json, CONNECT, "connectInfo") };
}

/** The whole line. */
export function encodeRouteConnect(connect: Readonly<RouteConnect>): Buffer {
  const members: string[] = [];
  for (const name of Object.keys(FIELDS) as (keyof RouteConnect)[]) {
    const value = connect[name];
    if (Object.hasOwn(NOTHING, name) || value) {
      const json = typeof value === "string" ? goJsonText(Buffer.from(value)) : String(value);
      members.push(`"${name}":${json}`);
    }
  }
  return Buffer.from(`CONNECT {${members.join(",")}}\r\n`);
}
