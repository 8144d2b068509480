/** `explain pub` and `explain sub`: whether somebody may do something, and by which rule. */

import { printable } from "../../config/report/excerpt.ts";
import { goDuration } from "../../log/go-duration.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { Report } from "../answer.ts";
import { type AccessFile, readAccessFile } from "./access-file.ts";
import { type Decision, decide, type Question, toQuestion } from "./decision.ts";
import { type Identity, identify } from "./identity.ts";
import { DENIED_CODE, toJson } from "./output.ts";
import { placeOfRule, placeText, placeWithoutRule, type RulePlace } from "./rule-place.ts";

export interface ExplainArguments {
  readonly subject: string;
  readonly config: string;
  readonly user?: string | undefined;
  readonly queue?: string | undefined;
  readonly json?: boolean | undefined;
}

/** So many rules that withhold messages are listed. */
const WITHHELD_SHOWN_MAX = 10;

/**
 * Answers for one user.
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
  const who = identify(file.options, args.user, file.path);
  const decision = decide(question, who, file.options);
  const explained: Explained = {
    question,
    who,
    decision,
    place: placeOf(question, who, decision, file),
    withheld: decision.withheld.map((rule) => ({
      text: rule.text,
      place: placeOfRule(rule, who, file.places),
    })),
    notes: [
      ...(args.user === undefined ? [whyThisOne(who, file)] : []),
      ...notesOn(question, who, decision),
      ...conditions(who, file),
    ],
  };
  const stdout = args.json ? toJson(asJson(explained)) : asText(explained);
  return { stdout, stderr: "", code: decision.allowed ? 0 : DENIED_CODE };
}

/** An answer with all there is to be said about it. */
interface Explained {
  readonly question: Question;
  readonly who: Identity;
  readonly decision: Decision;
  readonly place: RulePlace | null;
  readonly withheld: readonly { readonly text: string; readonly place: RulePlace | null }[];
  /** Sentences. */
  readonly notes: readonly string[];
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

function whyThisOne({ name, user }: Identity, { options }: AccessFile): string {
  if (user !== null) return `This is about ${name}, who clients without credentials are.`;
  if (options.authorization?.user === name) return `This is about ${name}, the only user.`;
  return `This is about ${name}, as there are no users.`;
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

function asText({ question, who, decision, place, withheld, notes }: Explained): string {
  const { allowed, reason } = decision;
  const may = allowed ? "may" : "may not";
  const shown = withheld.slice(0, WITHHELD_SHOWN_MAX);
  const rest = withheld.length - shown.length;
  const lines = [
    `${allowed ? "allowed" : "denied"}: ${nameOf(who)} ${may} ${describe(question)}`,
    `  ${place === null ? "" : `${placeText(place)}: `}${reason}`,
    ...(shown.length === 0 ? [] : ["  Messages on these subjects are left out:"]),
    ...shown.map(
      ({ text, place }) =>
        `    ${place === null ? "" : `${placeText(place)}: `}${JSON.stringify(text)}`,
    ),
    ...(rest === 0 ? [] : [`    and ${rest} more`]),
    ...notes.map((note) => `  ${note}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function nameOf({ name, account }: Identity): string {
  return account === GLOBAL_ACCOUNT ? name : `${name} of account ${account}`;
}

/** `publish to a.b`, `subscribe to a.* in queue group q`. */
export function describe({ action, subject, queue }: Question): string {
  return `${action} to ${subject}${queue === "" ? "" : ` in queue group ${queue}`}`;
}

function asJson({ question, who, decision, place, withheld, notes }: Explained): object {
  const { allowed, reason, rule } = decision;
  return {
    allowed,
    ...question,
    user: who.name,
    account: who.account,
    reason,
    rule: rule === null ? null : { list: rule.list, text: rule.text },
    place,
    withheld,
    notes,
  };
}
