/**
 * What permissions mean, in the plainest way: a pattern is the set of all subjects it stands for,
 * written out over a small alphabet.
 */

import type { SubjectPermission } from "../../src/config/options/auth.ts";
import { matchesNaively } from "../support/naive-matcher.ts";
import type { Prng } from "../support/prng.ts";

/** The last token stands in no rule. */
const ALPHABET = ["a", "b", "other"] as const;
const RULE_TOKENS = ["a", "a", "b", "b", "*", "*"] as const;
const DEPTH_MAX = 4;
const QUEUES = ["", "", "v1", "v2", "x.grp", "y.grp"] as const;
const QUEUE_RULES = ["v1", "v2", "*.grp", "x.grp", ">", "v*"] as const;

/** Every subject of up to four tokens. Rules have three at most. */
export const SUBJECTS: readonly string[] = written(DEPTH_MAX);

function written(depth: number): string[] {
  if (depth === 0) return [];
  const shorter = written(depth - 1);
  return [...ALPHABET, ...shorter.flatMap((rest) => ALPHABET.map((token) => `${token}.${rest}`))];
}

export interface NaiveRule {
  subject: string;
  queue: string;
}

export function ruleOf(text: string): NaiveRule {
  const [subject = "", queue = ""] = text.split(" ");
  return { subject, queue };
}

export function matches(pattern: string, subject: string): boolean {
  return matchesNaively(pattern.split("."), subject.split("."));
}

/** Whether every subject of a pattern is one of the rule's. */
export function covers(rule: string, pattern: string): boolean {
  return SUBJECTS.every((subject) => !matches(pattern, subject) || matches(rule, subject));
}

export function overlaps(rule: string, pattern: string): boolean {
  return SUBJECTS.some((subject) => matches(pattern, subject) && matches(rule, subject));
}

/** Whether a rule's queue part means a queue group. */
export function meansQueue(rule: string, queue: string): boolean {
  const tokens = rule.split(".");
  const isPattern = tokens.includes("*") || tokens.includes(">");
  return rule === queue || (isPattern && matches(rule, queue));
}

/** Whether a message on a subject is denied to subscriptions with this queue name. */
export function isDenied(deny: readonly string[], subject: string, queue: string): boolean {
  return deny.map(ruleOf).some((rule) => {
    const isMeant = rule.queue === "" || (queue !== "" && meansQueue(rule.queue, queue));
    return isMeant && matches(rule.subject, subject);
  });
}

/** Whether a rule allows a subject to subscriptions with this queue name. */
export function isAllowed(allow: readonly string[], subject: string, queue: string): boolean {
  return allow.map(ruleOf).some((rule) => {
    const isMeant = rule.queue === "" || (queue !== "" && meansQueue(rule.queue, queue));
    return isMeant && matches(rule.subject, subject);
  });
}

/** nats-server's own verdict on a subscription: the pattern's tokens are taken literally. */
export function realMaySubscribe(
  rules: SubjectPermission,
  pattern: string,
  queue: string,
): boolean {
  if (rules.allow !== null && !admits(rules.allow, pattern, queue, matches)) return false;
  return !isDenied(rules.deny ?? [], pattern, queue);
}

/** The same with allow rules that must cover the subscription. */
export function safeMaySubscribe(
  rules: SubjectPermission,
  pattern: string,
  queue: string,
): boolean {
  if (!realMaySubscribe(rules, pattern, queue)) return false;
  return rules.allow === null || admits(rules.allow, pattern, queue, covers);
}

function admits(
  allow: readonly string[],
  pattern: string,
  queue: string,
  takes: (rule: string, pattern: string) => boolean,
): boolean {
  const rules = allow.map(ruleOf);
  const named = rules.filter((rule) => rule.queue !== "");
  if (queue !== "" && named.some((rule) => matches(rule.subject, pattern))) {
    return named.some((rule) => takes(rule.subject, pattern) && meansQueue(rule.queue, queue));
  }
  return rules.some((rule) => rule.queue === "" && takes(rule.subject, pattern));
}

export function randomQueue(random: Prng): string {
  return random.pick(QUEUES);
}

/** A pattern of one to three tokens. */
export function randomPattern(random: Prng): string {
  const tokens: string[] = [];
  for (let length = random.between(1, 3); length > 0; length--)
    tokens.push(random.pick(RULE_TOKENS));
  if (random.chance(4)) tokens[tokens.length - 1] = ">";
  return tokens.join(".");
}

/** A list of rules; null for none. */
export function randomRules(random: Prng, takesQueues: boolean): string[] | null {
  if (random.chance(3)) return null;
  return Array.from({ length: random.between(1, 5) }, () => {
    const pattern = randomPattern(random);
    return takesQueues && random.chance(3) ? `${pattern} ${random.pick(QUEUE_RULES)}` : pattern;
  });
}
