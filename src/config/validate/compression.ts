/** Compression of links. The mode is any text until the server starts. */

import { goDuration } from "../../log/go-duration.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { Compression } from "../options/cluster.ts";
import {
  type CompressionMode,
  compressionMode,
  usedThresholds,
} from "../options/compression-mode.ts";

/** Each threshold begins a level: uncompressed, fast, better, best. */
const THRESHOLDS_MAX = 4;

/** @param modeForOn what the mode `on` stands for on this kind of link. */
export function* compressionFaults(
  { mode, rttThresholdsMs }: Compression,
  modeForOn: CompressionMode,
): Iterable<string> {
  if (mode === "") return;
  const wanted = compressionMode(mode, modeForOn);
  if (wanted === "s2_auto") yield* thresholdFaults(mode, rttThresholdsMs);
  else if (wanted === null) yield `unsupported compression mode ${goQuoteText(mode)}`;
}

function* thresholdFaults(mode: string, given: readonly number[]): Iterable<string> {
  if (given.length === 0) return;
  const shown = `[${given.map(goDuration).join(" ")}]`;
  let highest = 0;
  for (const threshold of given) {
    // Up to 0 means that a level is not used; that may stand anywhere.
    if (threshold > 0 && threshold < highest) {
      yield `RTT threshold values ${shown} should be in ascending order`;
      return;
    }
    highest = Math.max(highest, threshold);
  }
  const used = usedThresholds(given).length;
  const quoted = `compression mode ${goQuoteText(mode)}`;
  if (used > THRESHOLDS_MAX) yield `${quoted} should have no more than 4 RTT thresholds: ${shown}`;
  if (used === 0) yield `${quoted} requires at least one RTT threshold`;
}
