/** Rows of the table: ours against the better of the real clusters, and mixed ones too. */

import type { Table } from "../table.ts";
import { PAIRS } from "./running-cluster.ts";

export interface Target {
  readonly unit: string;
  readonly less?: boolean;
  /** Of ours against the better of the real clusters; absent where nothing must be reached. */
  readonly target?: number;
  /** The same of the worse of the mixed ones. */
  readonly mixed?: number;
}

export const COLUMNS: readonly string[] = PAIRS.map(({ name }) => name);

/** @param values in the order of the columns: ours, two mixed ones, two real ones. */
export function addRow(
  table: Table,
  name: string,
  values: readonly number[],
  { unit, less = false, target, mixed }: Target,
): void {
  const [ours, one, other, ...real] = values as [number, number, number, ...number[]];
  const [best, worst] = less ? [Math.min, Math.max] : [Math.max, Math.min];
  const theirs = best(...real);
  const ratio = `${(ours / theirs).toFixed(2)}, mixed ${(worst(one, other) / theirs).toFixed(2)}`;
  const sign = less ? "≤" : "≥";
  const wanted = [
    target === undefined ? "" : `${sign} ${target}`,
    mixed === undefined ? "" : `mixed ${sign} ${mixed}`,
  ];
  table.addCompared(name, values, unit, ratio, wanted.filter((text) => text !== "").join(", "));
}
