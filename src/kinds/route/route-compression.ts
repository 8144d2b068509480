/** Which compression two servers end up with, each of them for what it sends. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import type { S2Level } from "../../s2/s2-level.ts";

const NOT_SUPPORTED = "not supported";
const OFF = "off";
const ACCEPT = "accept";
export const AUTO = "s2_auto";
const FAST = "s2_fast";

/** By their place in a list of round-trip times. */
const AUTO_MODES = ["s2_uncompressed", FAST, "s2_better", "s2_best"];

const LEVELS: Readonly<Record<string, S2Level>> = {
  s2_uncompressed: "uncompressed",
  s2_fast: "fast",
  s2_better: "better",
  s2_best: "best",
};

/** Whether it is to be agreed on at all, or was. */
export function isCompressing(mode: string): boolean {
  return mode !== OFF && mode !== NOT_SUPPORTED && mode !== "";
}

/**
 * The mode for what this server sends, by what it is to do and what the other one has told.
 *
 * @throws Error with nats-server's text for a mode that is none.
 */
export function negotiate(own: string, told: string): string {
  switch (told) {
    case "":
    case NOT_SUPPORTED:
      return NOT_SUPPORTED;
    case OFF:
      return OFF;
    case ACCEPT:
      return own === ACCEPT ? OFF : own;
    case AUTO:
      return own === ACCEPT ? FAST : own;
  }
  if (!Object.hasOwn(LEVELS, told)) {
    throw new Error(`unsupported route compression mode ${goQuoteText(told)}`);
  }
  return own === ACCEPT ? told : own;
}

/** What INFO tells where nothing is negotiated, as this server does not want to. */
export function uncompressedMode(own: string, told: string): string {
  return told === "" || own === NOT_SUPPORTED ? NOT_SUPPORTED : OFF;
}

/** The mode that stands for `s2_auto` at a round-trip time; the slower, the harder. */
export function modeByRtt(rttMs: number, thresholdsMs: readonly number[]): string {
  const index = thresholdsMs.findIndex((threshold) => rttMs <= threshold);
  const last = AUTO_MODES.length - 1;
  // With one time or two the last of them counts for all that take longer.
  const beyond = thresholdsMs.length >= last ? last : thresholdsMs.length - 1;
  return AUTO_MODES[index < 0 ? beyond : index]!;
}

export function levelOf(mode: string): S2Level {
  return LEVELS[mode] ?? "fast";
}
