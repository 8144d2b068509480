/** Rules for operators. */

import { atoiOrNull } from "../../protocol/go-atoi.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { isPublicNkey, NkeyKind } from "../../protocol/nkeys.ts";
import type { OperatorClaims } from "./claims.ts";
import type { Issues } from "./issues.ts";
import { urlOrFault } from "./validate-info.ts";

const SERVICE_PROTOCOLS: readonly string[] = ["nats", "tls", "ws", "wss"];
const VERSION_PARTS = 3;

export function checkOperator(claims: OperatorClaims, issues: Issues): void {
  checkAccountServer(claims.accountServerUrl, issues);
  for (const url of claims.operatorServiceUrls) checkService(url, issues);
  for (const key of claims.signingKeys) {
    if (!isPublicNkey(key, NkeyKind.Operator)) issues.error(`${key} is not an operator public key`);
  }
  const { systemAccount } = claims;
  if (systemAccount !== "" && !isPublicNkey(systemAccount, NkeyKind.Account)) {
    issues.error(`${systemAccount} is not an account public key`);
  }
  const fault = versionFault(claims.assertServerVersion);
  if (fault !== null) issues.error(`assert server version error: ${fault}`);
}

function checkAccountServer(url: string, issues: Issues): void {
  if (url === "") return;
  const parsed = urlOrFault(url);
  if (typeof parsed === "string") issues.error(`error parsing account server url: ${parsed}`);
  else if (parsed.scheme === "") {
    issues.error(`account server url ${goQuoteText(url)} requires a protocol`);
  }
}

function checkService(url: string, issues: Issues): void {
  if (url === "") return;
  const name = `operator service url ${goQuoteText(url)}`;
  const parsed = urlOrFault(url);
  if (typeof parsed === "string") issues.error(`error parsing ${name}: ${parsed}`);
  else if (parsed.user !== undefined) issues.error(`${name} - credentials are not supported`);
  else if (parsed.path !== "") issues.error(`${name} - paths are not supported`);
  else if (!SERVICE_PROTOCOLS.includes(parsed.scheme)) {
    const names = "'nats', 'tls', 'ws', 'wss'";
    issues.error(`${name} - protocol not supported (only ${names} only)`);
  }
}

function versionFault(version: string): string | null {
  if (version === "") return null;
  const parts = version.split(".");
  if (parts.length !== VERSION_PARTS) {
    return "asserted server version must be of the form <major>.<minor>.<update>";
  }
  const strange = parts.find((part) => atoiOrNull(part) === null);
  if (strange !== undefined) return `asserted server version cant parse ${strange} to int`;
  const isNegative = parts.some((part) => atoiOrNull(part)! < 0n);
  return isNegative ? `asserted server version can'b contain negative values: ${version}` : null;
}
