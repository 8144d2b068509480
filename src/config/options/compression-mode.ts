/** Modes of compression: their many spellings, and what each kind of link makes of them. */

import type { Compression } from "./cluster.ts";

/** As servers name them to each other. */
export type CompressionMode =
  | "not supported"
  | "off"
  | "accept"
  | "s2_auto"
  | "s2_fast"
  | "s2_better"
  | "s2_best";

export interface EffectiveCompression {
  readonly mode: CompressionMode;
  /** Of `s2_auto` only: from each one on the next level counts, 0 for one that is not used. */
  readonly rttThresholdsMs: readonly number[];
}

const MODES: Readonly<Record<string, CompressionMode>> = {
  "not supported": "not supported",
  not_supported: "not supported",
  disabled: "off",
  off: "off",
  false: "off",
  accept: "accept",
  auto: "s2_auto",
  s2_auto: "s2_auto",
  fast: "s2_fast",
  s2_fast: "s2_fast",
  better: "s2_better",
  s2_better: "s2_better",
  best: "s2_best",
  s2_best: "s2_best",
};

const ON: ReadonlySet<string> = new Set(["on", "enabled", "true"]);

/** Milliseconds from which on `s2_auto` compresses at all, better, and best. */
const USUAL_THRESHOLDS_MS: readonly number[] = [10, 50, 100];

/**
 * The mode that a text stands for, whatever its case.
 *
 * @param modeForOn what `on` stands for on this kind of link.
 * @returns null when it stands for none.
 */
export function compressionMode(text: string, modeForOn: CompressionMode): CompressionMode | null {
  const wanted = text.toLowerCase();
  return ON.has(wanted) ? modeForOn : Object.hasOwn(MODES, wanted) ? MODES[wanted]! : null;
}

/** Thresholds as given, without what is of no use: negative ones are 0, and none ends the list. */
export function usedThresholds(given: readonly number[]): number[] {
  const thresholds = given.map((threshold) => Math.max(threshold, 0));
  return thresholds.slice(0, thresholds.findLastIndex((threshold) => threshold !== 0) + 1);
}

/**
 * @param usual the mode when none is given.
 * @param modeForOn what `on` stands for on this kind of link.
 */
export function effectiveCompression(
  { mode: given, rttThresholdsMs }: Compression,
  usual: CompressionMode,
  modeForOn: CompressionMode,
): EffectiveCompression {
  const mode = given === "" ? usual : (compressionMode(given, modeForOn) ?? usual);
  if (mode !== "s2_auto") return { mode, rttThresholdsMs: [] };
  const isUsual = rttThresholdsMs.length === 0;
  return { mode, rttThresholdsMs: isUsual ? USUAL_THRESHOLDS_MS : usedThresholds(rttThresholdsMs) };
}
