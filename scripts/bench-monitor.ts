/**
 * Compares monitoring with that of the real servers:
 * `bun run bench:monitor [--quick] [--rounds N] [--only TEXT]`.
 *
 * The servers take turns, in an order that changes from round to round; medians are compared, and the
 * ratio is against the better one of the real servers where nothing else is said.
 */

import { measureDocuments } from "./bench/monitor/documents.ts";
import { measureNoticed } from "./bench/monitor/noticed.ts";
import { measureThroughput } from "./bench/monitor/throughput.ts";
import { runParts } from "./bench/run-parts.ts";

await runParts({
  documents: measureDocuments,
  noticed: measureNoticed,
  throughput: measureThroughput,
});
