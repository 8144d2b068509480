/** What the claims of each kind of token consist of, as Go's structs for them have it. */

import { goQuoteText } from "./go-quote.ts";
import { decodeValidJson, type GoType } from "./go-struct.ts";
import {
  goArray,
  goBool,
  goCustom,
  goDuration,
  goInt,
  goInt64,
  goMap,
  goObject,
  goPointer,
  goSlice,
  goString,
  goStruct,
  goUint,
  goUint8,
} from "./go-types.ts";

const text = goString();
const subject = goString("jwt.Subject");
const strings = goSlice("jwt.StringList", text);
const tags = goSlice("jwt.TagList", text);

const COMMON = {
  aud: text,
  exp: goInt64,
  jti: text,
  iat: goInt64,
  iss: text,
  name: text,
  nbf: goInt64,
  sub: text,
};
const GENERIC = { tags, type: goString("jwt.ClaimType"), version: goInt };
/** What the first layout had beside the part `nats`. */
const MOVED = { tags, type: goString("jwt.ClaimType"), issuer_account: text };

/** Networks: a list, or all in one text. */
const cidrs = goCustom<string[]>(
  "jwt.CIDRList",
  () => [],
  (raw) => {
    if (raw === "null") return undefined;
    try {
      return decodeValidJson(raw, goSlice("[]string", text), "");
    } catch {
      return listOf(decodeValidJson(raw, text, "")!);
    }
  },
);

function listOf(list: string): string[] {
  const items = list.toLowerCase().split(",");
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ""))];
}

const shareKind = goCustom<string>(
  "jwt.ExportType",
  () => "unknown",
  (raw) => {
    const kind = decodeValidJson(raw, text, "") ?? "";
    if (kind === "stream" || kind === "service") return kind;
    throw new Error(`unknown export type ${goQuoteText(kind)}`);
  },
);

const sampling = goCustom<number>(
  "jwt.SamplingRate",
  () => 0,
  (raw) => (raw.toLowerCase() === '"headers"' ? 0 : (decodeValidJson(raw, goInt, "") ?? 0)),
);

const permission = goStruct("jwt.Permission", { allow: strings, deny: strings });
const PERMISSIONS = {
  pub: permission,
  sub: permission,
  resp: goPointer(goStruct("jwt.ResponsePermission", { max: goInt, ttl: goDuration })),
};
const NATS_LIMITS = { subs: goInt64, data: goInt64, payload: goInt64 };
const USER_LIMITS = {
  ...NATS_LIMITS,
  src: cidrs,
  times: goSlice("[]jwt.TimeRange", goStruct("jwt.TimeRange", { start: text, end: text })),
  times_location: text,
};
const USER_PERMISSION_LIMITS = {
  ...PERMISSIONS,
  ...USER_LIMITS,
  bearer_token: goBool,
  proxy_required: goBool,
  allowed_connection_types: strings,
};

const userScope = goStruct("jwt.UserScope", {
  key: text,
  role: text,
  template: goStruct("jwt.UserPermissionLimits", USER_PERMISSION_LIMITS),
  description: text,
});

/** Keys, and scopes with theirs: records, or null. */
const signingKeys = goCustom<Map<string, unknown>>(
  "jwt.SigningKeys",
  () => new Map(),
  (raw, found = new Map()) => {
    for (const item of decodeValidJson(raw, goArray, "") ?? []) {
      if (typeof item === "string") found.set(item, null);
      if (typeof item !== "object" || item === null || Array.isArray(item)) continue;
      const { kind, type } = item as Record<string, unknown>;
      if (kind !== "user_scope") throw new Error(`unknown signing key scope ${quoted(type)}`);
      // Go has written it anew: names in order, numbers in their shortest form.
      const scope = decodeValidJson(JSON.stringify(sorted(item)), userScope, "") ?? {};
      found.set((scope.key as string | undefined) ?? "", scope);
    }
    return found;
  },
);

