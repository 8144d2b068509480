/** The service `PROFILEZ`. Profiles are those of Go's runtime, which are not to be had here. */

import type { GoValue } from "../../documents/go-document.ts";
import { goDuration } from "../../log/go-duration.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";

const DURATION_MAX_NS = 15e9;
const NANOS_PER_MS = 1e6;
const CPU = "cpu";

export interface ProfilezOptions {
  readonly name?: string;
  readonly debug?: number;
  /** Nanoseconds. */
  readonly duration?: number;
}

export function profilez({ name = "", duration = 0 }: ProfilezOptions): GoValue {
  return { profile: null, error: faultOf(name, duration) };
}

function faultOf(name: string, duration: number): string {
  if (name === "") return "Profile name not specified";
  if (name !== CPU) return `Profile ${goQuoteText(name)} not found`;
  if (duration > 0 && duration <= DURATION_MAX_NS) {
    return "Failed to start CPU profile: not supported by this runtime";
  }
  return `Duration ${goDuration(duration / NANOS_PER_MS)} should be between 0s and 15s`;
}
