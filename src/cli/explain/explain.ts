/** `explain pub` and `explain sub`: whether somebody may do something, by which rule, and what follows. */

import { goDuration } from "../../log/go-duration.ts";
import type { Report } from "../answer.ts";
import { type AccessFile, readAccessFile } from "./access-file.ts";
import { labelOf } from "./account-map.ts";
import { type Asker, type AskerArguments, findAsker } from "./asker.ts";
import { type Decision, decide, type Question, toQuestion } from "./decision.ts";
import { explanationJson, explanationText } from "./explanation.ts";
import { HintFinder } from "./hints.ts";
import type { Identity } from "./identity.ts";
import { type Arrival, PathFinder } from "./message-path.ts";
import { SourceFinder } from "./message-sources.ts";
import { DENIED_CODE, toJson } from "./output.ts";
import { People } from "./people.ts";
import { placeOfRule, placeWithoutRule, type RulePlace } from "./rule-place.ts";
import { isUpToTokens, tokenReport } from "./token-report.ts";

export interface ExplainArguments extends AskerArguments {
  readonly subject: string;
  readonly config: string;
  readonly queue?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Answers for one user, or for an account.
 *
 * @throws ArgumentError when the question makes no sense, or is about nobody the file knows.
 */
export async function explainAccess(
  action: Question["action"],
  args: ExplainArguments,
): Promise<Report> {
  const question = toQuestion(action, args.subject, args.queue ?? "");
  const file = await readAccessFile(args.config);
  if ("stderr" in file) return file;
  if (isUpToTokens(file.options, args)) return tokenReport(question, file, args.json ?? false);
  const asker = await findAsker(file, args);
  const { who, map } = asker;
  const people = new People(file.options);
  const path =
    action === "publish" ? new PathFinder(map, people).enter(asker.entry, args.subject) : null;
  const decision =
    path === null ? decide(question, who, file.options) : decideMapped(question, path, who, file);
  const explanation = {
    question,
    who,
    decision,
    place: placeOf(question, who, decision, file),
    withheld: decision.withheld.map((rule) => ({
      text: rule.text,
      place: placeOfRule(rule, who, file.places),
    })),
    notes: [...asker.notes, ...notesOn(question, who, decision), ...conditions(who, file)],
    account: labelOf(asker.entry),
    path,
    reception: path === null ? receptionOf(question, asker, people) : null,
    others: people.others,
    // Where there is nothing but one account, everything has been said.
    hasWays: map.hasWays,
  };
  const stdout = args.json ? toJson(explanationJson(explanation)) : explanationText(explanation);
  return { stdout, stderr: "", code: decision.allowed ? 0 : DENIED_CODE };
}

/** Publishing needs the right to what mappings make of a subject, whichever of it that is. */
function decideMapped(
  question: Question,
  { ways }: Arrival,
  who: Identity,
  { options }: AccessFile,
): Decision {
  const subjects = new Set(ways.flatMap(({ stop }) => (stop === null ? [] : [stop.subject])));
  if (subjects.size === 0) {
    return { allowed: true, reason: "A mapping loses it.", rule: null, withheld: [] };
  }
  const decisions = [...subjects].map((subject) => ({
    subject,
    decision: decide({ ...question, subject }, who, options),
  }));
  const { subject, decision } = decisions.find((each) => !each.decision.allowed) ?? decisions[0]!;
  if (subjects.size === 1 && subject === question.subject) return decision;
  return { ...decision, reason: `As ${subject}: ${decision.reason}` };
}

function receptionOf({ subject }: Question, { entry, map }: Asker, people: People) {
  const finder = new SourceFinder(map, people);
  const sources = finder.of(entry, subject);
  const hints = new HintFinder(map).ofSubscribed(entry, subject);
  return { sources, isCut: finder.isCut, hints };
}

function placeOf(
  { action }: Question,
  who: Identity,
  { rule }: Decision,
  { places }: AccessFile,
): RulePlace | null {
  return rule === null ? placeWithoutRule(action, who, places) : placeOfRule(rule, who, places);
}

function notesOn({ action }: Question, who: Identity, { allowed }: Decision): string[] {
  const { permissions, hasDefaults } = who;
  const notes: string[] = [];
  if (hasDefaults) notes.push(`${who.name} has no permissions of its own: the defaults count.`);
  const responses = permissions?.responses ?? null;
  if (responses !== null && allowed !== (action === "publish")) {
    const count = responses.maxMsgs < 0 ? "any number of times" : times(responses.maxMsgs);
    const within = responses.expiresMs < 0 ? "" : `, within ${goDuration(responses.expiresMs)}`;
    notes.push(`It may reply ${count} to each request that it receives${within}.`);
  }
  return notes;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** What else has to be so when it connects. */
function conditions({ user }: Identity, { options }: AccessFile): string[] {
  const types = user?.allowedConnectionTypes.join(", ") ?? "";
  const needsProxy = user?.proxyRequired || options.authorization?.proxyRequired;
  return [
    ...(types === "" ? [] : [`It may connect by these ways only: ${types}.`]),
    ...(needsProxy ? ["It may connect through a trusted proxy only."] : []),
  ];
}