/** As Go shows anything for `%q`. */
function quoted(value: unknown): string {
  if (typeof value === "string") return goQuoteText(value);
  if (value === undefined || value === null) return "%!q(<nil>)";
  if (typeof value === "boolean") return `%!q(bool=${value})`;
  return typeof value === "number" ? `%!q(float64=${value})` : "%!q()";
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

const revocations = goMap("jwt.RevocationList", goInt64);
const INFO = { description: text, info_url: text };
const exported = goStruct("jwt.Export", {
  ...INFO,
  name: text,
  subject,
  type: shareKind,
  token_req: goBool,
  revocations,
  response_type: goString("jwt.ResponseType"),
  response_threshold: goDuration,
  service_latency: goPointer(goStruct("jwt.ServiceLatency", { sampling, results: subject })),
  account_token_position: goUint,
  advertise: goBool,
  allow_trace: goBool,
});
const imported = goStruct("jwt.Import", {
  name: text,
  subject,
  account: text,
  token: text,
  to: subject,
  local_subject: goString("jwt.RenamingSubject"),
  type: shareKind,
  share: goBool,
  allow_trace: goBool,
});
const SHARES = {
  imports: goSlice("jwt.Imports", goPointer(imported)),
  exports: goSlice("jwt.Exports", goPointer(exported)),
};
const ACCOUNT_LIMITS = {
  ...NATS_LIMITS,
  imports: goInt64,
  exports: goInt64,
  wildcards: goBool,
  disallow_bearer: goBool,
  conn: goInt64,
  leaf: goInt64,
};
const JETSTREAM_LIMITS = {
  mem_storage: goInt64,
  disk_storage: goInt64,
  streams: goInt64,
  consumer: goInt64,
  max_ack_pending: goInt64,
  mem_max_stream_bytes: goInt64,
  disk_max_stream_bytes: goInt64,
  max_bytes_required: goBool,
};
const tiers = goMap("jwt.JetStreamTieredLimits", goStruct("jwt.JetStreamLimits", JETSTREAM_LIMITS));
const mapping = goStruct("jwt.WeightedMapping", { subject, weight: goUint8, cluster: text });

const ACCOUNT = {
  ...GENERIC,
  ...INFO,
  ...SHARES,
  limits: goStruct("jwt.OperatorLimits", {
    ...ACCOUNT_LIMITS,
    ...JETSTREAM_LIMITS,
    tiered_limits: tiers,
  }),
  signing_keys: signingKeys,
  revocations,
  default_permissions: goStruct("jwt.Permissions", PERMISSIONS),
  mappings: goMap("jwt.Mapping", goSlice("[]jwt.WeightedMapping", mapping)),
  authorization: goStruct("jwt.ExternalAuthorization", {
    auth_users: strings,
    allowed_accounts: strings,
    xkey: text,
  }),
  trace: goPointer(goStruct("jwt.MsgTrace", { dest: subject, sampling: goInt })),
  cluster_traffic: goString("jwt.ClusterTraffic"),
};
const ACCOUNT_V1 = {
  ...SHARES,
  limits: goStruct("struct { jwt.NatsLimits; jwt.AccountLimits }", ACCOUNT_LIMITS),
  signing_keys: strings,
  revocations,
};

const OPERATOR_V1 = {
  signing_keys: strings,
  account_server_url: text,
  operator_service_urls: strings,
  system_account: text,
};
const OPERATOR = {
  ...GENERIC,
  ...OPERATOR_V1,
  assert_server_version: text,
  strict_signing_key_usage: goBool,
};

const USER = { ...GENERIC, ...USER_PERMISSION_LIMITS, issuer_account: text };
const USER_V1 = { ...PERMISSIONS, ...USER_LIMITS, bearer_token: goBool, max: goInt64 };

const ACTIVATION = { ...GENERIC, subject, kind: shareKind, issuer_account: text };
const ACTIVATION_V1 = {
  subject,
  type: shareKind,
  max: goInt64,
  payload: goInt64,
  src: text,
  times: USER_LIMITS.times,
};

const RESPONSE = { ...GENERIC, jwt: text, error: text, issuer_account: text };

export type GoFields = Readonly<Record<string, GoType>>;

/** A token's claims, and what Go calls the struct that they are read into. */
export interface ClaimsStruct {
  readonly root: string;
  readonly type: ReturnType<typeof goStruct>;
}

function claims(root: string, nats: GoType, moved: GoFields = {}): ClaimsStruct {
  return { root, type: goStruct(`jwt.${root}`, { ...COMMON, ...moved, nats }) };
}

function version1(root: string, nats: GoFields): ClaimsStruct {
  return claims(root, goStruct(`jwt.${root}`, nats), MOVED);
}

/** What is read of a token to find out its kind. */
export const IDENTIFIER: ClaimsStruct = {
  root: "identifier",
  type: goStruct("jwt.identifier", {
    type: goString("jwt.ClaimType"),
    nats: goStruct("jwt.GenericFields", GENERIC),
  }),
};

/** Tokens of no kind that is known. */
export const GENERIC_CLAIMS = claims("GenericClaims", goObject);

/** Tokens read without regard to their kind. */
export const ANY_CLAIMS: ClaimsStruct = {
  root: "",
  type: goStruct("struct { jwt.GenericClaims; jwt.GenericFields }", {
    ...COMMON,
    ...GENERIC,
    nats: goObject,
  }),
};

/** By kind; the first layout of those that had another. */
export const CLAIMS: Readonly<Record<string, ClaimsStruct>> = {
  operator: claims("OperatorClaims", goStruct("jwt.Operator", OPERATOR)),
  account: claims("AccountClaims", goStruct("jwt.Account", ACCOUNT)),
  user: claims("UserClaims", goStruct("jwt.User", USER)),
  activation: claims("ActivationClaims", goStruct("jwt.Activation", ACTIVATION)),
  authorization_request: claims("AuthorizationRequestClaims", goObject),
  authorization_response: claims(
    "AuthorizationResponseClaims",
    goStruct("jwt.AuthorizationResponse", RESPONSE),
  ),
};
export const CLAIMS_V1: Readonly<Record<string, ClaimsStruct>> = {
  operator: version1("v1OperatorClaims", OPERATOR_V1),
  account: version1("v1AccountClaims", ACCOUNT_V1),
  user: version1("v1UserClaims", USER_V1),
  activation: version1("v1ActivationClaims", ACTIVATION_V1),
};
