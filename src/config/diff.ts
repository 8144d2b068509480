/** What differs between two sets of options, key by key, and what a reload would do about it. */

import type { Options } from "./options/options.ts";
import { shownOption } from "./report/shown-value.ts";
import type { Field, ReloadRule, Section } from "./schema/section.ts";

export interface Change {
  /** As written in a file: `max_payload`, `cluster.routes`. */
  readonly key: string;
  /** Properties that lead to it in the options object: `["cluster", "routes"]`. */
  readonly path: readonly string[];
  readonly rule: ReloadRule;
  readonly from: unknown;
  readonly to: unknown;
}

/** Every key whose value differs, in the order of the section's rows. */
export function changes(section: Section<Options>, from: Options, to: Options): Change[] {
  return compare(section as Section<never>, from, to, "", []);
}

function compare(
  section: Section<never>,
  from: object,
  to: object,
  prefix: string,
  block: readonly string[],
): Change[] {
  const found: Change[] = [];
  for (const [property, field] of rowsByProperty(section)) {
    const before = Reflect.get(from, property) as unknown;
    const after = Reflect.get(to, property) as unknown;
    if (Bun.deepEquals(before, after)) continue;
    const key = prefix + field.names[0];
    const path = [...block, property];
    if (field.section !== undefined && isBlock(before) && isBlock(after)) {
      found.push(...compare(field.section, before, after, `${key}.`, path));
    } else {
      found.push({ key, path, rule: field.reload, from: before, to: after });
    }
  }
  return found;
}

/** Of several rows that set one property, the one that is named after it speaks for it. */
function rowsByProperty(section: Section<never>): Map<string, Field<never>> {
  const rows = new Map<string, Field<never>>();
  for (const field of section.fields) {
    const property: string = field.to;
    const isNamesake = field.names[0].replaceAll("_", "") === property.toLowerCase();
    if (isNamesake || !rows.has(property)) rows.set(property, field);
  }
  for (const field of section.fields) {
    const also: readonly string[] = field.also ?? [];
    for (const property of also) if (!rows.has(property)) rows.set(property, field);
  }
  return rows;
}

function isBlock(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `max_pending: 67108864 -> 1048576`; values that are secret, or too long to help, are left out. */
export function describeChange({ key, path, from, to }: Change): string {
  const values = [from, to].map((value) => shownOption(key, path.at(-1)!, value));
  if (values.includes(null)) return `${key} ${verb(from, to)}`;
  return `${key}: ${values.join(" -> ")}`;
}

function verb(from: unknown, to: unknown): string {
  if (from === null) return "added";
  return to === null ? "removed" : "changed";
}

/** The options that a reload leads to: those that need a restart keep their value until then. */
export function reloadable(from: Options, to: Options, found: readonly Change[]): Options {
  const result = structuredClone(to);
  for (const { rule, path } of found) {
    if (rule !== "restart") continue;
    const [old, target] = [from, result].map((options) => path.slice(0, -1).reduce(inner, options));
    const property = path.at(-1)!;
    Reflect.set(target!, property, Reflect.get(old!, property));
  }
  return result;
}

function inner(options: object, property: string): object {
  return Reflect.get(options, property) as object;
}
