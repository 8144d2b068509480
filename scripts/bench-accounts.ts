/**
 * Compares accounts, imports, mappings and operators' tokens with the real servers:
 * `bun run bench:accounts [--quick] [--rounds N] [--only TEXT]`.
 *
 * The servers take turns, in an order that changes from round to round; medians are compared, and the
 * ratio is against the better one of the real servers where nothing else is said.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureManyAccounts } from "./bench/accounts/many-accounts.ts";
import { measureDirectory, measureTokens } from "./bench/accounts/operator.ts";
import { measureBorders, measureNamedAccount } from "./bench/accounts/traffic.ts";
import type { Bench } from "./bench/security/bench.ts";
import { Table } from "./bench/table.ts";

const PARTS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  named: measureNamedAccount,
  borders: measureBorders,
  many: measureManyAccounts,
  tokens: measureTokens,
  directory: measureDirectory,
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
try {
  const table = new Table();
  const rounds = flags.quick ? 1 : Number(flags.rounds);
  const bench: Bench = { table, rounds, scale: flags.quick ? 0.1 : 1, folder };
  for (const [name, measure] of Object.entries(PARTS)) {
    if (name.includes(flags.only)) await measure(bench);
  }
  table.print();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
