/**
 * Compares accounts, imports, mappings and operators' tokens with the real servers:
 * `bun run bench:accounts [--quick] [--rounds N] [--only TEXT]`.
 *
 * The servers take turns, in an order that changes from round to round; medians are compared, and the
 * ratio is against the better one of the real servers where nothing else is said.
 */

import { measureManyAccounts } from "./bench/accounts/many-accounts.ts";
import { measureDirectory, measureTokens } from "./bench/accounts/operator.ts";
import { measureBorders, measureNamedAccount } from "./bench/accounts/traffic.ts";
import { runParts } from "./bench/run-parts.ts";

await runParts({
  named: measureNamedAccount,
  borders: measureBorders,
  many: measureManyAccounts,
  tokens: measureTokens,
  directory: measureDirectory,
});
