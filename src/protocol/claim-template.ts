/** Subjects with holes in them, `orders.{{claim(sub)}}.>`, that the claims of a token fill. */

import { isValidSubjectText } from "./subject-text.ts";

/** A piece of text, or the name of a claim. */
export type TemplatePart = string | { readonly claim: string };

/** A text that is no template. */
export class TemplateError extends Error {}

const HOLE = /\{\{claim\(([^(){}\s]+)\)\}\}/;
/** What a subject has in a hole's place when it is looked at as a whole. */
const STAND_IN = "x";
const SPACES = /\s+/;

/** Whether it may be a template, well written or not. */
export function isTemplate(entry: string): boolean {
  return entry.includes("{{") || entry.includes("}}");
}

/**
 * Takes an entry of a list of subjects apart, which may have a queue group behind a space.
 *
 * @throws TemplateError with the reason.
 */
export function parseTemplate(entry: string): TemplatePart[] {
  const pieces = entry.split(HOLE);
  const parts: TemplatePart[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (i % 2 === 1) parts.push({ claim: piece });
    else if (isTemplate(piece)) {
      throw new TemplateError("a template is written {{claim(NAME)}}, without spaces");
    } else if (piece !== "") parts.push(piece);
  }
  for (const word of wordsOf(entry)) {
    if (!isValidSubjectText(word.replaceAll(ANY_HOLE, STAND_IN))) {
      throw new TemplateError("it is not a valid subject");
    }
    for (const token of word.replaceAll(ANY_HOLE, HOLE_MARK).split(".")) {
      // What it matches would depend on how its wildcard is read.
      if (token.includes(HOLE_MARK) && /[*>]/.test(token)) {
        throw new TemplateError("a claim and a wildcard cannot share a token");
      }
    }
  }
  return parts;
}

const ANY_HOLE = new RegExp(HOLE.source, "g");
const HOLE_MARK = "\0";

function wordsOf(entry: string): string[] {
  return entry.trim().split(SPACES);
}
