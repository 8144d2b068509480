/**
 * `ipqueuesz`: what waits within the server. Here one event loop does what nats-server's queues are
 * for, so those that are known to whoever watches are there, and empty.
 */

import { GoMap, type GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface IpqueueszOptions {
  /** Those that are empty too; false by default. */
  readonly all?: boolean;
  /** What names have to contain; "" for all, which is the default. */
  readonly filter?: string;
}

/** Of a server without JetStream and links to others. */
const QUEUES = ["delayed API responses"];
/** Of a server that has a system account besides. */
const SYSTEM_QUEUES = ["SendQ", "System recvQ", "System recvQ Pings", "System sendQ"];

export function ipqueuesz(
  view: ServerView,
  { all = false, filter = "" }: IpqueueszOptions = {},
): GoMap {
  const names = view.accounts.system === null ? QUEUES : [...QUEUES, ...SYSTEM_QUEUES];
  const shown = all ? names.filter((name) => name.includes(filter)) : [];
  return new GoMap(shown.map((name): [string, GoValue] => [name, { pending: 0 }]));
}
