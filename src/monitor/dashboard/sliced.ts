/** Looks at, and puts in order, everything there is, in slices. */

import { Slices } from "../../documents/slices.ts";

/** Items that are sorted at once: a small part of a millisecond. */
const RUN = 100;

/** Calls `visit` for each item, with pauses. What comes or goes meanwhile may be seen or not. */
export async function eachInSlices<T>(items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  const slices = new Slices();
  for (const item of items) {
    visit(item);
    if (slices.isOver) await slices.pause();
  }
}

/** A part of what sorting would give, with pauses: sorted runs, of which the heads are merged. */
export async function sortedPart<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  offset: number,
  limit: number,
): Promise<T[]> {
  const slices = new Slices();
  const runs: T[][] = [];
  for (let i = 0; i < items.length; i += RUN) {
    runs.push(items.slice(i, i + RUN).sort(compare));
    if (slices.isOver) await slices.pause();
  }
  const heads = runs.map(() => 0);
  const part: T[] = [];
  const end = Math.min(items.length, offset + limit);
  for (let i = 0; i < end; i++) {
    let best = -1;
    let first: T | undefined;
    for (let run = 0; run < runs.length; run++) {
      const item = runs[run]![heads[run]!];
      if (item === undefined || (first !== undefined && compare(item, first) >= 0)) continue;
      best = run;
      first = item;
    }
    heads[best]!++;
    if (i >= offset) part.push(first!);
    if (slices.isOver) await slices.pause();
  }
  return part;
}
