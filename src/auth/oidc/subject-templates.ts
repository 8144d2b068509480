/**
 * Permissions whose subjects the claims of a token fill in. What a token does not say never widens
 * what it is good for: an entry that allows is left out, and one that denies refuses the token.
 */

import type { Permissions, SubjectPermission } from "../../config/options/auth.ts";
import { isTemplate, parseTemplate, type TemplatePart } from "../../protocol/claim-template.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { type ClaimSet, TokenFault } from "./verified-claims.ts";

/** Subjects of one login, in all lists together. */
const SUBJECTS_MAX = 1024;
/** Beginnings of subjects that have a meaning of their own to servers and clients. */
const RESERVED = /^[$_]/;

type Entry = readonly TemplatePart[];
type ListKind = "allow" | "deny";

/** Permissions, taken apart once. */
export class PermissionTemplate {
  readonly #permissions: Permissions;
  readonly #entries = new Map<readonly string[], readonly Entry[]>();

  constructor(permissions: Permissions) {
    this.#permissions = permissions;
    const { publish, subscribe } = permissions;
    for (const list of [publish?.allow, publish?.deny, subscribe?.allow, subscribe?.deny]) {
      if (list?.some(isTemplate)) this.#entries.set(list, list.map(parseTemplate));
    }
  }

  /**
   * What they are for a token; without templates the very same object every time.
   *
   * @throws TokenFault when the token does not say what has to be denied, or says something that
   *   cannot stand in a subject.
   */
  fill(claims: ClaimSet): Permissions {
    if (this.#entries.size === 0) return this.#permissions;
    const budget = { left: SUBJECTS_MAX };
    const { publish, subscribe, responses } = this.#permissions;
    return {
      publish: this.#fillRules(publish, claims, budget),
      subscribe: this.#fillRules(subscribe, claims, budget),
      responses,
    };
  }

  #fillRules(
    rules: SubjectPermission | null,
    claims: ClaimSet,
    budget: Budget,
  ): SubjectPermission | null {
    if (rules === null) return null;
    const fill = (list: string[] | null, kind: ListKind): string[] | null => {
      const entries = list === null ? undefined : this.#entries.get(list);
      if (entries === undefined) return list;
      return [...new Set(entries.flatMap((entry) => fillEntry(entry, kind, claims, budget)))];
    };
    return { allow: fill(rules.allow, "allow"), deny: fill(rules.deny, "deny") };
  }
}

interface Budget {
  left: number;
}

/** Every combination of the values of an entry's claims. */
function fillEntry(entry: Entry, kind: ListKind, claims: ClaimSet, budget: Budget): string[] {
  const choices = entry.map((part) =>
    typeof part === "string" ? [part] : claims.tokens(part.claim),
  );
  const count = choices.reduce((product, { length }) => product * length, 1);
  if (count === 0) {
    if (kind === "allow") return [];
    const missing = entry.find((part, i) => typeof part !== "string" && choices[i]!.length === 0);
    const name = goQuoteText((missing as { claim: string }).claim);
    throw new TokenFault(`has no claim ${name}, and what it denies is not known`);
  }
  budget.left -= count;
  if (budget.left < 0) throw new TokenFault(`stands for more than ${SUBJECTS_MAX} subjects`);
  let filled = [""];
  for (const values of choices) {
    filled = filled.flatMap((start) => values.map((value) => start + value));
  }
  // Denying such a subject does no harm.
  const isOpen = kind === "allow" && typeof entry[0] !== "string";
  if (isOpen && filled.some((subject) => RESERVED.test(subject))) {
    throw new TokenFault("has a claim that would be a reserved subject");
  }
  return filled;
}
