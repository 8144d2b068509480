/** What has gone through in a second, by two looks at counters. */

import type { Counters, Sample } from "./sample.ts";

/** Per second. */
export type Rates = Counters;

export interface SampleRates {
  readonly server: Rates;
  /** By cid: of connections that were there at both looks. */
  readonly connections: ReadonlyMap<number, Rates>;
}

/** Null while there was but one look, or when the server is another one than before. */
export function ratesBetween(before: Sample | null, now: Sample): SampleRates | null {
  if (before === null || before.server.id !== now.server.id || now.at <= before.at) return null;
  const seconds = (now.at - before.at) / 1000;
  const known = new Map(before.connections.map((connection) => [connection.cid, connection]));
  const connections = new Map<number, Rates>();
  for (const connection of now.connections) {
    const then = known.get(connection.cid);
    if (then !== undefined) connections.set(connection.cid, difference(then, connection, seconds));
  }
  return { server: difference(before.server, now.server, seconds), connections };
}

function difference(before: Counters, now: Counters, seconds: number): Rates {
  // Counters may begin anew.
  const rate = (name: keyof Counters): number => Math.max(0, now[name] - before[name]) / seconds;
  return {
    inMsgs: rate("inMsgs"),
    outMsgs: rate("outMsgs"),
    inBytes: rate("inBytes"),
    outBytes: rate("outBytes"),
  };
}
