/** What clients need from their server. */

import type { Account } from "../core/account.ts";
import type { Passage } from "../core/crossing/passage.ts";
import type { Delivery } from "../core/delivery.ts";
import type { Gateways } from "../core/gateway/gateways.ts";
import type { SinkTable } from "../core/sink.ts";
import type { Subscriptions } from "../core/subscriptions.ts";
import type { MessageTracing } from "../core/tracing/message-tracing.ts";
import type { ConnectionHost } from "../net/connection.ts";
import type { KeepaliveHost } from "../net/keepalive.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { LoginHost } from "./client-login.ts";
import type { ClientObserver } from "./client-observer.ts";
import type { ViolationHost } from "./client-violations.ts";

export interface ClientHost extends ConnectionHost, KeepaliveHost, LoginHost, ViolationHost {
  readonly log: ConnectionHost["log"];
  readonly options: ConnectionHost["options"] &
    KeepaliveHost["options"] & {
      readonly maxSubscriptions: number;
      readonly maxSubTokens: number;
      readonly noHeaderSupport: boolean;
    };
  readonly serverInfo: ServerInfo;
  /** Where clients are until it is known who they are. */
  readonly account: Account;
  readonly systemAccount: Account | null;
  readonly clusterName: string;
  readonly subs: Subscriptions;
  readonly sinks: SinkTable;
  readonly delivery: Delivery;
  /** Null where there are no other clusters. */
  readonly gateways: Gateways | null;
  readonly passage: Passage;
  readonly tracing: MessageTracing;
  readonly observer: ClientObserver;
}
