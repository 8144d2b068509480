/**
 * The event in a callout service's account when a client is not let in: who it was, and why.
 *
 * What it shows of the client is what nats-server shows, without passwords and tokens that others could
 * use.
 */

import type { OwnDecision } from "../auth/callout/callout-service.ts";
import type { LoginAttempt } from "../auth/login.ts";
import { RandomText } from "../core/crossing/random-text.ts";
import { userName } from "../kinds/client-label.ts";
import { currentMicros } from "../log/clock.ts";
import { goJsonText } from "../protocol/go-json-text.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";

export const AUTH_ERROR_SUBJECT = "$SYS.ACCOUNT.CLIENT.AUTH.ERR";

const TYPE = "io.nats.server.advisory.v1.client_disconnect";
const ID_LENGTH = 22;
const MICROS_PER_MS = 1000;
const NANOS_PER_MS = 1e6;

type Fields = Readonly<Record<string, unknown>>;

const random = new RandomText();

/**
 * The event as JSON, fields in nats-server's order.
 *
 * @param account name of the account that it is for.
 * @param server the object `server`.
 * @param reason "" for none.
 */
export function encodeAuthError(
  account: string,
  server: Fields,
  attempt: LoginAttempt,
  own: OwnDecision,
  reason: string,
): string {
  const now = rfc3339Nano(currentMicros());
  const { inMsgs, inBytes, outMsgs, outBytes } = attempt.origin.traffic;
  return goJson({
    type: TYPE,
    id: eventId(),
    timestamp: now,
    server,
    client: clientFields(account, now, attempt, own),
    sent: { msgs: inMsgs, bytes: inBytes },
    received: { msgs: outMsgs, bytes: outBytes },
    reason,
  });
}

function clientFields(
  account: string,
  now: string,
  { ip, origin }: LoginAttempt,
  own: OwnDecision,
): Fields {
  const { cid, startedAt, rttMs } = origin;
  const { name, lang, version } = own.options;
  const identity = own.outcome.ok ? own.outcome.identity : null;
  return {
    start: rfc3339Nano(startedAt * MICROS_PER_MS),
    ...given({ host: ip, id: cid, acc: account, user: userOf(own) }),
    ...given({ name: shown(name), lang: shown(lang), ver: shown(version) }),
    ...given({ rtt: Math.round(rttMs * NANOS_PER_MS) }),
    stop: now,
    ...given({ jwt: jwtOf(own), issuer_key: issuerOf(own) }),
    ...given({ name_tag: own.account.nameTag || own.account.name }),
    ...(identity === null || identity.tags.length === 0 ? {} : { tags: identity.tags }),
    kind: "Client",
    client_type: "nats",
  };
}

/** Name or public key; a token is not shown. */
function userOf({ options, user }: OwnDecision): string {
  const name = userName(options) || (user?.subject ?? "");
  return shown(name) || (options.auth_token === "" ? "" : "[REDACTED]");
}

/** Whoever has a bearer token may use it, so it is nobody else's to know. */
function jwtOf({ user, accountClaims }: OwnDecision): string {
  if (user === null || user.bearerToken) return "";
  const scope = accountClaims?.signingKeys.get(user.issuer) ?? null;
  return scope?.template.bearerToken ? "" : user.token;
}

/** Known of users with keys only, once they have proved to have them. */
function issuerOf({ outcome }: OwnDecision): string {
  if (!outcome.ok) return "";
  if (outcome.identity !== null) return outcome.identity.issuer;
  return (outcome.user?.nkey ?? "") === "" ? "" : outcome.account.name;
}

/** What a client says of itself may be a secret in the wrong place. */
function shown(text: string): string {
  return withoutSecretShapes(text);
}

/** As Go writes an object: without fields that say nothing. */
function given(fields: Readonly<Record<string, string | number>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" && value !== 0),
  );
}

function eventId(): string {
  const out = Buffer.alloc(ID_LENGTH);
  random.write(out, 0, ID_LENGTH);
  return out.toString("latin1");
}

function goJson(value: unknown): string {
  if (typeof value === "string") return goJsonText(Buffer.from(value));
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, each]) => `"${name}":${goJson(each)}`);
  return `{${fields.join(",")}}`;
}
