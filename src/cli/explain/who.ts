/** `explain who`: everybody who may publish or subscribe to a subject, and by which rule. */

import { printable } from "../../config/report/excerpt.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { hasWildcardText } from "../../protocol/subject-text.ts";
import type { Report } from "../answer.ts";
import { ArgumentError } from "../command-arguments.ts";
import { type AccessFile, readAccessFile } from "./access-file.ts";
import { AccountMap } from "./account-map.ts";
import { type Decision, decide, type Question, toQuestion } from "./decision.ts";
import { describe } from "./explanation.ts";
import { calloutText, type Identity, identities, refuseOperators } from "./identity.ts";
import { tokenRules, tokenRuleText } from "./oidc-token.ts";
import { DENIED_CODE, toJson } from "./output.ts";
import { indented } from "./path-text.ts";
import { placeOfRule, placeText, placeWithoutRule, type RulePlace } from "./rule-place.ts";
import { type Candidate, whoIsReached, whoReaches } from "./who-reaches.ts";

export interface WhoArguments {
  readonly subject: string;
  readonly config: string;
  readonly account?: string | undefined;
  readonly queue?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Somebody who may do it. */
interface Row extends Candidate {
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
  const { options, path } = file;
  refuseOperators(options, path);
  if (options.authorization?.authCallout) {
    throw new ArgumentError(`${path} does not say who all may: ${calloutText(options)}`);
  }
  const map = await AccountMap.of(options, file.places);
  const candidates = [...candidatesFor(question, file, map, args.account)];
  const rows: Row[] = [];
  const repliers: string[] = [];
  for (const candidate of candidates) {
    const { who, subject } = candidate;
    const decision = decide({ ...question, subject }, who, options);
    if (decision.allowed) {
      rows.push({ ...candidate, decision, place: placeOf(question, who, decision, file) });
    } else if (question.action === "publish" && (who.permissions?.responses ?? null) !== null) {
      repliers.push(who.name);
    }
  }
  const code = rows.length > 0 ? 0 : DENIED_CODE;
  const count = new Set(candidates.map(({ who }) => who)).size;
  const tokens = tokenRules(file);
  if (args.json) {
    const who = rows.map(asJson);
    return { stdout: toJson({ ...question, who, repliers, count, tokens }), stderr: "", code };
  }
  const able = new Set(rows.map(({ who }) => who)).size;
  const lines = [
    ...table(rows, args.account !== undefined),
    ...(rows.length > 0 ? [""] : []),
    `${able} of ${count} may ${describe(question)}${inAccount(args.account)}.`,
    ...replies([...new Set(repliers)]),
    ...(tokens.length === 0 ? [] : ["Besides, there are holders of tokens:"]),
    ...indented(tokens.flatMap(tokenRuleText)),
    ...advice(map, args.account),
  ];
  return { stdout: lines.map((line) => `${printable(line)}\n`).join(""), stderr: "", code };
}

/** Everybody in their own accounts, unless it is to be in a certain one. */
function candidatesFor(
  question: Question,
  { options }: AccessFile,
  map: AccountMap,
  account: string | undefined,
): Iterable<Candidate> {
  const { action, subject } = question;
  if (account === undefined) {
    return [...identities(options)].map((who) => ({ who, subject, published: subject }));
  }
  const entry = map.find(account);
  if (action === "publish") return whoReaches(map, options, entry, subject);
  if (!hasWildcardText(subject)) return whoIsReached(map, options, entry, subject);
  throw new ArgumentError(
    `with --account it is about messages to one subject, and ${JSON.stringify(subject)} has wildcards`,
  );
}

function placeOf(
  { action }: Question,
  who: Identity,
  { rule }: Decision,
  { places }: AccessFile,
): RulePlace | null {
  return rule === null ? placeWithoutRule(action, who, places) : placeOfRule(rule, who, places);
}

function inAccount(account: string | undefined): string {
  return account === undefined ? "" : ` in account ${account}, or by imports from others`;
}

function advice(map: AccountMap, account: string | undefined): string[] {
  const hasImports = map.entries.some(({ links }) => links.length > 0);
  if (account !== undefined || !hasImports) return [];
  return ["Each in its own account; --account tells also who is connected with one by imports."];
}

function replies(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const who = names.length === 1 ? names[0] : `${names.length} others`;
  return [`Besides, ${who} may reply to requests, if it is the subject of a reply.`];
}

function asJson({ who, subject, published, decision, place }: Row): object {
  const { rule, reason, withheld } = decision;
  return {
    user: who.name,
    account: who.account,
    subject: published,
    mapped: subject,
    reason,
    rule: rule === null ? null : { list: rule.list, text: rule.text },
    place,
    withheld: withheld.map(({ text }) => text),
  };
}

/** Accounts are told when there are several, and subjects when they may be others than asked about. */
function table(rows: readonly Row[], hasSubjects: boolean): string[] {
  if (rows.length === 0) return [];
  const hasAccounts = rows.some(({ who }) => who.account !== GLOBAL_ACCOUNT);
  const cells = rows.map(({ who, published, decision, place }) => [
    who.name,
    ...(hasAccounts ? [who.account] : []),
    ...(hasSubjects ? [published] : []),
    ruleText(decision),
    place === null ? "" : placeText(place),
  ]);
  const head = [
    "USER",
    ...(hasAccounts ? ["ACCOUNT"] : []),
    ...(hasSubjects ? ["SUBJECT"] : []),
    "RULE",
    "WHERE",
  ];
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
