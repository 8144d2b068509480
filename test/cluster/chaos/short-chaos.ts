/** Chaos for the time a test has. */

import { expect } from "bun:test";
import { Prng } from "../../support/prng.ts";
import { runChaos, type Starter } from "./chaos.ts";

const SHOWN_LINES = 200;

/** @throws Error with the seed and all that happened. */
export async function shortChaos(start: Starter, seconds: number): Promise<void> {
  const { seed } = new Prng();
  const lines: string[] = [];
  try {
    const result = await runChaos({ start, seed, seconds, log: (line) => void lines.push(line) });
    console.log(`FUZZ_SEED=${seed}: ${JSON.stringify(result)}`);
    expect(result.quietPoints).toBeGreaterThan(0);
    expect(result.delivered).toBeGreaterThan(0);
  } catch (error) {
    const log = lines.slice(-SHOWN_LINES).join("\n");
    throw new Error(`FUZZ_SEED=${seed}: ${(error as Error).message}\n${log}`);
  }
}
