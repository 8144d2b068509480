/**
 * What the sublist should answer, in the plainest way: every subscription is compared with the subject
 * token by token, and nothing is remembered.
 */

interface NaiveSubscription {
  tokens: readonly string[];
  queue: string;
}

/** Who gets a message: ids in ascending order, queue members by the name of their group. */
export interface NaiveResult {
  plain: number[];
  groups: Map<string, number[]>;
}

/** Tells whether tokens of a published subject match those of a subscription. */
export function matchesNaively(pattern: readonly string[], subject: readonly string[]): boolean {
  if (subject.includes("")) return false;
  const isOpen = pattern.at(-1) === ">";
  if (isOpen ? subject.length < pattern.length : subject.length !== pattern.length) return false;
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  return fixed.every((token, index) => token === "*" || token === subject[index]);
}

export class NaiveMatcher {
  readonly #subscriptions = new Map<number, NaiveSubscription>();

  get count(): number {
    return this.#subscriptions.size;
  }

  get ids(): number[] {
    return [...this.#subscriptions.keys()];
  }

  add(id: number, subject: string, queue: string): void {
    this.#subscriptions.set(id, { tokens: subject.split("."), queue });
  }

  remove(id: number): void {
    this.#subscriptions.delete(id);
  }

  match(subject: string): NaiveResult {
    const tokens = subject.split(".");
    const plain: number[] = [];
    const groups = new Map<string, number[]>();
    for (const [id, { tokens: pattern, queue }] of this.#subscriptions) {
      if (!matchesNaively(pattern, tokens)) continue;
      if (queue === "") plain.push(id);
      else groups.set(queue, [...(groups.get(queue) ?? []), id]);
    }
    plain.sort((a, b) => a - b);
    for (const members of groups.values()) members.sort((a, b) => a - b);
    return { plain, groups };
  }

  /** Distinct beginnings of all subjects: as many nodes as a tree of tokens must have. */
  countNodes(): number {
    const nodes = new Set<string>();
    for (const { tokens } of this.#subscriptions.values()) {
      for (let length = 1; length <= tokens.length; length++) {
        nodes.add(tokens.slice(0, length).join("."));
      }
    }
    return nodes.size;
  }
}
