/** Sets of subjects with wildcards, which can tell whether one of them covers another subject. */

const ANY_TOKEN = "*";
const ANY_REST = ">";

interface Branch {
  readonly next: Map<string, Branch>;
  /** The subject that ends here. */
  subject: string | null;
}

/**
 * `a.*` covers `a.b`, and `a.>` covers both: every subject that the covered one stands for, the
 * covering one stands for as well.
 */
export class SubjectSet {
  readonly #root: Branch = branch();

  /** @returns false when it is there already. */
  add(subject: string): boolean {
    let at = this.#root;
    for (const token of subject.split(".")) {
      let next = at.next.get(token);
      if (next === undefined) {
        next = branch();
        at.next.set(token, next);
      }
      at = next;
    }
    if (at.subject !== null) return false;
    at.subject = subject;
    return true;
  }

  /**
   * A subject of the set that covers this one.
   *
   * @param isSelfCounted the same subject covers itself.
   */
  covering(subject: string, isSelfCounted: boolean): string | null {
    const excluded = isSelfCounted ? null : subject;
    return find(this.#root, subject.split("."), 0, excluded);
  }
}

function branch(): Branch {
  return { next: new Map(), subject: null };
}

function find(
  at: Branch,
  tokens: readonly string[],
  depth: number,
  excluded: string | null,
): string | null {
  if (depth === tokens.length) return at.subject === excluded ? null : at.subject;
  const rest = at.next.get(ANY_REST)?.subject ?? null;
  if (rest !== null && rest !== excluded) return rest;
  const token = tokens[depth]!;
  if (token === ANY_REST) return null;
  const wider = at.next.get(ANY_TOKEN);
  const found = wider === undefined ? null : find(wider, tokens, depth + 1, excluded);
  if (found !== null || token === ANY_TOKEN) return found;
  const same = at.next.get(token);
  return same === undefined ? null : find(same, tokens, depth + 1, excluded);
}
