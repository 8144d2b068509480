/** What a connection may do, as its user's rules are written. */

import type { PermissionSet } from "../../../core/permissions/permission-set.ts";
import type { RuleRow } from "../shapes.ts";
import { shown } from "../shown.ts";

/** Rules of one list that are shown. */
const RULES_MAX = 50;

/** Null when everything is allowed. */
export function rulesOf(set: PermissionSet | null): RuleRow[] | null {
  if (set === null) return null;
  const { permissions, restrictions, responses } = set;
  const rows: RuleRow[] = [];
  const add = (name: string, rules: readonly string[] | null | undefined): void => {
    if (rules === null || rules === undefined) return;
    const some = rules.slice(0, RULES_MAX).map(shown);
    rows.push({ name, rules: some, more: rules.length - some.length });
  };
  add("May publish to", permissions?.publish?.allow);
  add("Must not publish to", permissions?.publish?.deny);
  add("May subscribe to", permissions?.subscribe?.allow);
  add("Must not subscribe to", permissions?.subscribe?.deny);
  if (responses !== null) add("May answer", ["requests that it gets"]);
  if (restrictions.noWildcards) add("Wildcards", ["none, but for inboxes"]);
  const depth = restrictions.maxWildcardDepth;
  if (depth > 0) add("Wildcards", [`at most ${depth} tokens from the first one on`]);
  return rows;
}
