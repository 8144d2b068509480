/**
 * Compares what authentication, permissions and TLS cost with the real servers:
 * `bun run bench:security [--quick] [--rounds N] [--only TEXT]`.
 *
 * The servers take turns, in an order that changes from round to round; medians are compared, and the
 * ratio is against the better one of the real servers where nothing else is said.
 */

import { runParts } from "./bench/run-parts.ts";
import { measureFlood } from "./bench/security/flood.ts";
import { measureLoginRate } from "./bench/security/login-rate.ts";
import { measureManyUsers } from "./bench/security/many-users.ts";
import { measurePermissions } from "./bench/security/permissions.ts";
import { measureTls } from "./bench/security/tls.ts";

await runParts({
  logins: measureLoginRate,
  permissions: measurePermissions,
  tls: measureTls,
  flood: measureFlood,
  users: measureManyUsers,
});
