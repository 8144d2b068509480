/**
 * Subjects of many shares, to find out which of them overlap without comparing each with each: a
 * token has room for tens of thousands.
 */

interface Node {
  readonly children: Map<string, Node>;
  /** How often the subject that ends here was added. */
  count: number;
  subject: string;
}

export interface Match {
  readonly subject: string;
  /** How often it was added. */
  readonly count: number;
}

/** A place in the tree, and how many tokens of what is looked for have led there. */
type Step = readonly [node: Node, depth: number];

export class SubjectIndex {
  readonly #root = newNode();

  add(subject: string): void {
    let node = this.#root;
    for (const token of subject.split(".")) {
      const child = node.children.get(token) ?? newNode();
      node.children.set(token, child);
      node = child;
    }
    node.subject = subject;
    node.count++;
  }

  /** Subjects that match all that this one matches, itself among them when it was added. */
  containing(subject: string): Match[] {
    const tokens = subject.split(".");
    const found = new Set<Node>();
    this.#walk((node, depth) => {
      const rest = node.children.get(">");
      if (depth < tokens.length && rest !== undefined) found.add(rest);
      if (depth === tokens.length) found.add(node);
      return childrenNamed(node, depth < tokens.length ? [tokens[depth]!, "*"] : []);
    });
    return ended(found);
  }

  /** Subjects all of which this one matches, itself among them; of many only some. */
  contained(subject: string, limit: number): Match[] {
    const tokens = subject.split(".");
    const isOpen = tokens.at(-1) === ">";
    const [least, most] = [tokens.length, isOpen ? Number.POSITIVE_INFINITY : tokens.length];
    const found = new Set<Node>();
    this.#walk((node, depth) => {
      if (found.size >= limit) return [];
      if (depth >= least && node.count > 0) found.add(node);
      if (depth >= most) return [];
      const token = tokens[depth] ?? ">";
      const isAny = token === "*" || (token === ">" && depth >= least - 1);
      return isAny ? [...node.children.values()] : childrenNamed(node, [token]);
    });
    return ended(found);
  }

  /** Without recursion: a subject may have more tokens than the stack has room for. */
  #walk(visit: (node: Node, depth: number) => readonly Node[]): void {
    const waiting: Step[] = [[this.#root, 0]];
    for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
      const [node, depth] = step;
      for (const child of visit(node, depth)) waiting.push([child, depth + 1]);
    }
  }
}

function newNode(): Node {
  return { children: new Map(), count: 0, subject: "" };
}

function childrenNamed(node: Node, names: readonly string[]): Node[] {
  const children = new Set(names.map((name) => node.children.get(name)));
  return [...children].filter((child) => child !== undefined);
}

function ended(nodes: ReadonlySet<Node>): Match[] {
  return [...nodes].filter(({ count }) => count > 0);
}
