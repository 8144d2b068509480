/** `leafz`: connections of leafnodes. There are none yet. */

import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface LeafzOptions {
  /** Subjects of subscriptions; false by default. */
  readonly subscriptions?: boolean;
  /** Only leafnodes of this account; "" for all, which is the default. */
  readonly account?: string;
}

export function leafz({ serverInfo }: ServerView, _options: LeafzOptions = {}): GoValue {
  return {
    server_id: serverInfo.id,
    now: rfc3339Nano(currentMicros()),
    leafnodes: 0,
    leafs: [],
  };
}
