/** Why something is allowed or not, for logs, monitoring and `explain`. */

import { hasWildcard } from "../subject.ts";
import type { RuleTree } from "./rule-tree.ts";
import type { RuleList } from "./subject-rule.ts";

export interface DecidingRule {
  readonly list: RuleList | "no_wildcards" | "max_wildcard_depth";
  /** The entry as it is written; the value of `no_wildcards` or `max_wildcard_depth`. */
  readonly text: string;
  /** Place of the entry in its list, from 0. */
  readonly index: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Null when no rule matched. */
  readonly rule: DecidingRule | null;
  /** One sentence. */
  readonly reason: string;
}

/** The entry with this number, counted from 1. */
export function ruleOf(tree: RuleTree, number: number): DecidingRule {
  return { list: tree.list, text: tree.texts[number - 1]!, index: number - 1 };
}

/** How a rule is named in a sentence. */
export function describeRule({ list, text }: DecidingRule): string {
  return list === "no_wildcards" || list === "max_wildcard_depth"
    ? `limit ${list}: ${text}`
    : `${list} rule ${JSON.stringify(text)}`;
}

/** The sentence for a subject that no rule of an allow list takes. */
export function notAllowed(tree: RuleTree, subject: Uint8Array, queue: string): string {
  if (tree.texts.length === 0) return `The ${tree.list} list is empty and allows nothing.`;
  if (tree.list === "publish allow") return "No publish allow rule matches the subject.";
  const isWide = hasWildcard(subject, 0, subject.length);
  const most = isWide ? "covers every subject of this subscription" : "matches the subject";
  const whom = queue === "" ? "without a queue group" : `for queue group ${JSON.stringify(queue)}`;
  return `No subscribe allow rule ${most} ${whom}.`;
}
