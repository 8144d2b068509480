/** All transcripts, by theme. */

import type { Transcript } from "../transcript.ts";
import { pings } from "./pings.ts";

export const GROUPS: Record<string, readonly Transcript[]> = {
  pings,
};
