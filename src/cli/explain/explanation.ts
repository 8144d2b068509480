/** An answer with all there is to be said about it, for people and for programs. */

import { printable } from "../../config/report/excerpt.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { Decision, Question } from "./decision.ts";
import type { Hint } from "./hints.ts";
import type { Identity } from "./identity.ts";
import type { Arrival } from "./message-path.ts";
import type { Source } from "./message-sources.ts";
import { hintText, indented, pathText, sourcesText } from "./path-text.ts";
import { placeText, type RulePlace } from "./rule-place.ts";

/** What a subscription gets. */
export interface Reception {
  readonly sources: readonly Source[];
  /** There are more of them. */
  readonly isCut: boolean;
  readonly hints: readonly Hint[];
}

export interface Explanation {
  readonly question: Question;
  readonly who: Identity;
  readonly decision: Decision;
  readonly place: RulePlace | null;
  readonly withheld: readonly { readonly text: string; readonly place: RulePlace | null }[];
  /** Sentences. */
  readonly notes: readonly string[];
  readonly account: string;
  /** Null for a subscription. */
  readonly path: Arrival | null;
  /** Null for a message. */
  readonly reception: Reception | null;
  /** Whom else than users of the file there may be in accounts; "" for nobody. */
  readonly others: string;
  /** Accounts share something, or there are mappings. */
  readonly hasWays: boolean;
}

/** So many rules that withhold messages are listed. */
const WITHHELD_SHOWN_MAX = 10;

export function explanationText(explanation: Explanation): string {
  const { question, who, decision, place, withheld, notes, hasWays } = explanation;
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
    ...(hasWays ? ["", ...waysText(explanation)] : []),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function waysText({ question, account, path, reception, others }: Explanation): string[] {
  if (path !== null) return pathText(path, others);
  const { sources, isCut, hints } = reception!;
  return [
    ...sourcesText(question.subject, account, sources, isCut, others),
    ...indented(hints.flatMap(hintText)),
  ];
}

function nameOf({ name, account }: Identity): string {
  return account === GLOBAL_ACCOUNT ? name : `${name} of account ${account}`;
}

/** `publish to a.b`, `subscribe to a.* in queue group q`. */
export function describe({ action, subject, queue }: Question): string {
  return `${action} to ${subject}${queue === "" ? "" : ` in queue group ${queue}`}`;
}

export function explanationJson(explanation: Explanation): object {
  const { question, who, decision, place, withheld, notes, path, reception, others } = explanation;
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
    ...(path === null ? { ...reception } : { path }),
    others,
  };
}
