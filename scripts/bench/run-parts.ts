/** A benchmark in parts: its flags, its folder, its table, and its end. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench } from "./security/bench.ts";
import { Table } from "./table.ts";

export type Parts = Readonly<Record<string, (bench: Bench) => Promise<void>>>;

/** Measures the parts that `--only` leaves, prints what they gave, and ends the process. */
export async function runParts(parts: Parts, table = new Table()): Promise<never> {
  const { values: flags } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      only: { type: "string", default: "" },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
  try {
    const rounds = flags.quick ? 1 : Number(flags.rounds);
    const bench: Bench = { table, rounds, scale: flags.quick ? 0.1 : 1, folder };
    for (const [name, measure] of Object.entries(parts)) {
      if (name.includes(flags.only)) await measure(bench);
    }
    table.print();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.exit(0);
}
