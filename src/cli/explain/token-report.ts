/** What is said when it is up to tokens of identity providers who may do something. */

import type { Options } from "../../config/options/options.ts";
import { printable } from "../../config/report/excerpt.ts";
import { allUsers } from "../../config/validate/users.ts";
import type { Report } from "../answer.ts";
import type { AccessFile } from "./access-file.ts";
import type { AskerArguments } from "./asker.ts";
import type { Question } from "./decision.ts";
import { describe } from "./explanation.ts";
import { tokenRules, tokenRuleText } from "./oidc-token.ts";
import { toJson } from "./output.ts";
import { indented } from "./path-text.ts";

/** Nobody is named, and only tokens let anybody in. */
export function isUpToTokens(
  options: Options,
  { user, account, claims, creds }: AskerArguments,
): boolean {
  if ((user ?? account ?? claims ?? creds) !== undefined) return false;
  const { authorization } = options;
  if (!authorization?.oidc.length || authorization.authCallout !== null) return false;
  return allUsers(options).length === 0 && authorization.user + authorization.token === "";
}

/** The rules that would count. It is no answer, and the exit code says so. */
export function tokenReport(question: Question, file: AccessFile, isJson: boolean): Report {
  const rules = tokenRules(file);
  if (isJson) {
    return { stdout: toJson({ allowed: null, ...question, tokens: rules }), stderr: "", code: 1 };
  }
  const lines = [
    `it depends: tokens say who may ${describe(question)}`,
    ...indented(rules.flatMap(tokenRuleText)),
    `  --claims '{"sub":"joe"}' tells what a token with these claims is good for.`,
  ];
  return { stdout: lines.map((line) => `${printable(line)}\n`).join(""), stderr: "", code: 1 };
}
