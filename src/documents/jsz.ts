/** `jsz`: JetStream, which is off. */

import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import { DocumentError } from "./document-error.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

/** Without JetStream only `leader_only` makes a difference. */
export interface JszOptions {
  /** Only this account; "" for all, which is the default. */
  readonly account?: string;
  /** All false by default. */
  readonly accounts?: boolean;
  readonly streams?: boolean;
  readonly consumer?: boolean;
  readonly direct_consumer?: boolean;
  readonly config?: boolean;
  readonly raft?: boolean;
  readonly stream_leader_only?: boolean;
  /** Only the leader answers. */
  readonly leader_only?: boolean;
  /** 0 by default. */
  readonly offset?: number;
  /** 1024 by default, which 0 stands for. */
  readonly limit?: number;
}

/** @throws DocumentError when only a leader was to answer. */
export function jsz(
  { serverInfo }: ServerView,
  { leader_only: isLeaderOnly = false }: JszOptions = {},
): GoValue {
  if (isLeaderOnly) throw new DocumentError("filtered response: not leader");
  return {
    memory: 0,
    storage: 0,
    reserved_memory: 0,
    reserved_storage: 0,
    accounts: 0,
    ha_assets: 0,
    api: { level: 0, total: 0, errors: 0 },
    server_id: serverInfo.id,
    now: rfc3339Nano(currentMicros()),
    disabled: true,
    config: { max_memory: 0, max_storage: 0 },
    streams: 0,
    consumers: 0,
    messages: 0,
    bytes: 0,
    total: 0,
  };
}
