/**
 * `stacksz`: what the server is at, as text. Go lists its goroutines there; here one event loop does
 * everything, so it is told what that loop has to do with.
 */

import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import type { ServerView } from "./server-view.ts";
import { Slices } from "./slices.ts";

export async function stacksz(view: ServerView): Promise<string> {
  const counts = await countConnections(view);
  const { phase, serverInfo, port, startedAt } = view;
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  return [
    `event loop of ${serverInfo.name}:`,
    `  pid ${process.pid}, bun ${Bun.version}`,
    `  ${phase} since ${rfc3339Nano(startedAt)}, now ${rfc3339Nano(currentMicros())}`,
    `  listener: ${port === 0 ? "closed" : `port ${port}`}`,
    `  memory: ${rss} bytes resident, heap ${heapUsed} of ${heapTotal}`,
    "",
    `connections: ${view.clients.size}`,
    ...Object.entries(counts).map(([state, count]) => `  ${state}: ${count}`),
    "",
  ].join("\n");
}

/** Connections by what they are at, and what they have. */
async function countConnections({ clients }: ServerView): Promise<Record<string, number>> {
  const counts = { writable: 0, blocked: 0, closing: 0, TLS: 0, subscriptions: 0, pendingBytes: 0 };
  const slices = new Slices();
  for (const client of clients.values()) {
    const { outbound } = client;
    if (client.isClosed) counts.closing++;
    else if (outbound.isBlocked) counts.blocked++;
    else counts.writable++;
    if (client.tls !== null) counts.TLS++;
    counts.subscriptions += outbound.subCount;
    counts.pendingBytes += outbound.pendingBytes;
    if (slices.isOver) await slices.pause();
  }
  const { pendingBytes, ...others } = counts;
  return { ...others, "pending bytes": pendingBytes };
}
