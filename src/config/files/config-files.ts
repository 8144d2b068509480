/**
 * Reads a configuration and the files it includes, without ever keeping the loop waiting: files are
 * read in the background, and long ones are parsed a piece at a time.
 */

import { DEPTH_MAX, TOO_DEEP } from "../language/depth.ts";
import { DigestWriter } from "../language/digest.ts";
import { type Environment, variableOf } from "../language/environment.ts";
import type { MapNode } from "../language/node.ts";
import type { Notes } from "../language/notes.ts";
import { Parsing } from "../language/parsing.ts";
import type { Problem } from "../language/problem.ts";
import { Source } from "../language/source.ts";
import { readWholeFile } from "./whole-file.ts";

export interface ConfigFile {
  readonly root: MapNode;
  /** Faults of the language, the first of them nats-server's; what the options are is not looked at. */
  readonly problems: Problem[];
  /** `sha256:` and hexadecimal digits; "" when there are problems. */
  readonly digest: string;
  /** Paths of all files, each once, in the order they are needed; the given one is the first. */
  readonly files: readonly string[];
  readonly notes: Notes;
}

/** What is parsed or hashed at a time: a few milliseconds. */
const ITEMS_AT_A_TIME = 20_000;

/**
 * Reads a configuration file with all it includes. It always resolves: what cannot be read is a
 * problem, and the tree then holds the rest.
 */
export async function readConfigFile(path: string, environment: Environment): Promise<ConfigFile> {
  const read = new Map<string, Buffer | Error>();
  const load = async (wanted: string): Promise<Buffer | Error> => {
    const known = read.get(wanted);
    if (known !== undefined) return known;
    const file = await readWholeFile(wanted);
    read.set(wanted, file);
    return file;
  };

  const main = await load(path);
  const bytes = main instanceof Error ? Buffer.alloc(0) : main;
  const parsing = new Parsing(new Source(path, bytes), (name) => variableOf(environment, name));
  const { root, problems, notes } = parsing;
  if (main instanceof Error)
    return { root, problems: [fileProblem(main.message)], digest: "", files: [path], notes };

  for (let progress = parsing.run(ITEMS_AT_A_TIME); progress !== "done"; ) {
    if (progress === "file") parsing.supply(await load(parsing.wanted));
    else await pause();
    progress = parsing.run(ITEMS_AT_A_TIME);
  }
  const files = [...read.keys()];
  if (problems.length > 0) return { root, problems, digest: "", files, notes };

  const writer = new DigestWriter(root);
  while (writer.run(ITEMS_AT_A_TIME)) await pause();
  if (writer.depth <= DEPTH_MAX) {
    return { root, problems, digest: writer.finish(), files, notes };
  }
  const problem = { ...fileProblem(TOO_DEEP.text), hint: TOO_DEEP.hint };
  return { root, problems: [problem], digest: "", files, notes };
}

function fileProblem(text: string): Problem {
  return { severity: "error", place: null, text };
}

function pause(): Promise<void> {
  return Bun.sleep(0);
}
