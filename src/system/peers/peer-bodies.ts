/** What other servers send each other, with Go's words for what cannot be read. */

import { decodeGoStruct, type GoRecord } from "../../protocol/go-struct.ts";
import { goInt, goString, goStruct, goUint64 } from "../../protocol/go-types.ts";

const text = goString();
const SERVER = goStruct("server.ServerInfo", { name: text, id: text, seq: goUint64 });
const CONNECTIONS = goStruct("server.AccountNumConns", {
  server: SERVER,
  acc: text,
  conns: goInt,
  leafnodes: goInt,
});
const STATISTICS = goStruct("server.ServerStatsMsg", { server: SERVER });

export interface ToldServer {
  readonly id: string;
  /** Number of the message among all that the server has sent. */
  readonly sequence: number;
}

export interface ToldConnections {
  readonly server: ToldServer;
  readonly account: string;
  readonly members: number;
  readonly leafnodes: number;
}

/** @throws Error with Go's text. */
export function readConnections(payload: Buffer): ToldConnections {
  const json = payload.toString();
  const { acc, conns, leafnodes, server } = decodeGoStruct(json, CONNECTIONS, "AccountNumConns");
  return {
    server: serverOf(server),
    account: (acc ?? "") as string,
    members: (conns ?? 0) as number,
    leafnodes: (leafnodes ?? 0) as number,
  };
}

/** Of statistics. @throws Error with Go's text. */
export function readStatistics(payload: Buffer): ToldServer {
  const { server } = decodeGoStruct(payload.toString(), STATISTICS, "ServerStatsMsg");
  return serverOf(server);
}

/** @throws Error with Go's text. */
export function checkServer(payload: Buffer): void {
  decodeGoStruct(payload.toString(), SERVER, "ServerInfo");
}

function serverOf(server: unknown): ToldServer {
  const { id, seq } = (server ?? {}) as GoRecord;
  return { id: (id ?? "") as string, sequence: (seq ?? 0) as number };
}
