/**
 * Compares clusters of ours, of real servers, and of both:
 * `bun run bench:cluster [--quick] [--rounds N] [--only TEXT]`.
 *
 * Clusters of the same form take turns, in an order that changes from round to round; medians are
 * compared. The ratio is against the better one of the real clusters, that of the worse mixed one too.
 */

import { measureAcross } from "./bench/cluster/across.ts";
import { COLUMNS } from "./bench/cluster/compare.ts";
import { measureFormation } from "./bench/cluster/formation.ts";
import { measureGrowth } from "./bench/cluster/growth.ts";
import { measureInterestTraffic } from "./bench/cluster/interest-traffic.ts";
import { measurePropagation } from "./bench/cluster/propagation.ts";
import { measureUsable } from "./bench/cluster/usable.ts";
import { runParts } from "./bench/run-parts.ts";
import { Table } from "./bench/table.ts";

await runParts(
  {
    across: measureAcross,
    propagation: measurePropagation,
    formation: measureFormation,
    usable: measureUsable,
    growth: measureGrowth,
    interest: measureInterestTraffic,
  },
  new Table(COLUMNS),
);
