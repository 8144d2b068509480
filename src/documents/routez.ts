/** `routez`: connections to other servers of the cluster. There are none yet. */

import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface RoutezOptions {
  /** Subjects of subscriptions; false by default, as `subscriptions_detail`. */
  readonly subscriptions?: boolean;
  readonly subscriptions_detail?: boolean;
}

export function routez({ serverInfo }: ServerView, _options: RoutezOptions = {}): GoValue {
  return {
    server_id: serverInfo.id,
    server_name: serverInfo.name,
    now: rfc3339Nano(currentMicros()),
    num_routes: 0,
    routes: [],
  };
}
