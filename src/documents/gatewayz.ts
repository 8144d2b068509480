/** `gatewayz`: connections to other clusters. There are none yet. */

import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface GatewayzOptions {
  /** Of the one remote gateway that is wanted; "" for all, which is the default. */
  readonly name?: string;
  /** Accounts are listed; false by default. */
  readonly accounts?: boolean;
  /** The one account that is listed; "" for all, which is the default. */
  readonly account_name?: string;
  /** Subjects of the accounts' subscriptions; false by default, as `subscriptions_detail`. */
  readonly subscriptions?: boolean;
  readonly subscriptions_detail?: boolean;
}

export function gatewayz({ serverInfo }: ServerView, _options: GatewayzOptions = {}): GoValue {
  return {
    server_id: serverInfo.id,
    now: rfc3339Nano(currentMicros()),
    outbound_gateways: {},
    inbound_gateways: {},
  };
}
