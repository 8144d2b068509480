/** An import as it is carried out: which subject stands for which, and how the one becomes the other. */

import { SubjectTransform } from "../core/mapping/subject-transform.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { hasWildcardText, isValidSubjectText } from "../protocol/subject-text.ts";
import { nameWildcards, TransformError, unnameWildcards } from "../protocol/subject-transform.ts";
import type { ImportDefinition } from "./definition.ts";

export interface SubjectRoute {
  /** In the importing account, wildcards as `*`. */
  readonly here: string;
  /** In the exporting account, wildcards as `*`. */
  readonly there: string;
}

/** The subjects of an import. */
export function routeOf(found: ImportDefinition): SubjectRoute {
  const local = localSubject(found);
  if (local === found.subject || !hasWildcardText(found.subject)) {
    return { here: local, there: found.subject };
  }
  return { here: unnameWildcards(local), there: found.subject };
}

/** From the subject here to the one there, or back; null when it is the same or a fixed one. */
export function transformOf(found: ImportDefinition): SubjectTransform | null {
  const local = localSubject(found);
  if (local === found.subject || !hasWildcardText(found.subject)) return null;
  const inward = SubjectTransform.compile(found.subject, nameWildcards(local), true);
  return found.kind === "stream" ? inward : inward.reverse();
}

/**
 * Why an import cannot be carried out, whatever others allow, in nats-server's words; null when it can.
 * Configurations have been checked; claims may be valid and yet say what cannot be done.
 */
export function importFault(found: ImportDefinition): string | null {
  const { kind, subject, prefix } = found;
  const local = localSubject(found);
  if (kind === "stream" && hasWildcardText(prefix)) {
    return "stream import prefix can not contain wildcard tokens";
  }
  if (!isValidSubjectText(local) || !isValidSubjectText(subject)) return "sublist: invalid subject";
  try {
    transformOf(found);
    return null;
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    const [from, to] = kind === "stream" ? [subject, local] : [local, subject];
    const subjects = `from ${goQuoteText(from)} to ${goQuoteText(to)}`;
    return `failed to create mapping transform for ${kind} import subject ${subjects}: ${error.message}`;
  }
}

/** In the importing account, as it is written: with a prefix, or names of wildcards. */
export function localSubject({ kind, subject, prefix, to }: ImportDefinition): string {
  if (kind === "stream" && prefix !== "") return `${prefix.replace(/\.?$/, ".")}${subject}`;
  return to || subject;
}
