/**
 * The list of connections: sorted and searched here, so that a page of a hundred rows is all that ever
 * leaves the server, however many there are.
 */

import type { ServerView } from "../../../documents/server-view.ts";
import type { Client } from "../../../kinds/client.ts";
import { wholeNumber } from "../answers.ts";
import type { ConnectionList, ConnectionSort } from "../shapes.ts";
import { eachInSlices, sortedPart } from "../sliced.ts";
import type { ConnectionRates } from "./rates.ts";
import { accountOf, addressOf, idleMs, rowOf, userOf } from "./row.ts";

/** Rows of one answer. */
const ROWS_MAX = 200;
const ROWS = 50;
const SEARCH_LENGTH_MAX = 200;
const OFFSET_MAX = 1e7;
/** Subscriptions of one connection that a search for a subject looks at. */
const SEARCHED_SUBSCRIPTIONS_MAX = 200;

type Key = string | number;

const KEYS: Readonly<Record<ConnectionSort, (client: Client, rates: ConnectionRates) => Key>> = {
  cid: ({ cid }) => cid,
  name: ({ options }) => options.name.toLowerCase(),
  address: addressOf,
  account: (client) => accountOf(client).toLowerCase(),
  user: (client) => userOf(client).toLowerCase(),
  rtt: ({ keepalive }) => keepalive.rttMs,
  subscriptions: ({ outbound }) => outbound.subCount,
  pending: ({ outbound }) => outbound.pendingBytes,
  rate: (client, rates) => {
    const rate = rates.of(client);
    return rate === null ? -1 : rate.inMsgs + rate.outMsgs;
  },
  inMsgs: ({ inMsgs }) => inMsgs,
  outMsgs: ({ outbound }) => outbound.outMsgs,
  uptime: ({ startedAt }) => -startedAt,
  idle: idleMs,
};

interface Candidate {
  readonly client: Client;
  readonly key: Key;
}

/** @param query `sort`, `order` (`asc` or `desc`), `search`, `offset` and `limit`. */
export async function connectionList(
  view: ServerView,
  rates: ConnectionRates,
  query: URLSearchParams,
): Promise<ConnectionList> {
  const sort = query.get("sort") ?? "cid";
  const keyOf = Object.hasOwn(KEYS, sort) ? KEYS[sort as ConnectionSort] : KEYS.cid;
  const direction = query.get("order") === "desc" ? -1 : 1;
  const offset = wholeNumber(query.get("offset"), 0, OFFSET_MAX);
  const limit = Math.max(wholeNumber(query.get("limit"), ROWS, ROWS_MAX), 1);
  const search = (query.get("search") ?? "").trim().slice(0, SEARCH_LENGTH_MAX).toLowerCase();
  const found: Candidate[] = [];
  let total = 0;
  await eachInSlices(view.clients.values(), (client) => {
    total++;
    if (search !== "" && !matches(view, client, search)) return;
    found.push({ client, key: keyOf(client, rates) });
  });
  const part = await sortedPart(
    found,
    (a, b) => direction * compareKeys(a.key, b.key) || a.client.cid - b.client.cid,
    offset,
    limit,
  );
  const rows = part.map(({ client }) => rowOf(client, rates));
  return { total, found: found.length, offset, rows };
}

function compareKeys(a: Key, b: Key): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** By id, name, address, user, account, library, or a subject that it has subscribed to. */
function matches(view: ServerView, client: Client, search: string): boolean {
  if (`cid:${client.cid}` === search || String(client.cid) === search) return true;
  const { name, lang } = client.options;
  const texts = [name, lang, addressOf(client), accountOf(client), userOf(client)];
  if (texts.some((text) => text.toLowerCase().includes(search))) return true;
  const { subs } = view.exchange;
  let looked = 0;
  for (let id = client.outbound.firstSub; id !== 0; id = subs.nextOfSink(id)) {
    if (looked++ >= SEARCHED_SUBSCRIPTIONS_MAX) return false;
    const subject = client.account.sublist.subjectOf(id).toString("utf8");
    if (subject.toLowerCase().includes(search)) return true;
  }
  return false;
}
