/** `raftz`: groups of servers that replicate streams. There are none without JetStream. */

import { DocumentError } from "./document-error.ts";
import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface RaftzOptions {
  /** Groups of this account; "" for the system account, which is the default. */
  readonly account?: string;
  /** The one group that is wanted; "" for all, which is the default. */
  readonly group?: string;
}

/** @throws DocumentError as long as there are none. */
export function raftz(_view: ServerView, _options: RaftzOptions = {}): GoValue {
  throw new DocumentError("No Raft nodes registered", 404);
}
