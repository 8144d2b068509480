/** Messages and requests from a client of one cluster to a client of another. */

import { type Goal, measureCrossings } from "../cluster/across.ts";
import type { Bench } from "../security/bench.ts";
import { withGatewayPairs } from "./running-supercluster.ts";

/** Replies to a subscription younger than two seconds are mapped; to an older one they are not. */
const MAPPED_MS = 2_100;

const GOALS: readonly Goal[] = [
  { name: "1:1, 16 B", kind: "publish", size: 16, count: 4e6 },
  { name: "1:1, 128 B", kind: "publish", size: 128, count: 3e6, target: 1.5 },
  { name: "1:1, 1 KiB", kind: "publish", size: 1024, count: 1e6 },
  {
    name: "request/reply",
    kind: "request",
    size: 128,
    count: 15e3,
    target: 0.85,
    settlingMs: MAPPED_MS,
  },
  { name: "request/reply, fresh inboxes", kind: "fresh", size: 128, count: 15e3, target: 0.85 },
];

export async function measureAcross(bench: Bench): Promise<void> {
  await withGatewayPairs(bench, (pairs) => measureCrossings(bench, pairs, GOALS, "a gateway"));
}
