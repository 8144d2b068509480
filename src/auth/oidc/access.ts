/** What a token is good for: account and permissions, by the rules of its provider. */

import type { Permissions } from "../../config/options/auth.ts";
import type { OidcCondition, OidcOptions } from "../../config/options/oidc.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { PermissionTemplate } from "./subject-templates.ts";
import { type ClaimSet, TokenFault } from "./verified-claims.ts";

/** What holds when nothing else has been said. */
const NO_RULE: Rule = { when: [], account: "", permissions: null };

interface Rule {
  readonly when: readonly OidcCondition[];
  readonly account: string;
  readonly permissions: PermissionTemplate | null;
}

export interface Access {
  readonly account: string;
  /** Null: nothing is said about them. */
  readonly permissions: Permissions | null;
}

export class AccessTable {
  readonly #options: Readonly<OidcOptions>;
  readonly #rules: readonly Rule[];
  readonly #permissions: PermissionTemplate | null;

  constructor(options: Readonly<OidcOptions>) {
    this.#options = options;
    this.#permissions = templateOf(options.permissions);
    this.#rules = options.rules?.map(toRule) ?? [NO_RULE];
  }

  /**
   * What the first rule that fits gives, and the provider's own settings where it gives nothing.
   *
   * @throws TokenFault when no rule fits, or the token lacks what the rule needs.
   */
  accessOf(claims: ClaimSet): Access {
    const rule = this.#rules.find(({ when }) => when.every((each) => isMet(each, claims)));
    if (rule === undefined) throw new TokenFault("fits no rule");
    const template = rule.permissions ?? this.#permissions;
    return {
      account: rule.account || this.#accountOf(claims),
      permissions: template?.fill(claims) ?? null,
    };
  }

  /** A list may name accounts of other servers too, but only one that this one lets it name. */
  #accountOf(claims: ClaimSet): string {
    const { account, accountClaim, allowedAccounts } = this.#options;
    if (accountClaim === "") return account || GLOBAL_ACCOUNT;
    const named = new Set(claims.texts(accountClaim));
    const possible = [...named].filter((name) => allowedAccounts.includes(name));
    if (possible.length === 1) return possible[0]!;
    const quoted = goQuoteText(accountClaim);
    if (named.size === 0) throw new TokenFault(`has no claim ${quoted}, and so no account`);
    const fault = possible.length === 0 ? "no account that is allowed" : "more than one account";
    throw new TokenFault(`has a claim ${quoted} that names ${fault}`);
  }
}

function toRule(rule: NonNullable<OidcOptions["rules"]>[number]): Rule {
  return { ...rule, permissions: templateOf(rule.permissions) };
}

function templateOf(permissions: Permissions | null): PermissionTemplate | null {
  return permissions === null ? null : new PermissionTemplate(permissions);
}

function isMet({ claim, values }: OidcCondition, claims: ClaimSet): boolean {
  const found = claims.find(claim);
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  return values.some((value) => list.includes(value));
}
