/** What would be right in the place of an import that is refused. */

import { areTokensSubsetOf, isSubsetOf } from "../../../protocol/subject-text.ts";
import type { Export, Import } from "../../options/accounts.ts";

/** So many names or subjects stand in a sentence. */
const LISTED_MAX = 5;

type Refused = Pick<Import, "kind" | "subject">;
type Exported = Pick<Export, "kind" | "subject" | "accounts" | "accountTokenPosition">;

/** The export that an import is about: the one of its very subject, else the first wider one. */
function exportOf<Found extends Exported>(
  exports: readonly Found[],
  kind: Refused["kind"],
  subject: string,
): Found | undefined {
  const mine = exports.filter((each) => each.kind === kind);
  const tokens = subject.split(".");
  return (
    mine.find((each) => each.subject === subject) ??
    mine.find((each) => areTokensSubsetOf(tokens, each.subject.split(".")))
  );
}

/**
 * Why an account may not import something: sentences without a full stop, the cause first.
 *
 * @param exporter name of the account that the exports are of.
 * @param label shows the name of an account.
 */
export function adviceOnUnauthorized(
  refused: Refused,
  importer: string,
  exporter: string,
  exports: readonly Exported[],
  label: (name: string) => string = (name) => name,
): string[] {
  const found = exportOf(exports, refused.kind, refused.subject);
  if (found === undefined) return adviceWithoutExport(refused, label(exporter), exports);
  if (found.accountTokenPosition > 0) return wrongToken(refused, found, importer);
  const accounts = exports
    .filter(({ kind, subject }) => kind === found.kind && subject === found.subject)
    .flatMap((each) => each.accounts ?? []);
  return [`${label(exporter)} exports ${found.subject} to ${listed(accounts.map(label))} only`];
}

function adviceWithoutExport(
  { kind, subject }: Refused,
  name: string,
  exports: readonly Exported[],
): string[] {
  const other = kind === "stream" ? "service" : "stream";
  const asOther = exportOf(exports, other, subject);
  if (asOther !== undefined) {
    return [
      `${name} exports ${asOther.subject} as a ${other}, and this imports a ${kind}`,
      `write ${other} in the import, or ${kind} in the export`,
    ];
  }
  const mine = exports.filter((each) => each.kind === kind);
  const narrower = mine.filter((each) => isSubsetOf(each.subject, subject));
  if (narrower.length > 0) {
    const subjects = listed(narrower.map((each) => each.subject));
    return [
      `${subject} is more than ${name} exports, which is ${subjects}`,
      `import ${subjects}, or export ${subject}`,
    ];
  }
  if (mine.length === 0) return [`${name} exports no ${kind}`];
  return [
    `${name} exports no ${kind} that ${subject} is a part of, only ${listed(mine.map((each) => each.subject))}`,
  ];
}

function wrongToken(
  { subject }: Refused,
  { subject: exported, accountTokenPosition: position }: Exported,
  importer: string,
): string[] {
  const tokens = subject.split(".");
  const cause =
    exported === subject
      ? `token ${position} of ${exported} has to be the importing account`
      : `token ${position} of ${subject} is ${JSON.stringify(tokens[position - 1])}, and has to be the importing account`;
  tokens[position - 1] = importer;
  return [cause, `import ${tokens.join(".")}`];
}

/** What is to be said about a circle of accounts, each of which imports from the next one. */
export function adviceOnCycle(accounts: readonly string[]): string {
  const steps = accounts
    .slice(1)
    .map(
      (exporter, index) => `${accounts[index]} ${index === 0 ? "imports " : ""}from ${exporter}`,
    );
  return `${steps.join(", ")}: take one of these imports out`;
}

/** `a, b and 3 more`; never without any. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).join(", ");
  return names.length > LISTED_MAX ? `${shown} and ${names.length - LISTED_MAX} more` : shown;
}
