/** Identity providers: what of them must not be believed, and what they need of other options. */

import { GLOBAL_ACCOUNT, SYSTEM_ACCOUNT } from "../../protocol/account-names.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { OidcOptions } from "../options/oidc.ts";
import type { Options } from "../options/options.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Why keys may not be fetched from an address; null when they may. */
export function addressFault(address: string, allowInsecure: boolean): string | null {
  if (!URL.canParse(address)) return "it is no URL";
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return "it must not have a user or password";
  if (protocol === "https:") return null;
  if (protocol !== "http:") return "it has to begin with https://";
  // Whoever is between the two could put keys of their own in place of the provider's.
  return allowInsecure || LOOPBACK.test(hostname) ? null : "it has to begin with https://";
}

/** Accounts that tokens may lead to, and that there are not. */
export function missingAccounts(provider: OidcOptions, options: Options): string[] {
  const { accounts, systemAccount, noSystemAccount } = options;
  const known = new Set([GLOBAL_ACCOUNT, ...accounts.map(({ name }) => name)]);
  if (systemAccount === "" && !noSystemAccount) known.add(SYSTEM_ACCOUNT);
  const { account, allowedAccounts, rules } = provider;
  const named = [account, ...allowedAccounts, ...(rules ?? []).map((rule) => rule.account)];
  return [...new Set(named)].filter((name) => name !== "" && !known.has(name));
}

/** In the style of nats-server, which has no such thing. */
export function* oidcFaults(options: Options): Iterable<string> {
  const providers = options.authorization?.oidc ?? [];
  if (providers.length === 0) return;
  if (options.operators.length > 0 || options.trustedKeys.length > 0) {
    yield "oidc not compatible with Trusted Operator";
    return;
  }
  for (const provider of providers) {
    for (const name of missingAccounts(provider, options)) yield missingAccountText(name);
  }
}

export function missingAccountText(name: string): string {
  return `oidc account ${goQuoteText(name)} not found in configured accounts`;
}
