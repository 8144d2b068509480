/** Whether there are subjects that two patterns both stand for. */

const SEPARATOR = ".";
const ANY_TOKEN = "*";
const ANY_REST = ">";

export function subjectsOverlap(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [one.split(SEPARATOR), other.split(SEPARATOR)];
  const common = Math.min(left.length, right.length);
  for (let i = 0; i < common; i++) {
    const [a, b] = [left[i]!, right[i]!];
    if (isRest(left, i) || isRest(right, i)) return true;
    if (a !== b && a !== ANY_TOKEN && b !== ANY_TOKEN) return false;
  }
  return left.length === right.length;
}

/** It stands for the rest only in the last place. */
function isRest(tokens: readonly string[], i: number): boolean {
  return tokens[i] === ANY_REST && i === tokens.length - 1;
}
