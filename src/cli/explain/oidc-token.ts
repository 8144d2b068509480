/** Clients with tokens of identity providers: what a token with given claims is good for. */

import { AccessTable } from "../../auth/oidc/access.ts";
import { ClaimSet, TokenFault } from "../../auth/oidc/verified-claims.ts";
import type { Permissions } from "../../config/options/auth.ts";
import type { OidcOptions, OidcRule } from "../../config/options/oidc.ts";
import type { Options } from "../../config/options/options.ts";
import { listed } from "../../config/sections/accounts/import-advice.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { AccessFile } from "./access-file.ts";
import type { Identity } from "./identity.ts";
import { placeText, type RulePlace, toPlace } from "./rule-place.ts";

/** What one rule of a provider, or the provider without any, gives. */
export interface TokenRule {
  readonly issuer: string;
  /** As `claim is value or value`; empty for every token. */
  readonly when: readonly string[];
  /** A name, or where it comes from. */
  readonly account: string;
  /** Subjects may be templates; null for the defaults of the account. */
  readonly permissions: Permissions | null;
  readonly place: RulePlace | null;
}

/** The providers' rules, in their order: the first that fits counts. */
export function tokenRules({ options, places }: AccessFile): TokenRule[] {
  return (options.authorization?.oidc ?? []).flatMap((provider) => {
    const rules = provider.rules ?? [{ when: [], account: "", permissions: null }];
    return rules.map((rule) => ({
      issuer: provider.issuer,
      when: rule.when.map(({ claim, values }) => `${claim} is ${values.join(" or ")}`),
      account: accountOf(provider, rule),
      permissions: rule.permissions ?? provider.permissions,
      place: toPlace(places.part(rule)),
    }));
  });
}

function accountOf({ account, accountClaim, allowedAccounts }: OidcOptions, rule: OidcRule) {
  if (rule.account !== "") return rule.account;
  if (accountClaim === "") return account || GLOBAL_ACCOUNT;
  return `what the claim ${accountClaim} says: ${listed(allowedAccounts)}`;
}

/** One line for each rule, and one for each of its lists. */
export function tokenRuleText({ issuer, when, account, permissions, place }: TokenRule): string[] {
  const where = place === null ? "" : ` (${placeText(place)})`;
  const who = when.length === 0 ? "any token" : `tokens in which ${when.join(" and ")}`;
  const head = `${who} of ${issuer}: account ${account}${where}`;
  if (permissions === null) return [head, "  permissions: the defaults of the account"];
  const lines = (["publish", "subscribe"] as const).flatMap((way) => [
    ...listText(`${way} allow`, permissions[way]?.allow ?? null),
    ...listText(`${way} deny`, permissions[way]?.deny ?? null),
  ]);
  return [head, ...(lines.length === 0 ? ["  permissions: nothing is limited"] : lines)];
}

function listText(name: string, subjects: readonly string[] | null): string[] {
  if (subjects === null) return [];
  return [`  ${name}: ${subjects.map((each) => JSON.stringify(each)).join(", ") || "nothing"}`];
}

/**
 * Whom a token with these claims lets in.
 *
 * @param json the claims.
 * @throws ArgumentError when they are no claims, or the token would be refused.
 */
export function tokenHolder(options: Options, json: string): Identity {
  const payload = parse(json);
  const claims = new ClaimSet(payload);
  const provider = providerOf(options, payload);
  try {
    const { account, permissions } = new AccessTable(provider).accessOf(claims);
    const name = nameOf(claims, provider);
    const defaults = permissions === null ? defaultsOf(options, account) : null;
    return {
      name,
      account,
      user: null,
      permissions: permissions ?? defaults,
      hasDefaults: defaults !== null,
    };
  } catch (error) {
    if (!(error instanceof TokenFault)) throw error;
    throw new ArgumentError(`the token is refused: it ${error.message}`);
  }
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // It is told below.
  }
  throw new ArgumentError('--claims takes JSON, such as {"sub":"joe","groups":["ops"]}');
}

function providerOf(options: Options, { iss }: Readonly<Record<string, unknown>>): OidcOptions {
  const providers = options.authorization?.oidc ?? [];
  if (providers.length === 0) throw new ArgumentError("the file has no oidc block");
  if (iss === undefined && providers.length === 1) return providers[0]!;
  const found = providers.find(({ issuer }) => issuer === iss);
  if (found !== undefined) return found;
  const issuers = listed(providers.map(({ issuer }) => issuer));
  throw new ArgumentError(`--claims has to have the iss of a provider: ${issuers}`);
}

/** Claims that are tried out may lack a name. */
function nameOf(claims: ClaimSet, { nameClaim }: OidcOptions): string {
  if (claims.find(nameClaim) === undefined) return "whoever has such a token";
  return claims.nameOf(nameClaim);
}

function defaultsOf({ authorization, accounts }: Options, account: string): Permissions | null {
  if (account === GLOBAL_ACCOUNT) return authorization?.defaultPermissions ?? null;
  return accounts.find(({ name }) => name === account)?.defaultPermissions ?? null;
}
