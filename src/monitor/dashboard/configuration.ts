/** The options in force, row by row as the schema has them. Secrets are never among the values. */

import { rowsByProperty } from "../../config/diff.ts";
import { DEFAULT_OPTIONS } from "../../config/options/options.ts";
import { shownOption } from "../../config/report/shown-value.ts";
import type { Section } from "../../config/schema/section.ts";
import { ROOT } from "../../config/sections/root.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import type { ConfigurationView, OptionRow } from "./shapes.ts";

/** Blocks within blocks. */
const DEPTH_MAX = 4;
const VALUE_LENGTH_MAX = 200;
/** Rows in all. */
const ROWS_MAX = 500;

export function configurationView(view: ServerView): ConfigurationView {
  const { file, digest, loadedAt } = view.configuration;
  const rows: OptionRow[] = [];
  addRows(ROOT as Section<never>, view.options, DEFAULT_OPTIONS, "", rows, 0);
  return { file, digest, loadedAt: loadedAt / 1000, rows };
}

function addRows(
  section: Section<never>,
  options: object,
  defaults: object,
  prefix: string,
  rows: OptionRow[],
  depth: number,
): void {
  for (const [property, field] of rowsByProperty(section)) {
    if (rows.length >= ROWS_MAX) return;
    const { names, about, reload, section: inner, defaults: create } = field;
    const key = prefix + names[0];
    const value: unknown = Reflect.get(options, property);
    const initial: unknown = Reflect.get(defaults, property);
    const isDefault = Bun.deepEquals(value, initial);
    if (value === undefined) continue;
    if (isBlock(value) && inner !== undefined && depth < DEPTH_MAX) {
      addRows(inner, value, create?.() ?? {}, `${key}.`, rows, depth + 1);
      continue;
    }
    const reloads = reload !== "restart";
    rows.push({ key, value: describe(key, property, value), isDefault, about, reloads });
  }
}

function isBlock(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null for what may not be shown. Of lists and maps only the size is told. */
function describe(key: string, property: string, value: unknown): string | null {
  if (value === null || value === "") return "not set";
  if (Array.isArray(value)) return counted(value.length);
  if (isBlock(value)) return counted(Object.keys(value).length);
  const text = shownOption(key, property, value);
  return text === null ? null : withoutSecretShapes(text).slice(0, VALUE_LENGTH_MAX);
}

function counted(count: number): string {
  if (count === 0) return "none";
  return count === 1 ? "1 entry" : `${count} entries`;
}
