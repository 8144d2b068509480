/**
 * Advice about a file that nats-server accepts without a word. It is shown behind nats-server's own
 * messages and never changes an exit code.
 */

import type { Problem } from "../language/problem.ts";
import type { LoadedConfig } from "../load.ts";
import { sortProblems } from "../report/render.ts";
import type { Finding, Rule } from "./finding.ts";
import { lateVariables, replacedValues, skippedAccounts } from "./lost-values.ts";
import { oddValues } from "./odd-values.ts";
import { oidcProviders } from "./oidc.ts";
import { nobodyNamed, openListeners, openNoAuthUser } from "./open-access.ts";
import { otlpInClear } from "./otlp.ts";
import { idlePermissions } from "./permissions.ts";
import { hashedLinkPasswords, plainPasswords } from "./plain-passwords.ts";
import { lastWildcards, openEars } from "./reach.ts";
import { rivalOptions } from "./rival-options.ts";
import { halfNamedServers, idleRoutes, namelessRoutes } from "./routes.ts";
import { startFaults } from "./start-faults.ts";

const RULES: readonly Rule[] = [
  plainPasswords,
  hashedLinkPasswords,
  namelessRoutes,
  halfNamedServers,
  idleRoutes,
  openListeners,
  openNoAuthUser,
  nobodyNamed,
  oidcProviders,
  otlpInClear,
  replacedValues,
  rivalOptions,
  lateVariables,
  skippedAccounts,
  idlePermissions,
  lastWildcards,
  openEars,
  oddValues,
  startFaults,
];

/** So much of what one rule finds is shown; the rest is counted. */
const SHOWN_MAX = 5;

/** Looks at a file that has been read, errors in its options or not; of broken syntax nothing is known. */
export function lint(config: LoadedConfig): Problem[] {
  if (config.syntax.length > 0) return [];
  const isRefused = config.problems.some(({ severity }) => severity === "error");
  const rules = RULES.filter((rule) => !isRefused || !rule.needsOptions);
  const findings = rules.flatMap((rule) => shortened(rule.find(config), rule.finds));
  return sortProblems(findings.map((finding) => ({ severity: "lint", ...finding })));
}

function shortened(findings: Iterable<Finding>, finds: string): Finding[] {
  const shown: Finding[] = [];
  let count = 0;
  for (const finding of findings) if (count++ <= SHOWN_MAX) shown.push(finding);
  const last = shown[SHOWN_MAX];
  const hidden = count - SHOWN_MAX;
  if (last === undefined || hidden === 1) return shown;
  return [...shown.slice(0, -1), { ...last, text: `${hidden} more ${finds}, from here on` }];
}
