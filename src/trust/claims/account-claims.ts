/** Claims of accounts. */

import type { ServiceLatency, SubjectMapping } from "../../config/options/accounts.ts";
import type { Permissions } from "../../config/options/auth.ts";
import type { GoRecord } from "../../protocol/go-struct.ts";
import type { Jwt } from "../../protocol/jwt.ts";
import type {
  AccountClaims,
  AccountClaimsLimits,
  Activation,
  Claims,
  ClaimsExport,
  ClaimsImport,
  ExternalAuthorization,
  JetStreamLimits,
  MessageTrace,
  SigningKeyScope,
} from "./claims.ts";
import {
  isTrue,
  mapOf,
  numberOf,
  recordOf,
  recordOrNull,
  recordsOf,
  shareKindOf,
  textOf,
  textsOf,
} from "./given.ts";
import { toPermissionLimits, toPermissions } from "./user-claims.ts";

const NO_LIMIT = -1;
const NANOSECONDS_PER_MS = 1_000_000;
/** Percent, of a mapping whose weight is not given, and of a trace. */
const WHOLE = 100;

/** Null when a token is no valid activation. */
export type ActivationDecoder = (token: string) => Promise<Activation | null>;

export async function toAccountClaims(
  { version, nats }: Jwt,
  common: Claims,
  decodeActivation: ActivationDecoder,
): Promise<AccountClaims> {
  const imports: ClaimsImport[] = [];
  for (const each of recordsOf(nats, "imports")) {
    imports.push(each === null ? NULL_IMPORT : await toImport(each, decodeActivation));
  }
  return {
    ...common,
    kind: "account",
    description: textOf(nats, "description"),
    infoUrl: textOf(nats, "info_url"),
    signingKeys: version === 1 ? plainKeys(textsOf(nats, "signing_keys")) : toSigningKeys(nats),
    revocations: mapOf(nats, "revocations"),
    imports,
    exports: recordsOf(nats, "exports").map((each) =>
      each === null ? NULL_EXPORT : toExport(each),
    ),
    mappings: toMappings(mapOf(nats, "mappings")),
    defaultPermissions: toDefaultPermissions(recordOf(nats, "default_permissions")),
    limits: toLimits(recordOf(nats, "limits")),
    authorization: toAuthorization(recordOf(nats, "authorization")),
    trace: toTrace(recordOrNull(nats, "trace")),
    clusterTraffic: textOf(nats, "cluster_traffic"),
  };
}

function plainKeys(keys: readonly string[]): ReadonlyMap<string, null> {
  return new Map(keys.map((key) => [key, null]));
}

function toSigningKeys(nats: Readonly<GoRecord>): ReadonlyMap<string, SigningKeyScope | null> {
  const scopes = mapOf<GoRecord | null>(nats, "signing_keys");
  return new Map([...scopes].map(([key, scope]) => [key, scope && toScope(scope)]));
}

/** What a template does not limit is not limited. */
function toScope(scope: GoRecord): SigningKeyScope {
  return {
    key: textOf(scope, "key"),
    role: textOf(scope, "role"),
    template: toPermissionLimits(recordOf(scope, "template"), NO_LIMIT),
  };
}

async function toImport(
  share: Readonly<GoRecord>,
  decodeActivation: ActivationDecoder,
): Promise<ClaimsImport> {
  const token = textOf(share, "token");
  return {
    name: textOf(share, "name"),
    subject: textOf(share, "subject"),
    account: textOf(share, "account"),
    kind: shareKindOf(share, "type"),
    to: textOf(share, "to"),
    localSubject: textOf(share, "local_subject"),
    token,
    activation: token === "" ? null : await decodeActivation(token),
    share: isTrue(share, "share"),
    allowTrace: isTrue(share, "allow_trace"),
  };
}

