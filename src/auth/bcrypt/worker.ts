/** The thread in which passwords are compared with bcrypt hashes, one after another. */

import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { isPasswordOf } from "./compare.ts";

declare const self: Worker;

/** Behind whatever serves clients. */
const NICENESS = 10;

/** To the thread: a hash and a password. Back comes whether they belong together. */
export interface ComparisonRequest {
  readonly hash: string;
  readonly secret: string;
}

lowerPriority();
self.onmessage = ({ data }: MessageEvent<ComparisonRequest>) => {
  self.postMessage(isPasswordOf(data.hash, data.secret));
};

/** Linux knows priorities of single threads; elsewhere this one is like any other. */
function lowerPriority(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").pop());
    if (thread > 0) setPriority(thread, NICENESS);
  } catch {
    // It is a matter of comfort.
  }
}
