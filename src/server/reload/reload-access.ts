/** Reloads of who may connect: users, accounts, single credentials. */

import type { Options } from "../../config/options/options.ts";
import { allUsers } from "../../config/validate/users.ts";
import { namedStep, type Step } from "./reload-step.ts";

/**
 * nats-server says the lines about users and accounts at every reload; here something must have
 * changed.
 */
export const ACCESS_STEPS: readonly Step[] = [
  namedStep((options) => users(options, true), "Reloaded: authorization nkey users"),
  namedStep((options) => users(options, false), "Reloaded: authorization users"),
  namedStep(
    (options) => [options.accounts, options.mappings, options.resolver, options.resolverTls],
    "Reloaded: accounts",
  ),
];

function users(options: Options, haveNkeys: boolean): unknown {
  const { authorization } = options;
  const found = allUsers(options).filter(({ nkey }) => (nkey !== "") === haveNkeys);
  return [found, found.length === 0 ? null : (authorization?.defaultPermissions ?? null)];
}

export const CREDENTIAL_STEPS: readonly Step[] = [
  // A bearer token: the line tells that there is another one, not which.
  namedStep(({ defaultSentinel }) => defaultSentinel, "Reloaded: default_sentinel = [REDACTED]"),
  namedStep(({ authorization }) => authorization?.user ?? "", "Reloaded: authorization username"),
  namedStep(
    ({ authorization }) => authorization?.password ?? "",
    "Reloaded: authorization password",
  ),
  namedStep(({ authorization }) => authorization?.token ?? "", "Reloaded: authorization token"),
  namedStep(({ authorization }) => authorization?.oidc ?? [], "Reloaded: authorization oidc"),
];