function toExport(share: Readonly<GoRecord>): ClaimsExport {
  const responseType = textOf(share, "response_type");
  return {
    description: textOf(share, "description"),
    infoUrl: textOf(share, "info_url"),
    name: textOf(share, "name"),
    subject: textOf(share, "subject"),
    kind: shareKindOf(share, "type"),
    tokenRequired: isTrue(share, "token_req"),
    revocations: mapOf(share, "revocations"),
    responseType: RESPONSE_TYPES[responseType] ?? "singleton",
    responseTypeText: responseType,
    responseThresholdMs: numberOf(share, "response_threshold") / NANOSECONDS_PER_MS,
    latency: toLatency(recordOrNull(share, "service_latency")),
    accountTokenPosition: numberOf(share, "account_token_position"),
    advertise: isTrue(share, "advertise"),
    allowTrace: isTrue(share, "allow_trace"),
  };
}

const RESPONSE_TYPES: Readonly<Record<string, ClaimsExport["responseType"]>> = {
  Stream: "stream",
  Chunked: "chunked",
};

function toLatency(latency: Readonly<GoRecord> | null): ServiceLatency | null {
  return (
    latency && { sampling: numberOf(latency, "sampling"), subject: textOf(latency, "results") }
  );
}

/** Stand for list items that are null, which no claims may have. */
export const NULL_IMPORT: ClaimsImport = {
  name: "",
  subject: "",
  account: "",
  kind: "unknown",
  to: "",
  localSubject: "",
  token: "",
  activation: null,
  share: false,
  allowTrace: false,
};
export const NULL_EXPORT: ClaimsExport = toExport({});

function toMappings(mappings: ReadonlyMap<string, readonly GoRecord[]>): SubjectMapping[] {
  return [...mappings].map(([subject, destinations]) => ({
    subject,
    destinations: destinations.map((to) => ({
      subject: textOf(to, "subject"),
      weight: numberOf(to, "weight") || WHOLE,
      cluster: textOf(to, "cluster"),
    })),
  }));
}

function toDefaultPermissions(given: Readonly<GoRecord>): Permissions | null {
  const permissions = toPermissions(given);
  const { publish, subscribe, responses } = permissions;
  return publish === null && subscribe === null && responses === null ? null : permissions;
}

function toLimits(limits: Readonly<GoRecord>): AccountClaimsLimits {
  const tiers = mapOf<GoRecord>(limits, "tiered_limits");
  return {
    subs: numberOf(limits, "subs"),
    data: numberOf(limits, "data"),
    payload: numberOf(limits, "payload"),
    imports: numberOf(limits, "imports"),
    exports: numberOf(limits, "exports"),
    wildcards: isTrue(limits, "wildcards"),
    conn: numberOf(limits, "conn"),
    leaf: numberOf(limits, "leaf"),
    disallowBearer: isTrue(limits, "disallow_bearer"),
    // Tiers take the place of limits without one.
    jetstream: toJetStreamLimits(tiers.size > 0 ? {} : limits),
    tieredJetstream: new Map([...tiers].map(([tier, each]) => [tier, toJetStreamLimits(each)])),
  };
}

function toJetStreamLimits(limits: Readonly<GoRecord>): JetStreamLimits {
  return {
    memoryStorage: numberOf(limits, "mem_storage"),
    diskStorage: numberOf(limits, "disk_storage"),
    streams: numberOf(limits, "streams"),
    consumers: numberOf(limits, "consumer"),
    maxAckPending: numberOf(limits, "max_ack_pending"),
    memoryMaxStreamBytes: numberOf(limits, "mem_max_stream_bytes"),
    diskMaxStreamBytes: numberOf(limits, "disk_max_stream_bytes"),
    maxBytesRequired: isTrue(limits, "max_bytes_required"),
  };
}

function toAuthorization(given: Readonly<GoRecord>): ExternalAuthorization | null {
  const authorization = {
    authUsers: textsOf(given, "auth_users"),
    allowedAccounts: textsOf(given, "allowed_accounts"),
    xkey: textOf(given, "xkey"),
  };
  const { authUsers, allowedAccounts, xkey } = authorization;
  return authUsers.length + allowedAccounts.length > 0 || xkey !== "" ? authorization : null;
}

/** Sampling that is not given, or given as 0, is of every message. */
function toTrace(trace: Readonly<GoRecord> | null): MessageTrace | null {
  return trace && { dest: textOf(trace, "dest"), sampling: numberOf(trace, "sampling") || WHOLE };
}
