/** Whether somebody may do something, and which rule says so: the server's own answer. */

import type { Permissions } from "../../config/options/auth.ts";
import type { Options } from "../../config/options/options.ts";
import { PermissionSet } from "../../core/permissions/permission-set.ts";
import { bytesAsText } from "../../core/permissions/subject-rule.ts";
import type { DecidingRule } from "../../core/permissions/verdict.ts";
import { isReservedSubject } from "../../kinds/reserved-subjects.ts";
import { isValidLiteralText, isValidSubjectText } from "../../protocol/subject-text.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { Identity } from "./identity.ts";

/** What is asked about. */
export interface Question {
  readonly action: "publish" | "subscribe";
  readonly subject: string;
  /** Queue group of a subscription; "" for none. */
  readonly queue: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** One sentence. */
  readonly reason: string;
  /** The rule that decided; null when none did. */
  readonly rule: DecidingRule | null;
  /** Rules whose subjects are left out of what an admitted subscription receives. */
  readonly withheld: readonly DecidingRule[];
}

/** Queue group of servers' own services. */
const SYSTEM_QUEUE = "_sys_";

/** @throws ArgumentError when it cannot be asked. */
export function toQuestion(action: Question["action"], subject: string, queue: string): Question {
  const shown = JSON.stringify(subject);
  if (!isValidSubjectText(subject)) throw new ArgumentError(`${shown} is no valid subject`);
  if (action === "publish" && !isValidLiteralText(subject)) {
    throw new ArgumentError(`${shown} has wildcards, and a message goes to one subject`);
  }
  if (queue !== "" && !isValidSubjectText(queue)) {
    throw new ArgumentError(`${JSON.stringify(queue)} is no valid queue group`);
  }
  return { action, subject, queue };
}

/** What the server would answer. */
export function decide(question: Question, who: Identity, options: Options): Decision {
  const set = PermissionSet.compile(who.permissions, who.user ?? undefined);
  return question.action === "publish"
    ? decidePublish(question, who, set)
    : decideSubscribe(question, who, set, options);
}

function decidePublish({ subject }: Question, who: Identity, set: PermissionSet): Decision {
  const bytes = Buffer.from(subject);
  if (isReservedSubject(bytes, 0, bytes.length)) return refusal("Only servers may use it.");
  const { allowed, rule, reason } = set.explainPublish(subject);
  // The right to reply leaves no other one, unless it is listed; the file may have no such list.
  const mayOnlyReply =
    !allowed &&
    rule === null &&
    set.responses !== null &&
    who.permissions?.publish?.allow?.length === 0;
  const why = mayOnlyReply ? "With allow_responses alone, only replies may be published." : reason;
  return { allowed, rule, reason: why, withheld: [] };
}

function decideSubscribe(
  { subject, queue }: Question,
  { permissions }: Identity,
  set: PermissionSet,
  { maxSubTokens }: Options,
): Decision {
  if (queue === SYSTEM_QUEUE) return refusal(`No client may use the queue group ${SYSTEM_QUEUE}.`);
  const { allowed, rule, reason } = set.explainSubscribe(subject, queue);
  if (!allowed) return { allowed, rule, reason, withheld: [] };
  if (maxSubTokens > 0 && subject.split(".").length > maxSubTokens) {
    return refusal(`It has more tokens than max_sub_tokens allows, which are ${maxSubTokens}.`);
  }
  return { allowed, rule, reason, withheld: withheldFrom(subject, queue, permissions) };
}

function refusal(reason: string): Decision {
  return { allowed: false, reason, rule: null, withheld: [] };
}

/** Each rule is asked alone, as a filter of which it is the only one. */
function withheldFrom(
  subject: string,
  queue: string,
  permissions: Permissions | null,
): DecidingRule[] {
  const bytes = Buffer.from(subject);
  const group = bytesAsText(queue);
  return (permissions?.subscribe?.deny ?? []).flatMap((text, index) => {
    const alone = PermissionSet.compile({
      publish: null,
      subscribe: { allow: null, deny: [text] },
      responses: null,
    });
    const isFilter = alone.needsFilter(bytes, 0, bytes.length, group);
    return isFilter ? [{ list: "subscribe deny" as const, text, index }] : [];
  });
}
