/**
 * Permissions of users whose tokens are signed with a key that has a template: `{{name()}}` and the
 * like become what the user and the account are called, `{{tag(x)}}` each value that they have for x.
 */

import type { Permissions, SubjectPermission } from "../../config/options/auth.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { isValidSubjectText } from "../../protocol/subject-text.ts";
import type { UserClaims, UserPermissionLimits } from "./claims.ts";

const PLACEHOLDER = /\{\{[^}]+\}\}/g;
const TAG = /^(account-tag|tag)\((.*)\)$/is;
/** Subjects that one list may grow to. */
const SUBJECTS_MAX = 4096;
/** Makes a subject that is not valid. */
const NO_VALUE = " ";
const EVERYTHING = ">";

/** What a template takes from the account of the user. */
export interface TemplateAccount {
  /** Name in the claims. */
  readonly name: string;
  readonly tags: readonly string[];
}

/**
 * What the user has with the template. An allowed subject that lacks a value is left out; if then
 * nothing is left, everything is denied.
 *
 * @throws Error when a denied subject lacks a value, a placeholder is unknown or there are too many
 *   subjects, with nats-server's text.
 */
export function processUserPermissionsTemplate(
  template: UserPermissionLimits,
  user: UserClaims,
  account: TemplateAccount,
): UserPermissionLimits {
  const fill = (list: string[] | null, isDenied: boolean): string[] | null =>
    list === null ? null : new ListFilling(user, account, isDenied).fill(list);
  const { publish, subscribe, responses } = template.permissions;
  const lists = (permission: SubjectPermission | null): SubjectPermission | null => {
    if (permission === null) return null;
    const [allow, deny] = [fill(permission.allow, false), fill(permission.deny, true)];
    const isEmptied = allow?.length === 0 && permission.allow!.length > 0;
    return { allow, deny: isEmptied ? withEverything(deny ?? []) : deny };
  };
  const subscribes = lists(subscribe);
  const permissions: Permissions = { publish: lists(publish), subscribe: subscribes, responses };
  return { ...template, permissions };
}

function withEverything(list: string[]): string[] {
  return list.includes(EVERYTHING) ? list : [...list, EVERYTHING];
}

class ListFilling {
  readonly #user: UserClaims;
  readonly #account: TemplateAccount;
  readonly #isDenied: boolean;
  readonly #filled: string[] = [];

  constructor(user: UserClaims, account: TemplateAccount, isDenied: boolean) {
    this.#user = user;
    this.#account = account;
    this.#isDenied = isDenied;
  }

  /** Lists without any placeholder stay as they are. */
  fill(list: string[]): string[] {
    if (!list.some((entry) => entry.search(PLACEHOLDER) >= 0)) return list;
    for (const entry of list) this.#fillEntry(entry);
    return this.#filled;
  }

  #fillEntry(entry: string): void {
    const placeholders = entry.match(PLACEHOLDER) ?? [];
    const values = placeholders.map((placeholder) => this.#valuesOf(placeholder, entry));
    // Without tags there is one value of each.
    if (placeholders.some((each) => TAG.test(operationOf(each)))) this.#checkRoom(values);
    for (const row of combinations(values)) {
      // One after the other: a value may itself look like one that follows.
      const subject = placeholders.reduce(
        (text, placeholder, i) => text.replaceAll(placeholder, () => row[i]!),
        entry,
      );
      if (isValidSubjectText(subject)) this.#filled.push(subject);
      else if (this.#isDenied) throw new Error("generated invalid subject");
    }
  }

  #valuesOf(placeholder: string, entry: string): readonly string[] {
    const operation = operationOf(placeholder);
    const tag = TAG.exec(operation);
    if (tag !== null) return this.#tagValues(tag, operation, entry);
    switch (operation.toLowerCase()) {
      case "name()":
        return [this.#user.name];
      case "subject()":
        return [this.#user.subject];
      case "account-name()":
        return [this.#account.name];
      case "account-subject()":
        return [this.#user.issuerAccount];
      default: {
        const name = goQuoteText(operation);
        throw new Error(`template operation in ${goQuoteText(entry)}: ${name} is not defined`);
      }
    }
  }

  #tagValues([, kind = "", name = ""]: RegExpExecArray, operation: string, entry: string) {
    const tags = kind.toLowerCase() === "tag" ? this.#user.tags : this.#account.tags;
    // In another case nats-server takes the whole operation for the name.
    const key = kind === kind.toLowerCase() ? name : operation.slice(0, -1);
    const prefix = `${key.toLowerCase()}:`;
    const values = tags.filter((tag) => tag.startsWith(prefix));
    if (values.length > 0) return values.map((tag) => tag.slice(prefix.length));
    if (!this.#isDenied) return [NO_VALUE];
    const subject = goQuoteText(entry);
    throw new Error(`generated invalid subject ${subject}: ${goQuoteText(key)} is not defined`);
  }

  #checkRoom(values: readonly (readonly string[])[]): void {
    let count = 1;
    for (const { length } of values) {
      count *= length;
      if (count > SUBJECTS_MAX) break;
    }
    if (this.#filled.length + count > SUBJECTS_MAX) {
      throw new Error(`template expansion exceeds limit: ${SUBJECTS_MAX}`);
    }
  }
}

function operationOf(placeholder: string): string {
  return placeholder.slice(2, -2).trim();
}

/** Each way to take one value of each, the last one changing fastest. */
function combinations(values: readonly (readonly string[])[]): string[][] {
  return values.reduce<string[][]>(
    (rows, options) => rows.flatMap((row) => options.map((option) => [...row, option])),
    [[]],
  );
}
