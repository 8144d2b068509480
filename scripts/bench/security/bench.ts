/** What the parts of the security benchmark share. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { median } from "../measure.ts";
import { CONTESTANTS, RunningServer } from "../servers.ts";
import type { Table } from "../table.ts";

export interface Bench {
  readonly table: Table;
  readonly rounds: number;
  /** How much of the full work is done, at most 1. */
  readonly scale: number;
  /** For configurations and certificates. */
  readonly folder: string;
}

export async function writeConfiguration(bench: Bench, name: string, text: string) {
  const path = join(bench.folder, `${name}.conf`);
  await writeFile(path, text);
  return path;
}

/** Runs all servers with a configuration while work is done with them. */
export async function withServers<Result>(
  configuration: string,
  work: (servers: readonly RunningServer[]) => Promise<Result>,
): Promise<Result> {
  const servers: RunningServer[] = [];
  try {
    for (const contestant of CONTESTANTS) {
      servers.push(await RunningServer.start(contestant, "-c", configuration));
    }
    return await work(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/**
 * Measures in several rounds, in each of them in another order, as the machine is not the same from
 * one minute to the next.
 *
 * @returns for each subject what its rounds gave.
 */
export async function takeTurns<Subject, Result>(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const at of shuffled(subjects.length)) results[at]!.push(await measure(subjects[at]!));
  }
  return results;
}

/** The median of one figure, for each subject. */
export function medians<Result>(
  results: readonly (readonly Result[])[],
  pick: (result: Result) => number,
): number[] {
  return results.map((rounds) => median(rounds.map(pick)));
}

function shuffled(length: number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
