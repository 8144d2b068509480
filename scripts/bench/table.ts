/** The figures of a benchmark as a Markdown table, one column for each server or pair of servers. */

import { cpus } from "node:os";
import { CONTESTANTS } from "./servers.ts";

interface Row {
  readonly name: string;
  /** As they are shown: one for each contestant, the ratio, the target. */
  readonly cells: readonly string[];
}

/** How figures of one kind are compared with the better one of the real servers. */
export interface Comparison {
  readonly unit: string;
  /** Whether less is better. */
  readonly less?: boolean;
  /** Least ratio, or greatest if less is better; absent where nothing must be reached. */
  readonly target?: number;
}

export class Table {
  readonly #columns: readonly string[];
  readonly #rows: Row[] = [];
  readonly #notes: string[] = [];

  constructor(columns: readonly string[] = CONTESTANTS.map(({ name }) => name)) {
    this.#columns = columns;
  }

  /** @param values one for each contestant, ours first. */
  add(name: string, values: readonly number[], { unit, less = false, target }: Comparison): void {
    const [ours, ...theirs] = values;
    const ratio = ours! / (less ? Math.min(...theirs) : Math.max(...theirs));
    const wanted = target === undefined ? "" : `${less ? "≤" : "≥"} ${target}`;
    this.addCompared(name, values, unit, ratio.toFixed(2), wanted);
  }

  /** A row whose ratio and target are something else than a comparison with the real servers. */
  addCompared(
    name: string,
    values: readonly number[],
    unit: string,
    ratio: string,
    target: string,
  ): void {
    const cells = [...values.map((value) => `${round(value)}${unit}`), ratio, target];
    this.#rows.push({ name, cells });
    console.error(`${name}: ${cells.join(" | ")}`);
  }

  /** A sentence that stands below the table. */
  note(text: string): void {
    this.#notes.push(text);
    console.error(text);
  }

  print(): void {
    const processor = cpus();
    const date = new Date().toISOString().slice(0, 10);
    const cores = `${processor.length} cores of ${processor[0]!.model}`;
    console.log(`${date}, ${cores}, Bun ${Bun.version}\n`);
    console.log(`| workload | ${this.#columns.join(" | ")} | ratio | target |`);
    console.log(`|${"---|".repeat(this.#columns.length + 3)}`);
    for (const { name, cells } of this.#rows) console.log(`| ${name} | ${cells.join(" | ")} |`);
    for (const text of this.#notes) console.log(`\n${text}`);
  }
}

function round(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
