/** What a tree does not show, and advice is given about. */

import type { ConfigNode } from "./node.ts";
import type { Place } from "./source.ts";

/** More of them help nobody, and would keep what they replaced in memory. */
const REPLACED_MAX = 100;

/** A value that nothing can see, as its key comes once more in the same block of the same file. */
export interface Replaced {
  readonly key: string;
  readonly earlier: ConfigNode;
  readonly later: ConfigNode;
}

export class Notes {
  readonly replaced: Replaced[] = [];
  /** How many there are, those that are not kept included. */
  replacedCount = 0;
  /** Environment variables, and where each is referred to first. */
  readonly environment = new Map<string, Place>();
  readonly #fromEnvironment = new Set<ConfigNode>();

  replace(key: string, earlier: ConfigNode, later: ConfigNode): void {
    // A key of an included file may be replaced on purpose, and one that was referred to has served.
    if (earlier.used || earlier.source !== later.source) return;
    this.replacedCount++;
    if (this.replaced.length < REPLACED_MAX) this.replaced.push({ key, earlier, later });
  }

  /** A value that came from the environment, itself or by way of a key. */
  addFromEnvironment(node: ConfigNode): void {
    this.#fromEnvironment.add(node);
  }

  isFromEnvironment(node: ConfigNode): boolean {
    return this.#fromEnvironment.has(node);
  }
}
