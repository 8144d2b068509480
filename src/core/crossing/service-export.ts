/** A service that an account offers to others. */

import type { ServiceLatency } from "../../config/options/accounts.ts";
import type { Account } from "../account.ts";

/** How long an answer is waited for, unless the export says otherwise. */
export const RESPONSE_THRESHOLD_MS = 2 * 60 * 1000;

let exports = 0;

export class ServiceExport {
  /** Tells it from all others of the process. */
  readonly number = ++exports;
  readonly account: Account;
  readonly subject: string;
  /** Whether a request has one answer; otherwise they go on until an empty one. */
  readonly isSingleton: boolean;
  readonly thresholdMs: number;
  readonly latency: ServiceLatency | null;
  /** Accounts that import it may know who there gets a message that they trace. */
  allowTrace = false;
  /** Pending replies, by age; kept by `PendingReplies`. */
  oldest = 0;
  newest = 0;
  timer: Timer | undefined;

  constructor(
    account: Account,
    subject: string,
    responseType: "singleton" | "stream" | "chunked",
    thresholdMs: number,
    latency: ServiceLatency | null,
  ) {
    this.account = account;
    this.subject = subject;
    this.isSingleton = responseType === "singleton";
    this.thresholdMs = thresholdMs > 0 ? thresholdMs : RESPONSE_THRESHOLD_MS;
    this.latency = latency;
  }
}
