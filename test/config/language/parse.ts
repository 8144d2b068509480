/** Whole parsings and digests at once, for tests whose files can be read at once. */

import { DigestWriter } from "../../../src/config/language/digest.ts";
import type { MapNode } from "../../../src/config/language/node.ts";
import { Parsing } from "../../../src/config/language/parsing.ts";
import type { Problem } from "../../../src/config/language/problem.ts";
import type { Source } from "../../../src/config/language/source.ts";

export interface Access {
  /** @throws Error with Go's words for what is wrong, such as `open F: no such file or directory`. */
  readFile(path: string): Buffer;
  /** An environment variable. */
  variable(name: string): string | undefined;
}

/**
 * The tree of a configuration, with everything it includes, and all that is wrong with it. What
 * could not be read is missing from the tree. The first problem is the one nats-server reports.
 */
export function parseConfig(
  source: Source,
  access: Access,
): { root: MapNode; problems: Problem[] } {
  const parsing = new Parsing(source, access.variable);
  while (parsing.run(Number.MAX_SAFE_INTEGER) === "file") {
    parsing.supply(read(access, parsing.wanted));
  }
  return { root: parsing.root, problems: parsing.problems };
}

function read(access: Access, path: string): Buffer | Error {
  try {
    return access.readFile(path);
  } catch (error) {
    return error as Error;
  }
}

/** The digest of a whole tree. */
export function digest(root: MapNode): string {
  const writer = new DigestWriter(root);
  writer.run(Number.MAX_SAFE_INTEGER);
  return writer.finish();
}
