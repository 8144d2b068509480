/** Subjects in claims, which have rules of their own: they are not those of the wire or of options. */

import { atoiOrNull } from "../../protocol/go-atoi.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { Issues } from "./issues.ts";

export function checkSubject(subject: string, issues: Issues): void {
  if (subject === "") {
    issues.error("subject cannot be empty");
    return;
  }
  const quoted = goQuoteText(subject);
  if (subject.includes(" ")) issues.error(`subject ${quoted} cannot have spaces`);
  if (subject.startsWith(".") || subject.endsWith(".")) {
    issues.error(`subject ${quoted} cannot start or end with a \`.\``);
  }
  if (subject.includes("..")) issues.error(`subject ${quoted} cannot contain consecutive \`.\``);
}

/** A `>` counts as the last token only. */
export function hasWildcards(subject: string): boolean {
  const tokens = subject.split(".");
  return tokens.includes("*") || tokens.at(-1) === ">";
}

/** The name that an import has in the account that imports it. @param from its name there. */
export function checkLocalSubject(local: string, from: string, issues: Issues): void {
  checkSubject(local, issues);
  if (from === "") issues.error("subject cannot be empty");
  if (local.includes(" ")) issues.error(`subject ${goQuoteText(local)} cannot have spaces`);
  if (isOpen(local) !== isOpen(from)) {
    issues.error("both, renaming subject and subject, need to end or not end in >");
  }
  const wildcards = from.split(".").filter((token) => token === "*").length;
  let used = 0;
  for (const token of local.split(".")) {
    const reference = referenceOf(token);
    if (token === "*" || (reference !== null && reference <= wildcards)) used++;
    else if (reference !== null) {
      const what = `Reference $${reference} in ${goQuoteText(local)}`;
      issues.error(`${what} reference * in ${goQuoteText(from)} that do not exist`);
    }
  }
  if (used !== wildcards) {
    issues.error("subject does not contain enough * or reference wildcards $[0-9]");
  }
}

function isOpen(subject: string): boolean {
  return subject === ">" || subject.endsWith(".>");
}

/** Number in a token like `$1`. */
function referenceOf(token: string): bigint | null {
  return token.startsWith("$") ? atoiOrNull(token.slice(1)) : null;
}

/** The same with a wildcard in place of each reference. */
export function withoutReferences(local: string): string {
  const tokens = local.split(".");
  return tokens.map((token) => (referenceOf(token) === null ? token : "*")).join(".");
}

/** True when `other` matches all that the subject matches. */
export function isContainedIn(subject: string, other: string): boolean {
  const [tokens, pattern] = [subject.split("."), other.split(".")];
  const last = pattern.length - 1;
  if (tokens.length < pattern.length) return false;
  if (tokens.length > pattern.length && pattern[last] !== ">") return false;
  return pattern.every(
    (token, i) => token === "*" || token === tokens[i] || (token === ">" && i === last),
  );
}
