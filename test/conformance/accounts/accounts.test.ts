/**
 * Plays every scenario on accounts, imports and exports, mappings, JWTs and the callout to
 * nats-server and to this server.
 */

import { sortCopies } from "../frames.ts";
import { Judge } from "../scenarios/judge.ts";
import { DIFFERENCES } from "./differences.ts";
import { GROUPS } from "./groups/index.ts";
import { KEY_NAMES } from "./keys.ts";
import { newMask } from "./masks.ts";

/** Whether the server answers PING before or after it says something by itself is left to chance. */
function withoutPongs(frames: readonly string[]): string[] {
  return sortCopies(frames.filter((frame) => frame !== "PONG\r\n"));
}

new Judge({
  name: "accounts",
  groups: GROUPS,
  differences: DIFFERENCES,
  prepare: async () => ({ newMask: () => newMask(KEY_NAMES), sort: withoutPongs }),
}).test();
