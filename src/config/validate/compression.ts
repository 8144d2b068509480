/** Compression of links. The mode is any text until the server starts. */

import { goDuration } from "../../log/go-duration.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { Compression } from "../options/cluster.ts";

const MODES: readonly string[] = [
  "on",
  "enabled",
  "true",
  "not supported",
  "not_supported",
  "disabled",
  "off",
  "false",
  "accept",
  "fast",
  "s2_fast",
  "better",
  "s2_better",
  "best",
  "s2_best",
];
const AUTOMATIC: readonly string[] = ["auto", "s2_auto"];
/** Each threshold begins a level: uncompressed, fast, better, best. */
const THRESHOLDS_MAX = 4;

/** @param onIsAutomatic what the mode `on` stands for on this kind of link. */
export function* compressionFaults(
  { mode, rttThresholdsMs }: Compression,
  onIsAutomatic: boolean,
): Iterable<string> {
  if (mode === "") return;
  const wanted = mode.toLowerCase();
  const isOn = ["on", "enabled", "true"].includes(wanted);
  if (AUTOMATIC.includes(wanted) || (isOn && onIsAutomatic)) {
    yield* thresholdFaults(mode, rttThresholdsMs);
  } else if (!MODES.includes(wanted)) {
    yield `unsupported compression mode ${goQuoteText(mode)}`;
  }
}

function* thresholdFaults(mode: string, given: readonly number[]): Iterable<string> {
  if (given.length === 0) return;
  const shown = `[${given.map(goDuration).join(" ")}]`;
  const thresholds = given.map((threshold) => Math.max(threshold, 0));
  let highest = 0;
  for (const threshold of thresholds) {
    // 0 means that a level is not used; it may stand anywhere.
    if (threshold !== 0 && threshold < highest) {
      yield `RTT threshold values ${shown} should be in ascending order`;
      return;
    }
    highest = Math.max(highest, threshold);
  }
  const used = thresholds.findLastIndex((threshold) => threshold !== 0) + 1;
  const quoted = `compression mode ${goQuoteText(mode)}`;
  if (used > THRESHOLDS_MAX) yield `${quoted} should have no more than 4 RTT thresholds: ${shown}`;
  if (used === 0) yield `${quoted} requires at least one RTT threshold`;
}
