/** Claims of users, and the templates of keys that users' tokens are signed with. */

import type { Permissions, SubjectPermission } from "../../config/options/auth.ts";
import type { GoRecord } from "../../protocol/go-struct.ts";
import type { Jwt } from "../../protocol/jwt.ts";
import type { Claims, TimeRange, UserClaims, UserPermissionLimits } from "./claims.ts";
import { isTrue, numberOf, recordOf, recordOrNull, recordsOf, textOf, textsOf } from "./given.ts";

const NO_LIMIT = -1;
const NANOSECONDS_PER_MS = 1_000_000;

export function toUserClaims(jwt: Jwt, common: Claims): UserClaims {
  // In the first layout a limit that is not given is none.
  const settings = toPermissionLimits(jwt.nats, jwt.version === 1 ? NO_LIMIT : 0);
  const { subs, data, payload } = settings.limits;
  return {
    ...common,
    kind: "user",
    ...settings,
    issuerAccount: jwt.issuerAccount,
    hasEmptyPermissions: subs === 0 && data === 0 && payload === 0 && setsNothing(jwt.nats),
  };
}

/** @param limit what the limits are that were not given. */
export function toPermissionLimits(nats: Readonly<GoRecord>, limit: number): UserPermissionLimits {
  return {
    permissions: toPermissions(nats),
    limits: {
      subs: numberOf(nats, "subs", limit),
      data: numberOf(nats, "data", limit),
      payload: numberOf(nats, "payload", limit),
    },
    src: textsOf(nats, "src"),
    times: recordsOf(nats, "times").map(toTimeRange),
    locale: textOf(nats, "times_location"),
    bearerToken: isTrue(nats, "bearer_token"),
    proxyRequired: isTrue(nats, "proxy_required"),
    allowedConnectionTypes: textsOf(nats, "allowed_connection_types"),
  };
}

function toTimeRange(range: GoRecord | null): TimeRange {
  return { start: textOf(range ?? {}, "start"), end: textOf(range ?? {}, "end") };
}

export function toPermissions(nats: Readonly<GoRecord>): Permissions {
  const responses = recordOrNull(nats, "resp");
  return {
    publish: toPermission(recordOf(nats, "pub")),
    subscribe: toPermission(recordOf(nats, "sub")),
    responses: responses && {
      maxMsgs: numberOf(responses, "max"),
      expiresMs: numberOf(responses, "ttl") / NANOSECONDS_PER_MS,
    },
  };
}

/** Two empty lists say nothing. An empty one beside another is one that allows nothing. */
function toPermission(lists: Readonly<GoRecord>): SubjectPermission | null {
  const [allow, deny] = [textsOf(lists, "allow"), textsOf(lists, "deny")];
  if (allow.length === 0 && deny.length === 0) return null;
  return {
    allow: lists.allow === undefined ? null : [...allow],
    deny: lists.deny === undefined ? null : [...deny],
  };
}

/** What a token leaves to the key that signs it when that has a template, beside limits. */
const SETTINGS: readonly string[] = [
  "resp",
  "src",
  "times",
  "times_location",
  "bearer_token",
  "proxy_required",
  "allowed_connection_types",
];

/** A list counts even when it is empty, and so does an object that may be null. */
function setsNothing(nats: Readonly<GoRecord>): boolean {
  const lists = { ...recordOf(nats, "pub"), ...recordOf(nats, "sub") };
  // What is left are texts, numbers and truth values.
  return Object.keys(lists).length === 0 && SETTINGS.every((name) => !nats[name]);
}
