/** What a file, or an option by its name, means. */

import { type MapNode, mapsIn } from "../language/node.ts";
import { DEFAULT_OPTIONS } from "../options/options.ts";
import { BUILT_FEATURES } from "../schema/features.ts";
import type { Field, ReloadRule, Section } from "../schema/section.ts";
import { didYouMean } from "../schema/suggest.ts";
import { shownOption, shownValue } from "./shown-value.ts";

const RELOAD_TEXT: Readonly<Record<ReloadRule, string>> = {
  live: "a reload applies it",
  silent: "a reload applies it",
  restart: "needs a restart",
};

/** Blocks within blocks in which an option is looked for. */
const BLOCKS_MAX = 2;

/** A section with its default values, and the names of the blocks around it. */
interface Level {
  readonly section: Section<never>;
  readonly defaults: object;
  readonly prefix: string;
}

/** Every option that a file sets, in its order, each with its meaning. */
export function explainFile(root: MapNode, section: Section<never>): string {
  const lines: string[] = [];
  explainBlock(root, { section, defaults: DEFAULT_OPTIONS, prefix: "" }, lines);
  return lines.join("\n");
}

function explainBlock(block: MapNode, level: Level, lines: string[]): void {
  for (const [name, node] of block.value) {
    const field = level.section.find(name);
    if (field === undefined) continue;
    const key = level.prefix + field.names[0];
    const value = shownValue(key, node.kind === "date" ? node.value.toISOString() : node.value);
    const place = `${node.source.path}:${node.source.lineAt(node.offset)}`;
    lines.push(`${place}: ${key}${value === null ? "" : ` = ${value}`}`, ...facts(field, level));
    const inner = innerLevel(field, key);
    if (inner !== null) for (const map of mapsIn(node)) explainBlock(map, inner, lines);
  }
}

function innerLevel(field: Field<never>, key: string): Level | null {
  if (field.section === undefined) return null;
  return { section: field.section, defaults: field.defaults?.() ?? {}, prefix: `${key}.` };
}

function facts(field: Field<never>, { defaults }: Level): string[] {
  const initial = shownOption(field.names[0], field.to, Reflect.get(defaults, field.to));
  const details = [
    field.type,
    ...(initial === null || initial === '""' ? [] : [`default ${initial}`]),
    RELOAD_TEXT[field.reload],
    ...(field.needs === undefined || BUILT_FEATURES.has(field.needs)
      ? []
      : [`without effect: ${field.needs} is not available yet`]),
  ];
  return [`    ${field.about}`, `    ${details.join(" · ")}`];
}

/**
 * One option by its path, such as `max_payload` or `cluster.routes`, and what a block may hold.
 *
 * @throws Error when there is no such option.
 */
export function explainOption(path: string, root: Section<never>): string {
  let level: Level | null = { section: root, defaults: DEFAULT_OPTIONS, prefix: "" };
  const lines: string[] = [];
  for (const name of path.split(".")) {
    const field: Field<never> | undefined = level?.section.find(name);
    if (level === null || field === undefined) {
      throw new Error(unknownOption(path, root, didYouMean(name, namesIn(level))));
    }
    const key: string = level.prefix + field.names[0];
    const aliases = field.names.length > 1 ? ` (also ${field.names.slice(1).join(", ")})` : "";
    lines.splice(0, lines.length, key + aliases, ...facts(field, level));
    level = innerLevel(field, key);
  }
  if (level !== null) {
    lines.push("", "It may hold:");
    for (const field of level.section.fields) lines.push(`    ${field.names[0]}: ${field.about}`);
  }
  return lines.join("\n");
}

function namesIn(level: Level | null): string[] {
  return level?.section.fields.flatMap((field) => [...field.names]) ?? [];
}

/** An option of a block that was asked for without the block is worth more than a similar name. */
function unknownOption(path: string, root: Section<never>, similar: string | undefined): string {
  const inner = pathsTo(path, root, "", BLOCKS_MAX).map((found) => `"${found}"`);
  const advice = inner.length > 0 ? `did you mean ${inner.join(" or ")}?` : similar;
  return `there is no option "${path}"${advice === undefined ? "" : `, ${advice}`}`;
}

function pathsTo(name: string, section: Section<never>, prefix: string, blocks: number): string[] {
  return section.fields.flatMap((field) => {
    const path = prefix + field.names[0];
    const isIt = prefix !== "" && field.names.includes(name.toLowerCase());
    const isLast = field.section === undefined || blocks === 0;
    return [
      ...(isIt ? [path] : []),
      ...(isLast ? [] : pathsTo(name, field.section!, `${path}.`, blocks - 1)),
    ];
  });
}
