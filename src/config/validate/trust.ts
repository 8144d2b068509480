/** Operators, and what they leave no room for. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import { COMPATIBLE_VERSION } from "../../protocol/info.ts";
import { isPublicNkey, NkeyKind } from "../../protocol/nkeys.ts";
import type { Options } from "../options/options.ts";
import type { TrustedOperator } from "../options/trust.ts";
import { allUsers } from "./users.ts";

export function* trustFaults(options: Options): Iterable<string> {
  const { operators, defaultSentinel, resolver } = options;
  const first = operators[0];
  if (first === undefined) {
    if (defaultSentinel !== "") yield "default sentinel requires operators and accounts";
    return;
  }
  if (defaultSentinel !== "") yield* sentinelFaults(options);
  if (resolver === null) yield "operators require an account resolver to be configured";
  if (options.accounts.length > 0) {
    yield "operators do not allow Accounts to be configured directly";
  }
  if (allUsers(options).length > 0) yield "operators do not allow users to be configured directly";
  if (options.trustedKeys.length > 0) {
    yield "conflicting options for 'TrustedKeys' and 'TrustedOperators'";
  }
  yield* systemAccountFaults(options);
  for (const operator of operators) yield* versionFaults(operator);
  yield* keyFaults(options);
  if ((options.authorization?.authCallout ?? null) !== null) {
    yield "operators do not allow authorization callouts to be configured directly";
  }
}

function* keyFaults({ operators, resolverPinnedAccounts }: Options): Iterable<string> {
  for (const { key, signingKeys, strictSigningKeyUsage } of operators) {
    for (const trusted of strictSigningKeyUsage ? signingKeys : [key, ...signingKeys]) {
      if (isPublicNkey(trusted, NkeyKind.Operator)) continue;
      const problem = "are required to be a valid public operator nkey";
      yield `trusted Keys ${goQuoteText(trusted)} ${problem}`;
    }
  }
  for (const pinned of resolverPinnedAccounts) {
    if (isPublicNkey(pinned, NkeyKind.Account)) continue;
    yield `pinned account key ${goQuoteText(pinned)} is not a valid public account nkey`;
  }
}

function* sentinelFaults({ sentinelUser }: Options): Iterable<string> {
  if (sentinelUser === null) yield "default sentinel JWT not valid";
  else if (!sentinelUser.isBearer && !sentinelUser.isScoped) {
    yield "default sentinel must be a bearer token";
  }
}

function* systemAccountFaults({ operators, systemAccount, resolver }: Options): Iterable<string> {
  const named = operators.map((operator) => operator.systemAccount).filter((name) => name !== "");
  if (systemAccount !== "") {
    if (named.length > 0 && !named.includes(systemAccount)) {
      yield "system_account in config and operator JWT must be identical";
    }
  } else if (operators[0]!.systemAccount === "" && resolver !== null) {
    if (resolver.kind === "full" || resolver.kind === "cache") {
      yield "using nats based account resolver - the system account needs to be specified in configuration or the operator jwt";
    }
  }
}

const VERSION_PARTS = ["major", "minor", "update"] as const;

/** An operator may ask for a server that is not older than it needs. */
function* versionFaults({ key, assertServerVersion }: TrustedOperator): Iterable<string> {
  if (assertServerVersion === "") return;
  const fault = versionFault(assertServerVersion);
  if (fault !== null) {
    yield `operator ${key} expects version ${assertServerVersion} got error instead: ${fault}`;
    return;
  }
  const wanted = assertServerVersion.split(".").map(Number);
  const served = COMPATIBLE_VERSION.split(".").map(Number);
  const at = VERSION_PARTS.findIndex((_, index) => wanted[index] !== served[index]);
  if (at < 0 || wanted[at]! < served[at]!) return;
  const part = VERSION_PARTS[at];
  yield `operator ${key} expected ${part} version ${wanted[at]} > server ${part} version ${served[at]}`;
}

/** What is wrong with a version, in nats-server's words; null when nothing is. */
function versionFault(version: string): string | null {
  const parts = version.split(".");
  if (parts.length !== VERSION_PARTS.length) {
    return "asserted server version must be of the form <major>.<minor>.<update>";
  }
  const strange = parts.find((part) => !/^[+-]?\d+$/.test(part));
  if (strange !== undefined) return `asserted server version cant parse ${strange} to int`;
  return parts.some((part) => Number(part) < 0)
    ? `asserted server version can'b contain negative values: ${version}`
    : null;
}
