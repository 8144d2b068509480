/** Where rules stand in files. */

import type { Place } from "../../config/language/source.ts";
import type { Permissions, User } from "../../config/options/auth.ts";
import { printable } from "../../config/report/excerpt.ts";
import type { RulePlaces } from "../../config/schema/rule-places.ts";
import { USER_SECTION } from "../../config/sections/access/users.ts";
import type { DecidingRule } from "../../core/permissions/verdict.ts";
import type { Identity } from "./identity.ts";

/** A line of a file. */
export interface RulePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const LISTS = {
  "publish allow": ["publish", "allow"],
  "publish deny": ["publish", "deny"],
  "subscribe allow": ["subscribe", "allow"],
  "subscribe deny": ["subscribe", "deny"],
} as const;

const LIMITS = { no_wildcards: "noWildcards", max_wildcard_depth: "maxWildcardDepth" } as const;

/** Where the rule of an identity stands. */
export function placeOfRule(
  { list, index }: DecidingRule,
  { user, permissions }: Identity,
  places: RulePlaces,
): RulePlace | null {
  if (list === "no_wildcards" || list === "max_wildcard_depth") {
    return user === null ? null : toPlace(placeOfOption(user, LIMITS[list], places));
  }
  const [direction, kind] = LISTS[list];
  const subjects = permissions?.[direction]?.[kind] ?? [];
  return toPlace(places.list(subjects)?.entries[index]);
}

/** Where somebody stands in a file, for what no single rule decides: the list, or else the user. */
export function placeWithoutRule(
  direction: "publish" | "subscribe",
  { user, permissions }: Identity,
  places: RulePlaces,
): RulePlace | null {
  const lists: Permissions["publish"] = permissions?.[direction] ?? null;
  for (const subjects of [lists?.allow, lists?.deny]) {
    const found = subjects ? places.list(subjects) : null;
    if (found !== null) return toPlace(found.list);
  }
  return user === null ? null : toPlace(places.user(user));
}

function placeOfOption(user: User, property: keyof User, places: RulePlaces): Place | null {
  for (const [name, node] of places.user(user)?.value ?? []) {
    if (USER_SECTION.find(name)?.to === property) return node;
  }
  return null;
}

export function toPlace(place: Place | null | undefined): RulePlace | null {
  if (place === null || place === undefined) return null;
  // What an environment variable holds is said to be where a file refers to it.
  const { source, offset } = place.source.origin ?? place;
  return { file: source.path, line: source.lineAt(offset) };
}

export function placeText({ file, line }: RulePlace): string {
  return `${printable(file)}:${line}`;
}
