/**
 * What the system account offers to all others without being asked: their own connections and counts,
 * and who a user is. Each account imports it by itself.
 */

import { isSubsetOf } from "../protocol/subject-text.ts";
import type { AccountDefinition, ExportDefinition, ImportDefinition } from "./definition.ts";

const ACCOUNT_TOKEN = 4;
const USER_INFO = "$SYS.REQ.USER.INFO";
const NO_REVOCATIONS: ReadonlyMap<string, number> = new Map();

/** In nats-server's order. */
const EXPORTS = [
  systemExport(accountService("*", "CONNZ"), true),
  systemExport(accountService("*", "STATZ"), true),
  systemExport("$SYS.DEBUG.SUBSCRIBERS", false),
  systemExport(userInfo("*"), false),
];

/** The system account as it is defined, with what it offers besides. Its own exports come first. */
export function withSystemExports(definition: AccountDefinition): AccountDefinition {
  const { exports } = definition;
  const added = EXPORTS.filter(
    (offered) =>
      !exports.some((each) => each.kind === "service" && isSubsetOf(offered.subject, each.subject)),
  );
  return { ...definition, exports: [...exports, ...added] };
}

/** What an account imports of it by itself. */
export function systemImports(importer: string, system: AccountDefinition): ImportDefinition[] {
  if (importer === system.name) {
    // The system account gets to its own service where that is not one of its definition.
    const isOffered = system.exports.includes(EXPORTS.at(-1)!);
    return isOffered ? [systemImport(importer, USER_INFO, userInfo(importer), true)] : [];
  }
  const connections = accountService(importer, "CONNZ");
  const counts = accountService(importer, "STATZ");
  return [
    systemImport(system.name, accountService("PING", "CONNZ"), connections, false),
    systemImport(system.name, "$SYS.REQ.SERVER.PING.CONNZ", connections, false),
    systemImport(system.name, accountService("PING", "STATZ"), counts, false),
    systemImport(system.name, USER_INFO, userInfo(importer), true),
  ];
}

/** For an import that the system account has no export for: its account's name is several tokens. */
export function impliedExport(subject: string): ExportDefinition {
  return systemExport(subject, false);
}

function accountService(account: string, name: string): string {
  return `$SYS.REQ.ACCOUNT.${account}.${name}`;
}

function userInfo(account: string): string {
  return `$SYS.REQ.USER.${account}.INFO`;
}

/** @param isOwn each account gets to what is about itself only, and may get several answers. */
function systemExport(subject: string, isOwn: boolean): ExportDefinition {
  return {
    kind: "service",
    subject,
    accounts: null,
    responseType: isOwn ? "stream" : "singleton",
    responseThresholdMs: 0,
    latency: null,
    accountTokenPosition: isOwn ? ACCOUNT_TOKEN : 0,
    allowTrace: false,
    isTokenRequired: false,
    revocations: NO_REVOCATIONS,
    isAutomatic: true,
  };
}

function systemImport(
  account: string,
  here: string,
  there: string,
  share: boolean,
): ImportDefinition {
  return {
    kind: "service",
    account,
    subject: there,
    prefix: "",
    to: here,
    share,
    allowTrace: false,
    activation: null,
  };
}
