/** An account as its claims say it is to be. */

import {
  type AccountDefinition,
  type ActivationGrant,
  type ExportDefinition,
  emptyDefinition,
  type ImportDefinition,
} from "../accounts/definition.ts";
import type { ServiceLatency } from "../config/options/accounts.ts";
import type { TraceSettings } from "../core/account.ts";
import { isSubsetOf, isValidLiteralText, isValidSubjectText } from "../protocol/subject-text.ts";
import type { AccountClaims, ClaimsExport, ClaimsImport, MessageTrace } from "./claims/claims.ts";

const INT32_MAX = 2 ** 31 - 1;

export function definitionOf(claims: AccountClaims): AccountDefinition {
  const { subject, name, exports, imports, mappings, limits, signingKeys, trace } = claims;
  return {
    ...emptyDefinition(subject),
    nameTag: name,
    exports: exports.flatMap((each) => exportOf(each, claims)),
    imports: imports.flatMap((each) => importOf(each, subject)),
    mappings,
    limits: {
      maxConnections: clamp(limits.conn),
      maxSubscriptions: clamp(limits.subs),
      maxPayload: clamp(limits.payload),
      maxLeafnodes: clamp(limits.leaf),
    },
    trace: traceOf(trace),
    signingKeys: new Set(signingKeys.keys()),
  };
}

/** As in nats-server, -1 alone stands for no limit; less than that leaves nothing. */
function clamp(limit: number): number {
  return limit < -1 ? 0 : Math.min(limit, INT32_MAX);
}

/** As in nats-server, a destination that cannot be is none, and other percentages stand for all. */
function traceOf(trace: MessageTrace | null): TraceSettings | null {
  if (trace === null || !isValidLiteralText(trace.dest)) return null;
  const { dest, sampling } = trace;
  return { dest, sampling: sampling > 0 && sampling <= 100 ? sampling : 100 };
}

function exportOf(each: ClaimsExport, claims: AccountClaims): ExportDefinition[] {
  const { kind } = each;
  if (kind === "unknown" || !isValidSubjectText(each.subject)) return [];
  const definition = {
    kind,
    subject: each.subject,
    accounts: null,
    isTokenRequired: each.tokenRequired,
    revocations: each.revocations,
    responseType: each.responseType,
    responseThresholdMs: each.responseThresholdMs,
    latency: latencyOf(each, claims),
    accountTokenPosition: each.accountTokenPosition,
    allowTrace: each.allowTrace,
  };
  return [definition];
}

/** Only what has one response is measured, and not on a subject that is a service itself. */
function latencyOf(each: ClaimsExport, { exports }: AccountClaims): ServiceLatency | null {
  const { kind, latency, responseType } = each;
  if (kind !== "service" || latency === null || responseType !== "singleton") return null;
  const { subject } = latency;
  if (!isValidLiteralText(subject)) return null;
  const isService = exports.some(
    (other) => other.kind === "service" && isSubsetOf(subject, other.subject),
  );
  return isService ? null : latency;
}

/** Without a local subject the older fields count: a prefix of streams, the service behind a subject. */
function importOf(each: ClaimsImport, importer: string): ImportDefinition[] {
  const { kind, account, subject, to, localSubject, share, allowTrace } = each;
  if (kind === "unknown" || !isValidSubjectText(subject)) return [];
  const isOlder = localSubject === "";
  const there = kind === "service" && isOlder ? to || subject : subject;
  const here = isOlder ? (kind === "service" ? subject : "") : localSubject;
  const definition = {
    kind,
    account,
    subject: there,
    prefix: kind === "stream" && isOlder ? to : "",
    to: here,
    share,
    allowTrace,
    activation: activationOf(each, there, importer),
  };
  return [definition];
}

/** Null for an activation that was given for another importer, kind or subject. */
function activationOf(
  { kind, activation }: ClaimsImport,
  subject: string,
  importer: string,
): ActivationGrant | null {
  if (activation === null || activation.subject !== importer) return null;
  const isFor = activation.importKind === kind && isSubsetOf(subject, activation.importSubject);
  if (!isFor || activation.notBefore > Date.now() / 1000) return null;
  const { issuer, issuerAccount, issuedAt, expiresAt } = activation;
  return { issuer, issuerAccount, subject: importer, issuedAt, expiresAt };
}
