/**
 * Subjects as text, in options: what nats-server allows there, and how two of them relate. Subjects on
 * the wire are bytes, and are checked elsewhere.
 */

import { DOT, GREATER, STAR } from "../bytes/ascii.ts";

/** What separates words in a file may not stand in a subject. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 12 || code === 13;
}

/** No empty token, no space, and `>` only as the last token. */
export function isValidSubjectText(subject: string): boolean {
  let tokenStart = 0;
  for (let i = 0; i <= subject.length; i++) {
    const code = i < subject.length ? subject.charCodeAt(i) : DOT;
    if (isSpace(code)) return false;
    if (code !== DOT) continue;
    if (i === tokenStart) return false;
    const isFull = i - tokenStart === 1 && subject.charCodeAt(tokenStart) === GREATER;
    if (isFull && i < subject.length) return false;
    tokenStart = i + 1;
  }
  return true;
}

/** True when a token is `*` or `>`. */
export function hasWildcardText(subject: string): boolean {
  let tokenStart = 0;
  for (let i = 0; i <= subject.length; i++) {
    if (i < subject.length && subject.charCodeAt(i) !== DOT) continue;
    const first = subject.charCodeAt(tokenStart);
    if (i - tokenStart === 1 && (first === STAR || first === GREATER)) return true;
    tokenStart = i + 1;
  }
  return false;
}

/** A valid subject without wildcards. */
export function isValidLiteralText(subject: string): boolean {
  return isValidSubjectText(subject) && !hasWildcardText(subject);
}

/** True when every subject that `subject` matches is matched by `pattern` too. */
export function isSubsetOf(subject: string, pattern: string): boolean {
  return areTokensSubsetOf(subject.split("."), pattern.split("."));
}

/** The same for subjects that have been taken apart. */
export function areTokensSubsetOf(tokens: readonly string[], test: readonly string[]): boolean {
  for (let i = 0; i < test.length; i++) {
    const wanted = test[i]!;
    const token = tokens[i];
    if (token === undefined || wanted === "") return false;
    if (wanted === ">") return true;
    if (token === "" || token === ">") return false;
    // As in nats-server, a token of a pattern that begins with a star stands for any.
    if (token === "*" ? wanted !== "*" : !wanted.startsWith("*") && token !== wanted) return false;
  }
  return tokens.length === test.length;
}

/** True when a literal subject can match both. */
export function subjectsCollide(a: string, b: string): boolean {
  if (a === b) return true;
  const areWild = [hasWildcardText(a), hasWildcardText(b)] as const;
  if (!areWild[0] && !areWild[1]) return false;
  if (!areWild[0]) return isSubsetOf(a, b);
  if (!areWild[1]) return isSubsetOf(b, a);
  const [first, second] = [a.split("."), b.split(".")];
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  if (shorter.length < longer.length && !shorter.includes(">")) return false;
  return shorter.every((token, i) => canMatch(token, longer[i]!));
}

function canMatch(a: string, b: string): boolean {
  if (a === "" || b === "") return false;
  return WILDCARDS.includes(a[0]!) || WILDCARDS.includes(b[0]!) || a === b;
}

const WILDCARDS = "*>";
