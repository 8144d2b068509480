/**
 * Compares superclusters of ours, of real servers, and of both:
 * `bun run bench:supercluster [--quick] [--rounds N] [--only PART]`.
 *
 * They take turns as those of `bench:cluster` do, and are compared in the same way.
 */

import { COLUMNS } from "./bench/cluster/compare.ts";
import { runParts } from "./bench/run-parts.ts";
import { measureAcross } from "./bench/supercluster/across.ts";
import { measureFormation } from "./bench/supercluster/formation.ts";
import { measureInterest } from "./bench/supercluster/interest.ts";
import { Table } from "./bench/table.ts";

await runParts(
  { across: measureAcross, interest: measureInterest, formation: measureFormation },
  new Table(COLUMNS),
);
