/** What rules look at, and what they find. */

import type { MapNode } from "../language/node.ts";
import type { Notes } from "../language/notes.ts";
import type { Place } from "../language/source.ts";
import type { Options } from "../options/options.ts";

/** A file that has been read. */
export interface LintInput {
  readonly root: MapNode;
  readonly options: Options;
  readonly notes: Notes;
}

export interface Finding {
  readonly place: Place;
  /** What is wrong; no secret stands in it. */
  readonly text: string;
  /** What to do. */
  readonly hint: string;
}

export interface Rule {
  /** What it finds, in the plural: after "and 7 more ". */
  readonly finds: string;
  /** It looks at options, which mean nothing when nats-server refuses the file. */
  readonly needsOptions?: boolean;
  find(input: LintInput): Iterable<Finding>;
}
