/**
 * Hot path. The queue parts of the rules for one subject: names, and patterns as `*.workers`.
 *
 * Names are looked up, patterns compared one by one; there are few of those in any configuration.
 */

import { GREATER, STAR } from "../../bytes/ascii.ts";

interface QueuePattern {
  readonly tokens: readonly string[];
  readonly rule: number;
}

export class QueueRules {
  readonly #names = new Map<string, number>();
  readonly #patterns: QueuePattern[] = [];

  /** Adds the rule of this number; of several with the same queue part the first one counts. */
  add(queue: string, rule: number): void {
    if (this.#names.has(queue)) return;
    // A pattern too: whatever it stands for, it means the queue group of that very name.
    this.#names.set(queue, rule);
    const tokens = queue.split(".");
    if (tokens.includes("*") || tokens.includes(">")) this.#patterns.push({ tokens, rule });
  }

  /** Lowest number of a rule that means this queue group, or 0. */
  find(queue: string): number {
    let found = this.#names.get(queue) ?? 0;
    for (let i = 0; i < this.#patterns.length; i++) {
      const { tokens, rule } = this.#patterns[i]!;
      if ((found === 0 || rule < found) && matches(queue, tokens)) found = rule;
    }
    return found;
  }
}

/** As in nats-server: a token of a pattern that begins with a star stands for any token. */
function matches(queue: string, pattern: readonly string[]): boolean {
  let at = 0;
  for (let i = 0; i < pattern.length; i++) {
    if (at > queue.length) return false;
    const wanted = pattern[i]!;
    if (wanted === ">") return true;
    const dot = queue.indexOf(".", at);
    const end = dot < 0 ? queue.length : dot;
    if (!tokenMatches(queue, at, end, wanted)) return false;
    at = end + 1;
  }
  return at > queue.length;
}

function tokenMatches(queue: string, start: number, end: number, wanted: string): boolean {
  const first = queue.charCodeAt(start);
  const length = end - start;
  if (length === 0 || (length === 1 && first === GREATER)) return false;
  if (length === 1 && first === STAR) return wanted === "*";
  if (wanted.charCodeAt(0) === STAR) return true;
  return wanted.length === length && queue.startsWith(wanted, start);
}
