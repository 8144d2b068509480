/** Flags over the options that a file, or nothing, has set. */

import type { Options } from "../config/options/options.ts";
import { BUILT_FEATURES } from "../config/schema/features.ts";
import { FLAGS } from "./flags.ts";
import type { GivenFlag } from "./go-flags.ts";

/** Flags that contradict each other, or whose value is wrong; the message is nats-server's. */
export class FlagError extends Error {}

/** Values of flags by their first name; flags that are not given are missing. */
export type FlagValues = ReadonlyMap<string, string>;

/**
 * Changes options to what flags say.
 *
 * @throws FlagError when they cannot be had.
 */
export async function applyFlags(given: readonly GivenFlag[], options: Options): Promise<void> {
  // Most servers have none, and almost all others have none of the kind that needs more code.
  if (given.length === 0) return;
  const values: FlagValues = new Map(given.map(({ flag, value }) => [flag.names[0]!, value]));
  for (const { names, apply } of FLAGS) {
    const value = values.get(names[0]!);
    if (value !== undefined) apply?.(options, value);
  }
  if (!given.some(({ flag }) => flag.apply === undefined && flag.needs !== undefined)) return;
  const { applyBlockFlags } = await import("./block-flags.ts");
  await applyBlockFlags(values, options);
}

/** What is to be said of flags, a line each: those of features that are not built yet. */
export function adviceOnFlags(given: readonly GivenFlag[]): string[] {
  const last = new Map(given.map((each) => [each.flag, each]));
  return [...last.values()]
    .filter(({ flag, value }) => isMissing(flag.needs) && turnsOn(value))
    .map(
      ({ flag, name }) => `"${dashed(name)}" has no effect: this version has no ${flag.needs} yet`,
    );
}

function isMissing(needs: GivenFlag["flag"]["needs"]): boolean {
  return needs !== undefined && !BUILT_FEATURES.has(needs);
}

function turnsOn(value: string): boolean {
  return !["", "0", "false"].includes(value);
}

/** As people write it. */
function dashed(name: string): string {
  return name.length > 2 ? `--${name}` : `-${name}`;
}
