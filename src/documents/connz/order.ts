/** The orders that connections are asked for in, as numbers to sort by: the least comes first. */

import type { Client } from "../../kinds/client.ts";
import type { ClosedClient } from "../closed-clients.ts";
import { DocumentError } from "../document-error.ts";
import type { Slices } from "../slices.ts";
import { type ConnectionFacts, lastActivity, type Moment, rttOf } from "./connection-facts.ts";
import { CONNZ_SORTS, type ConnzOptions, type ConnzSort, ConnzState } from "./connz-options.ts";
import type { Selection } from "./selection.ts";
import { sortedPlaces } from "./sliced-sort.ts";

const MICROS_PER_MS = 1000;
/** Connections between two looks at the clock. */
const STEP = 256;

export type Entry = Client | ClosedClient;

interface Measure {
  readonly open: (client: Client, moment: Moment) => number;
  readonly closed: (facts: ConnectionFacts) => number;
}

/** Those that are left out go by their id. */
const MEASURES: Readonly<Partial<Record<ConnzSort, Measure>>> = {
  subs: { open: ({ outbound }) => -outbound.subCount, closed: (facts) => -facts.subscriptions },
  pending: {
    open: ({ outbound }) => -outbound.pendingBytes,
    closed: (facts) => -facts.pendingBytes,
  },
  msgs_to: { open: ({ outbound }) => -outbound.outMsgs, closed: (facts) => -facts.outMsgs },
  msgs_from: { open: (client) => -client.inMsgs, closed: (facts) => -facts.inMsgs },
  bytes_to: { open: ({ outbound }) => -outbound.outBytes, closed: (facts) => -facts.outBytes },
  bytes_from: { open: (client) => -client.inBytes, closed: (facts) => -facts.inBytes },
  last: { open: (client, now) => -lastActivity(client, now), closed: (facts) => -facts.lastAt },
  idle: { open: lastActivity, closed: (facts) => facts.lastAt },
  uptime: {
    open: ({ startedAt }, { micros }) => micros - startedAt * MICROS_PER_MS,
    closed: ({ startedAt, stoppedAt }) => stoppedAt - startedAt * MICROS_PER_MS,
  },
  rtt: { open: (client) => -rttOf(client), closed: (facts) => -facts.rtt },
  stop: { open: () => 0, closed: (facts) => -facts.stoppedAt },
};

/** @throws DocumentError for an order that there is not, or not for these. */
export function checkedSort({ sort = "", state = ConnzState.Open }: ConnzOptions): ConnzSort {
  const found = sort === "" ? "cid" : CONNZ_SORTS.find((each) => each === sort);
  if (found === undefined) throw new DocumentError(`invalid sorting option: ${sort}`);
  if ((found === "stop" || found === "reason") && state !== ConnzState.Closed) {
    throw new DocumentError(`sort by ${found} only valid on closed connections`);
  }
  return found;
}

/**
 * All connections of a selection in order. Those that are the same in that stay in the order of their
 * ids; of those that came within the same millisecond the later one has been there for less time.
 */
export async function inOrder(
  { open, closed }: Selection,
  sort: ConnzSort,
  moment: Moment,
  slices: Slices,
): Promise<Entry[]> {
  // Open ones are in the order of their ids already; others are in that in which they went.
  const byCid = await sorted([...open, ...closed], cidOf, slices);
  if (sort === "uptime") byCid.reverse();
  if (sort === "reason") {
    const rankOf = ranks(closed);
    return sorted(
      byCid,
      (entry) => ("facts" in entry ? rankOf.get(entry.facts.reason)! : 0),
      slices,
    );
  }
  const measure = MEASURES[sort];
  if (measure === undefined) return byCid;
  const keyOf = (entry: Entry): number => {
    if ("facts" in entry) return measure.closed(entry.facts);
    entry.outbound.foldCounters();
    return measure.open(entry, moment);
  };
  return sorted(byCid, keyOf, slices);
}

async function sorted(
  entries: Entry[],
  key: (entry: Entry) => number,
  slices: Slices,
): Promise<Entry[]> {
  const keys = new Float64Array(entries.length);
  for (let i = 0; i < keys.length; i++) {
    keys[i] = key(entries[i]!);
    if (i % STEP === 0 && slices.isOver) await slices.pause();
  }
  const places = await sortedPlaces(keys, slices);
  return Array.from(places, (place) => entries[place]!);
}

function cidOf(entry: Entry): number {
  return "facts" in entry ? entry.facts.cid : entry.cid;
}

/** Places of the reasons in the alphabet. */
function ranks(closed: readonly ClosedClient[]): Map<string, number> {
  const reasons = [...new Set(closed.map(({ facts }) => facts.reason))].sort();
  return new Map(reasons.map((reason, rank) => [reason, rank]));
}
