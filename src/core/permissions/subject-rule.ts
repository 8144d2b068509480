/**
 * One entry of a list of permissions, taken apart: a subject and, in subscribe lists, perhaps a queue.
 *
 * Options are checked when they are read. What gets here all the same and cannot be understood never
 * widens a permission: as an allow rule it allows nothing, as a deny rule it denies as much as it can.
 */

import { isValidSubjectText } from "../../protocol/subject-text.ts";

export type RuleList = "publish allow" | "publish deny" | "subscribe allow" | "subscribe deny";

export interface SubjectRule {
  readonly subject: string;
  /**
   * Name or pattern of queue groups, one character per byte, as a subscription's queue is;
   * "" when the rule is about no queue in particular.
   */
  readonly queue: string;
}

/** White space as Go's `strings.Fields` has it. */
const SPACES = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const EVERYTHING: SubjectRule = { subject: ">", queue: "" };

/** Reads an entry of a list; null when it is an allow rule that allows nothing. */
export function parseRule(text: string, list: RuleList): SubjectRule | null {
  const takesQueue = list.startsWith("subscribe");
  if (!takesQueue && isValidSubjectText(text)) return { subject: text, queue: "" };
  const [subject = "", queue = "", ...rest] = text.split(SPACES).filter((word) => word !== "");
  const isReadable =
    rest.length === 0 &&
    isValidSubjectText(subject) &&
    (queue === "" || (takesQueue && isValidSubjectText(queue)));
  if (isReadable) return { subject, queue: bytesAsText(queue) };
  if (list.endsWith("allow")) return null;
  return isValidSubjectText(subject) ? { subject, queue: "" } : EVERYTHING;
}

/** A text's UTF-8, one character per byte: what names on the wire are in this server. */
export function bytesAsText(text: string): string {
  return Buffer.from(text).toString("latin1");
}
