/** Walks two documents side by side. */

import { itemPath } from "./rules.ts";
import type { Tree } from "./tree.ts";

export interface Difference {
  /** With `[]` for an item of a list. */
  readonly path: string;
  readonly theirs: string;
  readonly ours: string;
}

export interface Comparison {
  readonly fields: number;
  readonly differences: readonly Difference[];
}

const ABSENT = "<absent>";
/** Characters that are told of a value. */
const SHOWN = 900;

export function compare(theirs: Tree, ours: Tree): Comparison {
  const walk = new Walk();
  walk.pair(theirs, ours, "");
  return walk;
}

class Walk implements Comparison {
  fields = 0;
  readonly differences: Difference[] = [];

  pair(theirs: Tree, ours: Tree, path: string): void {
    if (theirs.kind === "object" && ours.kind === "object") {
      this.#objects(theirs.members, ours.members, path);
    } else if (theirs.kind === "array" && ours.kind === "array") {
      this.#arrays(theirs.items, ours.items, path);
    } else {
      this.fields++;
      const [a, b] = [shown(theirs), shown(ours)];
      if (a !== b || theirs.kind !== ours.kind) this.#add(path, a, b);
    }
  }

  #objects(
    theirs: readonly (readonly [string, Tree])[],
    ours: readonly (readonly [string, Tree])[],
    path: string,
  ): void {
    const all = new Map(ours);
    for (const [name, member] of theirs) {
      const at = path === "" ? name : `${path}.${name}`;
      const other = all.get(name);
      if (other === undefined) this.#add(at, shown(member), ABSENT);
      else this.pair(member, other, at);
    }
    const known = new Map(theirs);
    for (const [name, member] of ours) {
      const at = path === "" ? name : `${path}.${name}`;
      if (!known.has(name)) this.#add(at, ABSENT, shown(member));
    }
    const order = (members: typeof theirs, others: ReadonlyMap<string, Tree>): string =>
      members.flatMap(([name]) => (others.has(name) ? [name] : [])).join(" ");
    const [a, b] = [order(theirs, all), order(ours, known)];
    if (a !== b) this.#add(`${path}<order>`, a, b);
  }

  #arrays(theirs: readonly Tree[], ours: readonly Tree[], path: string): void {
    if (theirs.length !== ours.length) {
      this.fields++;
      this.#add(`${path}<length>`, lengthOf(theirs, ours), lengthOf(ours, theirs));
      return;
    }
    if (theirs.length === 0) this.fields++;
    for (const [index, item] of theirs.entries()) this.pair(item, ours[index]!, itemPath(path));
  }

  #add(path: string, theirs: string, ours: string): void {
    this.differences.push({ path, theirs: theirs.slice(0, SHOWN), ours: ours.slice(0, SHOWN) });
  }
}

/** How many there are, and which of them the other list has not as often. */
function lengthOf(list: readonly Tree[], others: readonly Tree[]): string {
  const left = others.map(shown);
  const more = list.map(shown).filter((each) => {
    const at = left.indexOf(each);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return `${list.length} items, of which ${more.join(", ") || "none is more"}`;
}

function shown(tree: Tree): string {
  if (tree.kind === "array") return `[${tree.items.map(shown).join(",")}]`;
  if (tree.kind !== "object") return tree.raw;
  return `{${tree.members.map(([name, member]) => `"${name}":${shown(member)}`).join(",")}}`;
}
