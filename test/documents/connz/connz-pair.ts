/** The same question about connections to both servers, and answers that can be compared. */

import { connz } from "../../../src/documents/connz/connz.ts";
import type { ConnzOptions } from "../../../src/documents/connz/connz-options.ts";
import type { Server } from "../../../src/server/server.ts";
import { Wire } from "../../support/wire.ts";
import { type DocumentPair, type Json, type JsonObject, withoutVolatile } from "../pair.ts";

const PARAMETERS: Readonly<Record<string, string>> = { state: "state", sort: "sort", auth: "auth" };
const STATES = ["open", "closed", "all"];
/** What no two servers agree on. */
const VOLATILE = new Set([
  ...["server_id", "now", "port", "start", "last_activity", "stop", "rtt", "uptime", "idle"],
  ...["pending_bytes"],
]);

/** What our server answers. */
export async function ourConnz(server: Server, options: ConnzOptions): Promise<JsonObject> {
  const document = await connz(server.observer, options);
  return JSON.parse((await document.encode("  ")).toString());
}

/** The parameters that ask for the same. */
export function queryOf({ subscriptions, subscriptions_detail, ...rest }: ConnzOptions): string {
  const pairs = Object.entries(rest).map(([name, value]) => {
    const text = name === "state" ? STATES[Number(value)]! : String(value);
    return `${PARAMETERS[name] ?? name}=${encodeURIComponent(text)}`;
  });
  if (subscriptions_detail) pairs.push("subs=detail");
  else if (subscriptions) pairs.push("subs=1");
  return `/connz?${pairs.join("&")}`;
}

/** Theirs and ours, in what does not depend on times and ports, with ids from the first one on. */
export async function askBoth(
  pair: DocumentPair,
  options: ConnzOptions,
  theirFirstCid = 0,
  ourFirstCid = 0,
): Promise<{ theirs: string; ours: string }> {
  const asked = ({ cid, ...rest }: ConnzOptions, first: number): ConnzOptions =>
    cid === undefined ? rest : { ...rest, cid: cid + first };
  const { theirs, ours } = await pair.ask({
    path: queryOf(asked(options, theirFirstCid)),
    ours: (server) => ourConnz(server, asked(options, ourFirstCid)),
  });
  return { theirs: comparable(theirs, theirFirstCid), ours: comparable(ours, ourFirstCid) };
}

/** Subscriptions stand in no order in nats-server's lists. */
function comparable(document: Json, firstCid: number): string {
  const shown = withLists(withoutVolatile(document, VOLATILE), firstCid);
  return JSON.stringify(shown, null, 1);
}

function withLists(value: Json, firstCid: number): Json {
  if (Array.isArray(value)) return value.map((item) => withLists(item, firstCid));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]): [string, Json] => {
    const shown = withLists(member, firstCid);
    if (name === "cid") return [name, Number(shown) - firstCid];
    if (!name.startsWith("subscriptions_list")) return [name, shown];
    return [name, (shown as Json[]).toSorted(byText)];
  });
  return Object.fromEntries(members);
}

function byText(a: Json, b: Json): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** The same raw connection to both, one after the other. */
export async function wires({ ports }: DocumentPair): Promise<[Wire, Wire]> {
  return [await Wire.connect(ports[0]), await Wire.connect(ports[1])];
}

/** Ids of the connections that are open and closed, theirs and ours. */
export async function cidsOf(pair: DocumentPair): Promise<[number[], number[]]> {
  const options: ConnzOptions = { state: 2, limit: 100_000 };
  const { theirs, ours } = await pair.ask({
    path: queryOf(options),
    ours: (server) => ourConnz(server, options),
  });
  const cids = ({ connections }: JsonObject): number[] =>
    (connections as JsonObject[]).map(({ cid }) => Number(cid));
  return [cids(theirs), cids(ours)];
}
