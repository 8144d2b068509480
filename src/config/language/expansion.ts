/**
 * How much text variables multiply into. A dozen lines that refer to one another twice each would
 * otherwise hash, and be read, for ages.
 */

import type { ConfigNode } from "./node.ts";

const EXPANDED_BYTES_MAX = 2 ** 30;
/** About what a value takes in the digest's text, apart from its own characters. */
const NODE_BYTES = 8;

export class Expansion {
  #bytes = 0;
  /** Sizes of the maps and arrays that variables have referred to. */
  readonly #sizes = new Map<ConfigNode["value"], number>();

  /** Counts one more reference to a value; false when that makes too much. */
  add(node: ConfigNode): boolean {
    this.#bytes += this.#sizeOf(node);
    return this.#bytes <= EXPANDED_BYTES_MAX;
  }

  /** A value is complete before anything can refer to it, and inner ones are measured before outer ones. */
  #sizeOf(root: ConfigNode): number {
    const known = this.#sizes.get(root.value);
    if (known !== undefined) return known;
    let size = 0;
    const open: ConfigNode[] = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      size += NODE_BYTES;
      if (node.kind === "string") size += node.value.length;
      else if (node.kind === "map" || node.kind === "array") {
        const measured = this.#sizes.get(node.value);
        if (measured !== undefined) size += measured;
        else for (const item of node.value.values()) open.push(item);
      }
    }
    if (root.kind === "map" || root.kind === "array") this.#sizes.set(root.value, size);
    return size;
  }
}
