/** One look at all connections: what they have sent and received, what waits, and who is busiest. */

import type { ServerView } from "../../../documents/server-view.ts";
import { gatewaysOf } from "../../../documents/supercluster-view.ts";
import type { Client } from "../../../kinds/client.ts";
import type { ConnectionRates } from "../connections/rates.ts";
import { accountOf, addressOf } from "../connections/row.ts";
import type { BusyConnection, Flow } from "../shapes.ts";
import { shown } from "../shown.ts";
import { eachInSlices } from "../sliced.ts";

/** Busiest connections that are told of. */
const BUSIEST_MAX = 5;

export interface Survey {
  /** By `performance.now`. */
  readonly at: number;
  /** Since the server began. */
  readonly total: Flow;
  readonly pendingBytes: number;
  /** Of clients: those of the server itself are nobody's business. */
  readonly subscriptions: number;
  readonly busiest: readonly BusyConnection[];
}

export async function survey(view: ServerView, rates: ConnectionRates): Promise<Survey> {
  const at = performance.now();
  let outMsgs = 0;
  let outBytes = 0;
  let pendingBytes = 0;
  let subscriptions = 0;
  const busiest: { client: Client; rate: Flow; sum: number }[] = [];
  await eachInSlices(view.clients.values(), (client) => {
    const { outbound } = client;
    const rate = rates.note(client, performance.now());
    outMsgs += outbound.outMsgs;
    outBytes += outbound.outBytes;
    pendingBytes += outbound.pendingBytes;
    subscriptions += outbound.subCount;
    const sum = rate === null ? 0 : rate.inMsgs + rate.outMsgs;
    if (rate === null || sum < 0.5) return;
    if (busiest.length === BUSIEST_MAX && sum <= busiest.at(-1)!.sum) return;
    busiest.push({ client, rate, sum });
    busiest.sort((a, b) => b.sum - a.sum);
    if (busiest.length > BUSIEST_MAX) busiest.pop();
  });
  const links = [...(view.cluster?.routes ?? []), ...gatewaysOf(view.supercluster)];
  for (const link of links) {
    const { outbound } = link;
    rates.note(link, performance.now());
    outMsgs += outbound.outMsgs;
    outBytes += outbound.outBytes;
    pendingBytes += outbound.pendingBytes;
  }
  const { stats } = view;
  return {
    at,
    total: {
      inMsgs: stats.inMsgs,
      inBytes: stats.inBytes,
      outMsgs: stats.outMsgs + outMsgs,
      outBytes: stats.outBytes + outBytes,
    },
    pendingBytes,
    subscriptions,
    busiest: busiest.map(({ client, rate }) => ({
      ...rate,
      cid: client.cid,
      client: shown(client.options.name) || addressOf(client),
      account: accountOf(client),
    })),
  };
}

/** Per second; what a counter seems to have lost while it was looked at counts as nothing. */
export function flowBetween(before: Survey, after: Survey): Flow {
  const seconds = Math.max((after.at - before.at) / 1000, 0.001);
  const rate = (key: keyof Flow): number =>
    Math.max(after.total[key] - before.total[key], 0) / seconds;
  return {
    inMsgs: rate("inMsgs"),
    outMsgs: rate("outMsgs"),
    inBytes: rate("inBytes"),
    outBytes: rate("outBytes"),
  };
}
