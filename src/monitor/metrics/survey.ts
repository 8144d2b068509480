/** What all connections together amount to, counted bit by bit. */

import { Largest } from "../../bytes/largest.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { Slices } from "../../documents/slices.ts";
import type { Client } from "../../kinds/client.ts";

export interface Survey {
  connections: number;
  subscriptions: number;
  pendingBytes: number;
  /** Of input that could not be handled yet. */
  heldBytes: number;
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
  /** Those that most bytes wait for, most first. */
  heaviest: readonly Client[];
}

/** What has waited for a connection when it was looked at. */
interface Weighed {
  readonly client: Client;
  readonly bytes: number;
}

/** @param heaviestMax connections that are wanted by themselves. */
export async function survey(view: ServerView, heaviestMax: number): Promise<Survey> {
  const heaviest = new Largest<Weighed>(heaviestMax, (one, other) => one.bytes > other.bytes);
  const sums: Survey = {
    connections: 0,
    subscriptions: 0,
    pendingBytes: 0,
    heldBytes: 0,
    inMsgs: 0,
    inBytes: 0,
    outMsgs: 0,
    outBytes: 0,
    heaviest: [],
  };
  const slices = new Slices();
  for (const client of view.clients.values()) {
    const { outbound, inbound } = client;
    outbound.foldCounters();
    sums.connections++;
    sums.subscriptions += outbound.subCount;
    sums.pendingBytes += outbound.pendingBytes;
    sums.heldBytes += inbound.heldBytes;
    sums.inMsgs += client.inMsgs;
    sums.inBytes += client.inBytes;
    sums.outMsgs += outbound.outMsgs;
    sums.outBytes += outbound.outBytes;
    if (heaviestMax > 0) heaviest.add({ client, bytes: outbound.pendingBytes });
    if (slices.isOver) await slices.pause();
  }
  sums.heaviest = heaviest.items.map(({ client }) => client);
  return sums;
}
