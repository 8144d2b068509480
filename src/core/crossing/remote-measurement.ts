/** A measurement of another server, as it is sent: who has answered a request, and how fast. */

import { goJsonText } from "../../protocol/go-json-text.ts";
import { decodeGoStruct, type GoRecord } from "../../protocol/go-struct.ts";
import { goDuration, goSlice, goString, goStruct, goUint64 } from "../../protocol/go-types.ts";
import type { RemoteHalf } from "./latency-halves.ts";

const text = goString();
/** In nats-server's order. */
const RESPONDER = {
  start: text,
  host: text,
  id: goUint64,
  acc: text,
  svc: text,
  user: text,
  name: text,
  lang: text,
  ver: text,
  rtt: goDuration,
  server: text,
  cluster: text,
  alts: goSlice("[]string", text),
  stop: text,
  jwt: text,
  issuer_key: text,
  name_tag: text,
  tags: goSlice("[]string", text),
  kind: text,
  client_type: text,
  client_id: text,
  nonce: text,
};
const MEASUREMENT = goStruct("server.remoteLatency", {
  account: text,
  req_id: text,
  m2: goStruct("server.ServiceLatency", {
    responder: goStruct("server.ClientInfo", RESPONDER),
    service: goDuration,
  }),
});

export interface RemoteMeasurement {
  /** Account of the service. */
  readonly account: string;
  /** The reply subject of the request there. */
  readonly reply: string;
  readonly half: RemoteHalf;
}

/** @throws Error with Go's text. */
export function readMeasurement(json: string): RemoteMeasurement {
  const { account, req_id: reply, m2 } = decodeGoStruct(json, MEASUREMENT, "remoteLatency");
  const { responder, service } = (m2 ?? {}) as GoRecord;
  const known = (responder ?? null) as GoRecord | null;
  return {
    account: (account ?? "") as string,
    reply: (reply ?? "") as string,
    half: {
      responder: known === null ? "" : encode(known),
      rtt: (known?.rtt ?? 0) as number,
      service: (service ?? 0) as number,
    },
  };
}

function encode(responder: GoRecord): string {
  const fields: string[] = [];
  for (const name of Object.keys(RESPONDER)) {
    const value = responder[name];
    const isEmpty = value === undefined || value === "" || value === 0;
    if (!isEmpty) fields.push(`"${name}":${encodeValue(value)}`);
  }
  return `{${fields.join(",")}}`;
}

function encodeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(",")}]`;
  return typeof value === "string" ? goJsonText(Buffer.from(value)) : String(value);
}
