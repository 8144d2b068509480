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
  /** Makes the block around it, which one of the options lacks. */
  readonly block?: () => object;
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
      found.push({ key, path, rule: ruleFor(field, before, after), from: before, to: after });
      found.push(...waitingWithin(field, before, after, key, path));
    }
  }
  return found;
}

function ruleFor({ reload, fixedPart }: Field<never>, before: unknown, after: unknown): ReloadRule {
  if (fixedPart === undefined || before === undefined || after === undefined) return reload;
  const parts = [before, after].map((value) => fixedPart(value as never));
  return Bun.deepEquals(parts[0], parts[1]) ? "silent" : reload;
}

/**
 * What needs a restart in a block that comes or goes as a whole, and does not wait itself. Rows of the
 * section that mean nothing in this block set no property.
 */
function waitingWithin(
  { section, defaults, reload }: Field<never>,
  before: unknown,
  after: unknown,
  key: string,
  path: readonly string[],
): Change[] {
  const isHalf = isBlock(before) !== isBlock(after) && before !== undefined && after !== undefined;
  if (section === undefined || defaults === undefined || reload === "restart" || !isHalf) return [];
  const [from, to] = [before, after].map((value) => (isBlock(value) ? value : defaults()));
  return compare(section, from!, to!, `${key}.`, path)
    .filter(({ rule, from, to }) => rule === "restart" && from !== undefined && to !== undefined)
    .map((change) => ({ ...change, block: defaults }));
}

/** Of several rows that set one property, the one that is named after it speaks for it. */
export function rowsByProperty(section: Section<never>): Map<string, Field<never>> {
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
  if (key === "accounts") return `accounts: ${describeAccounts(from as Named, to as Named)}`;
  const values = [from, to].map((value) => shownOption(key, path.at(-1)!, value));
  if (values.includes(null)) return `${key} ${verb(from, to)}`;
  return `${key}: ${values.join(" -> ")}`;
}

/** So many accounts are named. */
const ACCOUNTS_SHOWN_MAX = 10;

type Named = Options["accounts"];

/** `NEW added, SHOP changed (exports, limits), OLD removed` */
function describeAccounts(from: Named, to: Named): string {
  const before = new Map(from.map((account) => [account.name, account]));
  const names = new Set(to.map(({ name }) => name));
  const lines = to.flatMap((account) => {
    const old = before.get(account.name);
    if (old === undefined) return [`${account.name} added`];
    const parts = Object.entries(account)
      .filter(([property, value]) => !Bun.deepEquals(value, Reflect.get(old, property)))
      .map(([property]) => property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    return parts.length === 0 ? [] : [`${account.name} changed (${parts.join(", ")})`];
  });
  const gone = from.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} removed`);
  const all = [...lines, ...gone];
  // The same accounts may stand in another order.
  if (all.length === 0) return "another order";
  const rest = all.length - ACCOUNTS_SHOWN_MAX;
  const shown = all.slice(0, ACCOUNTS_SHOWN_MAX).join(", ");
  return rest > 0 ? `${shown}, and ${rest} more` : shown;
}

function verb(from: unknown, to: unknown): string {
  if (from === null) return "added";
  return to === null ? "removed" : "changed";
}

/** The options that a reload leads to: those that need a restart keep their value until then. */
export function reloadable(to: Options, found: readonly Change[]): Options {
  const result = structuredClone(to);
  for (const { rule, path, from: kept, block } of found) {
    if (rule !== "restart") continue;
    const blocks = path.slice(0, -1);
    if (block !== undefined && blocks.reduce(inner, result) === null) {
      Reflect.set(blocks.slice(0, -1).reduce(inner, result), blocks.at(-1)!, block());
    }
    Reflect.set(blocks.reduce(inner, result), path.at(-1)!, kept);
  }
  return result;
}

function inner(options: object, property: string): object {
  return Reflect.get(options, property) as object;
}
