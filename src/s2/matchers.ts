/** The matchers of all levels, each made when it is first needed: their tables take memory. */

import { ChainMatcher } from "./chain-matcher.ts";
import { FastMatcher } from "./fast-matcher.ts";
import type { Matcher } from "./matcher.ts";
import type { S2Level } from "./s2-level.ts";

const BETTER_TRIES = 6;
/** More of them make little difference to the size, and much to the time. */
const BEST_TRIES = 24;

const made = new Map<S2Level, Matcher | null>();

/** Null for data that stays as it is. */
export function matcherOf(level: S2Level): Matcher | null {
  let matcher = made.get(level);
  if (matcher === undefined) {
    matcher = make(level);
    made.set(level, matcher);
  }
  return matcher;
}

function make(level: S2Level): Matcher | null {
  switch (level) {
    case "uncompressed":
      return null;
    case "fast":
      return new FastMatcher();
    case "better":
      return new ChainMatcher(BETTER_TRIES);
    case "best":
      return new ChainMatcher(BEST_TRIES);
  }
}
