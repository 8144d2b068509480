/** Parses configurations held in memory, and shows their trees as plain values. */

import type { ConfigNode } from "../../../src/config/language/node.ts";
import { headline, type Problem } from "../../../src/config/language/problem.ts";
import { Source } from "../../../src/config/language/source.ts";
import { parseConfig } from "./parse.ts";

export type Plain =
  | string
  | bigint
  | number
  | boolean
  | Date
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export function toPlain(node: ConfigNode): Plain {
  switch (node.kind) {
    case "array":
      return node.value.map(toPlain);
    case "map":
      return Object.fromEntries([...node.value].map(([key, value]) => [key, toPlain(value)]));
    default:
      return node.value;
  }
}

export interface Surroundings {
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export function parse(text: string | Buffer, { files = {}, environment = {} }: Surroundings = {}) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return parseConfig(new Source("a.conf", bytes), {
    readFile(path) {
      const file = readFile(path, files);
      if (file instanceof Error) throw file;
      return file;
    },
    variable: (name) => environment[name],
  });
}

/** One of some files in memory, which are all that the working directory holds. */
export function readFile(path: string, files: Readonly<Record<string, string>>): Buffer | Error {
  if (path === ".") return new Error("read .: is a directory");
  const file = files[path];
  return file === undefined
    ? new Error(`open ${path}: no such file or directory`)
    : Buffer.from(file);
}

/** The tree of a text in which nothing is wrong. */
export function treeOf(text: string | Buffer, surroundings?: Surroundings): Plain {
  const { root, problems } = parse(text, surroundings);
  if (problems.length > 0) throw new Error(problems.map(headline).join("\n"));
  return toPlain(root);
}

export function headlinesOf(text: string | Buffer, surroundings?: Surroundings): string[] {
  return parse(text, surroundings).problems.map(headline);
}

/** The place of a problem as `line:column`, and the text that stands there, up to so many bytes. */
export function placeOf({ place }: Problem, bytes = 1): [where: string, text: string] {
  if (place === null) throw new Error("the problem has no place");
  const { source, offset } = place;
  const text = source.bytes.toString("utf8", offset, offset + bytes);
  return [`${source.lineAt(offset)}:${source.columnAt(offset)}`, text];
}
