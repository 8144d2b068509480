/** A configuration file becomes options. */

import { readConfigFile } from "./files/config-files.ts";
import type { MapNode } from "./language/node.ts";
import type { Notes } from "./language/notes.ts";
import type { Problem } from "./language/problem.ts";
import { DEFAULT_OPTIONS, type Options } from "./options/options.ts";
import { guardHint, guardOption, guardStray, guardSyntax } from "./report/guard.ts";
import { learnOptions } from "./report/known-keys.ts";
import { sortProblems } from "./report/render.ts";
import { Reader } from "./schema/reader.ts";
import type { RulePlaces } from "./schema/rule-places.ts";
import { ROOT } from "./sections/root.ts";

export interface LoadedConfig {
  /** Path as it was given. */
  readonly path: string;
  /** Defaults with the file's values over them. Not to be used when the file has errors. */
  readonly options: Options;
  /** As they are to be shown: in nats-server's order, what only we notice last. */
  readonly problems: readonly Problem[];
  /** Those of reading and of the language, which are all that nats-server then reports. */
  readonly syntax: readonly Problem[];
  /** `sha256:` and 64 digits. */
  readonly digest: string;
  /** The file and all that it includes. */
  readonly files: readonly string[];
  readonly root: MapNode;
  readonly notes: Notes;
}

/**
 * Reads a file and all that it names. Every problem is in the result; nothing is thrown for what a
 * file may contain.
 *
 * @param places takes down where users and their rules stand.
 */
export async function loadConfig(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  places: RulePlaces | null = null,
): Promise<LoadedConfig> {
  const { root, problems: syntax, digest, files, notes } = await readConfigFile(path, environment);
  const reader = new Reader(environment, places);
  const options: Options = structuredClone(DEFAULT_OPTIONS);
  if (syntax.length === 0 && root.value.size === 0) {
    reader.warning(null, `${path}: config has no values or is empty`);
  }
  ROOT.read(root, options, reader);
  learnOptions(ROOT as never);
  for (const task of reader.later) await task();
  const [first, ...others] = syntax;
  const problems = [
    ...(first === undefined ? [] : [guardHint(first), ...others.map(guardSyntax)]),
    ...sortProblems(elsewhere(reader.problems, syntax)),
  ];
  return { path, options, problems, syntax, digest, files, root, notes };
}

/** True when nats-server would refuse the file. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}

/** What a mistake in the syntax makes of the line it is in, says nothing about the options there. */
function elsewhere(problems: readonly Problem[], syntax: readonly Problem[]): readonly Problem[] {
  if (syntax.length === 0) return problems.map(guardOption);
  const broken = new Set(syntax.map(lineOf));
  return problems
    .filter((each) => each.place === null || !broken.has(lineOf(each)))
    .map(guardStray);
}

function lineOf({ place }: Problem): string {
  return place === null ? "" : `${place.source.lineAt(place.offset)} ${place.source.path}`;
}
