/**
 * Problems as people read them:
 *
 *     nats.conf:3:1: unknown field "prot"
 *       3 | prot: 4222
 *         | ^
 *         = did you mean "port"?
 *
 * The first line is nats-server's, so that scripts still match; all others are indented.
 */

import { headline, type Problem } from "../language/problem.ts";
import { formatPlace } from "../language/source.ts";
import { excerptOf, printable } from "./excerpt.ts";

/** A problem with the line it is about; no line break at the end. */
export function renderProblem(problem: Problem): string {
  const first = problem.severity === "lint" ? lintHeadline(problem) : headline(problem);
  const lines = [first];
  const place = problem.at ?? problem.place;
  if (place !== null) {
    const { line, text, caret } = excerptOf(place);
    const number = String(line);
    const margin = " ".repeat(number.length + 2);
    // The first line of such a message does not say where, or not in which text.
    const isElsewhere = problem.unplaced || place.source !== problem.place?.source;
    if (isElsewhere) lines.push(`${margin}--> ${formatPlace(place)}`);
    lines.push(`  ${number} | ${text}`);
    lines.push(`${margin} | ${text.slice(0, caret).replace(/[^\t]/g, " ")}^`);
    if (problem.hint !== undefined) lines.push(`${margin} = ${problem.hint}`);
  } else if (problem.hint !== undefined) lines.push(`  = ${problem.hint}`);
  return lines.join("\n");
}

function lintHeadline(problem: Problem): string {
  return headline({ ...problem, text: `lint: ${printable(problem.text)}`, unplaced: false });
}

const ORDER: Readonly<Record<Problem["severity"], number>> = { warning: 0, error: 1, lint: 2 };

/** nats-server's order, warnings before errors, then our advice; each in the order of the file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || fileOrder(a) - fileOrder(b),
  );
}

function fileOrder({ place }: Problem): number {
  return (place?.source.origin ?? place)?.offset ?? Number.POSITIVE_INFINITY;
}
