/** `explain who`: everybody who may publish or subscribe to a subject, and by which rule. */

import { printable } from "../../config/report/excerpt.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { Report } from "../answer.ts";
import { ArgumentError } from "../command-arguments.ts";
import { readAccessFile } from "./access-file.ts";
import { type Decision, decide, type Question, toQuestion } from "./decision.ts";
import { describe } from "./explain.ts";
import { type Identity, identities, refuseOperators } from "./identity.ts";
import { DENIED_CODE, toJson } from "./output.ts";
import { placeOfRule, placeText, placeWithoutRule, type RulePlace } from "./rule-place.ts";

export interface WhoArguments {
  readonly subject: string;
  readonly config: string;
  readonly queue?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Somebody who may do it. */
interface Row {
  readonly who: Identity;
  readonly decision: Decision;
  readonly place: RulePlace | null;
}

/**
 * Lists who may.
 *
 * @throws ArgumentError when the question makes no sense.
 */
export async function explainWho(action: Question["action"], args: WhoArguments): Promise<Report> {
  const question = toQuestion(action, args.subject, args.queue ?? "");
  const file = await readAccessFile(args.config);
  if ("stderr" in file) return file;
  const { options, places, path } = file;
  refuseOperators(options, path);
  if (options.authorization?.authCallout) {
    throw new ArgumentError(`${path} does not say who all may: a service is asked (auth_callout)`);
  }
  const rows: Row[] = [];
  const repliers: string[] = [];
  let count = 0;
  for (const who of identities(options)) {
    count++;
    const decision = decide(question, who, options);
    const { allowed, rule } = decision;
    if (allowed) {
      const place =
        rule === null
          ? placeWithoutRule(question.action, who, places)
          : placeOfRule(rule, who, places);
      rows.push({ who, decision, place });
    } else if (question.action === "publish" && (who.permissions?.responses ?? null) !== null) {
      repliers.push(who.name);
    }
  }
  const code = rows.length > 0 ? 0 : DENIED_CODE;
  if (args.json) {
    const json = { ...question, who: rows.map(asJson), repliers, count };
    return { stdout: toJson(json), stderr: "", code };
  }
  const verdict = `${rows.length} of ${count} may ${describe(question)}`;
  const lines = [
    ...table(rows),
    ...(rows.length > 0 ? [""] : []),
    `${verdict}.`,
    ...replies(repliers),
  ];
  return { stdout: lines.map((line) => `${printable(line)}\n`).join(""), stderr: "", code };
}

function replies(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const who = names.length === 1 ? names[0] : `${names.length} others`;
  return [`Besides, ${who} may reply to requests, if it is the subject of a reply.`];
}

function asJson({ who, decision: { rule, reason, withheld }, place }: Row): object {
  return {
    user: who.name,
    account: who.account,
    reason,
    rule: rule === null ? null : { list: rule.list, text: rule.text },
    place,
    withheld: withheld.map(({ text }) => text),
  };
}

/** Accounts are told when there are several. */
function table(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const hasAccounts = rows.some(({ who }) => who.account !== GLOBAL_ACCOUNT);
  const cells = rows.map(({ who, decision, place }) => [
    who.name,
    ...(hasAccounts ? [who.account] : []),
    ruleText(decision),
    place === null ? "" : placeText(place),
  ]);
  const head = ["USER", ...(hasAccounts ? ["ACCOUNT"] : []), "RULE", "WHERE"];
  const all = [head, ...cells];
  const widths = head.map((_, column) =>
    all.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

function ruleText({ rule, withheld, reason }: Decision): string {
  const text =
    rule === null ? reason.replace(/\.$/, "") : `${rule.list} ${JSON.stringify(rule.text)}`;
  const less = withheld.map((each) => JSON.stringify(each.text)).join(", ");
  return less === "" ? text : `${text}, without ${less}`;
}
