/** The claims of a token as nats-server shows them: decoded, and written anew in its own order. */

import type { GoRecord } from "../protocol/go-struct.ts";
import { decodeJwt, type Jwt } from "../protocol/jwt.ts";
import { GoMap, type GoValue } from "./go-document.ts";

/** What a field becomes; undefined leaves it out. */
type Shape = (value: unknown) => GoValue | undefined;
type Fields = readonly (readonly [name: string, shape: Shape])[];

const NO_LIMIT = -1;

/** Texts, numbers, booleans and lists of texts: left out where they say nothing. */
const plain: Shape = (value) => {
  if (Array.isArray(value)) return value.length === 0 ? undefined : (value as GoValue[]);
  return (value as GoValue | undefined) || undefined;
};

/** Go never leaves out a struct. */
function struct(fields: Fields): (value: unknown) => GoValue {
  return (value) => {
    const record = (value ?? {}) as GoRecord;
    return Object.fromEntries(fields.map(([name, shape]) => [name, shape(record[name])]));
  };
}

function pointer(shape: Shape): Shape {
  return (value) => (value === undefined || value === null ? undefined : shape(value));
}

function list(item: (value: unknown) => GoValue): Shape {
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    return value.map((each) => (each === null ? null : item(each)));
  };
}

function map(item: (value: unknown) => GoValue): Shape {
  return (value) => {
    if (!(value instanceof Map) || value.size === 0) return undefined;
    return new GoMap(Array.from(value, ([key, each]) => [key, item(each)] as const));
  };
}

function all(shape: Shape, ...names: readonly string[]): Fields {
  return names.map((name) => [name, shape] as const);
}

const numberOrZero = (value: unknown): GoValue => (value as number | undefined) ?? 0;
const limitOrNone: Shape = (value) => plain(value ?? NO_LIMIT);

const LIMITS = ["subs", "data", "payload"];
const GENERIC = all(plain, "tags", "type", "version");
const INFO = all(plain, "description", "info_url");
const JETSTREAM = all(
  plain,
  ...["mem_storage", "disk_storage", "streams", "consumer", "max_ack_pending"],
  ...["mem_max_stream_bytes", "disk_max_stream_bytes", "max_bytes_required"],
);

const permission = struct(all(plain, "allow", "deny"));
const PERMISSIONS: Fields = [
  ["pub", permission],
  ["sub", permission],
  ["resp", pointer(struct(all(numberOrZero, "max", "ttl")))],
];

const latency = struct([
  ["sampling", (value) => (value === undefined || value === 0 ? "headers" : (value as number))],
  ["results", (value) => (value as string | undefined) ?? ""],
]);

const imported = struct([
  ...all(plain, "name", "subject", "account", "token", "to", "local_subject", "type", "share"),
  ["allow_trace", plain],
]);

const exported = struct([
  ...all(plain, "name", "subject", "type", "token_req"),
  ["revocations", map(numberOrZero)],
  ...all(plain, "response_type", "response_threshold"),
  ["service_latency", pointer(latency)],
  ...all(plain, "account_token_position", "advertise", "allow_trace"),
  ...INFO,
]);

const template = struct([
  ...PERMISSIONS,
  ["src", plain],
  ["times", list(struct(all(plain, "start", "end")))],
  ["times_location", plain],
  ...all(limitOrNone, ...LIMITS),
  ...all(plain, "bearer_token", "proxy_required", "allowed_connection_types"),
]);

const textOrEmpty: Shape = (value) => (value as string | undefined) ?? "";
const scope = struct([
  ["kind", () => "user_scope"],
  ...all(textOrEmpty, "key", "role"),
  ["template", template],
  ["description", textOrEmpty],
]);

/** Keys in order, those with a scope as that. The first layout has a list of keys. */
const signingKeys: Shape = (value) => {
  if (Array.isArray(value)) return value.length === 0 ? undefined : [...new Set(value)].sort();
  if (!(value instanceof Map) || value.size === 0) return undefined;
  const keys = [...value.keys()].sort();
  return keys.map((key) => (value.get(key) === null ? key : scope(value.get(key))));
};

const limits: Shape = (value) => {
  const { tiered_limits: tiers, ...given } = (value ?? {}) as GoRecord;
  const isTiered = tiers instanceof Map && tiers.size > 0;
  return struct([
    ...all(plain, ...LIMITS, "imports", "exports", "wildcards", "disallow_bearer", "conn", "leaf"),
    // Tiers take the place of limits without one.
    ...(isTiered ? [] : JETSTREAM),
    ["tiered_limits", map(struct(JETSTREAM))],
  ])({ ...given, tiered_limits: tiers });
};

const account = struct([
  ["imports", list(imported)],
  ["exports", list(exported)],
  ["limits", limits],
  ["signing_keys", signingKeys],
  ["revocations", map(numberOrZero)],
  ["default_permissions", struct(PERMISSIONS)],
  ["mappings", map(mapping)],
  ["authorization", struct(all(plain, "auth_users", "allowed_accounts", "xkey"))],
  ["trace", pointer(struct(all(plain, "dest", "sampling")))],
  ["cluster_traffic", plain],
  ...INFO,
  ...GENERIC,
]);

const operator = struct([
  ...all(plain, "signing_keys", "account_server_url", "operator_service_urls", "system_account"),
  ...all(plain, "assert_server_version", "strict_signing_key_usage"),
  ...GENERIC,
]);

function mapping(value: unknown): GoValue {
  const destination = struct([
    ["subject", textOrEmpty],
    ["weight", plain],
    ["cluster", plain],
  ]);
  return (value as unknown[] | null)?.map(destination) ?? null;
}

/**
 * The claims of an account or operator.
 *
 * @returns null when the token is none.
 */
export async function claimsDocument(token: string): Promise<GoValue> {
  let jwt: Jwt;
  try {
    jwt = await decodeJwt(token);
  } catch {
    return null;
  }
  const { kind, version, tags, nats } = jwt;
  const shape = kind === "account" ? account : operator;
  return {
    aud: plain(jwt.audience),
    exp: plain(jwt.expiresAt),
    jti: plain(jwt.id),
    iat: plain(jwt.issuedAt),
    iss: plain(jwt.issuer),
    name: plain(jwt.name),
    nbf: plain(jwt.notBefore),
    sub: plain(jwt.subject),
    nats: shape({ ...nats, tags, type: kind, version }),
  };
}
