/** Who a client is, as JSON for services of other accounts and for events. */

import type { Login, UserIdentity } from "../auth/login.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goJsonText } from "../protocol/go-json-text.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import { userName } from "./client-label.ts";

const MICROS_PER_MS = 1000;
const NANOS_PER_MS = 1e6;

/** What is told of a client. */
export interface KnownClient {
  readonly cid: number;
  readonly peer: { readonly ip: string };
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly options: Readonly<ConnectOptions>;
  readonly account: { readonly name: string };
  readonly keepalive: { readonly rttMs: number };
  readonly identity: UserIdentity | null;
  readonly login: { readonly login: Login | null };
}

/** What is told of its server. */
export interface KnownServer {
  readonly name: string;
  /** "" for none. */
  readonly cluster: string;
}

/** All that is told of clients, under nats-server's names; what is empty or missing is left out. */
export interface ToldClient {
  /** RFC 3339. */
  readonly start?: string;
  readonly host?: string;
  readonly id?: number;
  readonly acc: string;
  readonly user?: string;
  readonly name?: string;
  readonly lang?: string;
  readonly ver?: string;
  /** Nanoseconds. */
  readonly rtt?: number;
  readonly server?: string;
  readonly cluster?: string;
  /** RFC 3339. */
  readonly stop?: string;
  readonly jwt?: string;
  readonly issuer_key?: string;
  readonly name_tag?: string;
  readonly tags?: readonly string[];
  readonly kind?: string;
  readonly client_type?: string;
}

/** As JSON, fields in nats-server's order. */
export function encodeToldClient(told: ToldClient): string {
  const fields = new Fields();
  fields.text("start", told.start);
  fields.text("host", told.host);
  fields.number("id", told.id);
  fields.text("acc", told.acc);
  fields.text("user", told.user);
  fields.text("name", told.name);
  fields.text("lang", told.lang);
  fields.text("ver", told.ver);
  fields.number("rtt", told.rtt);
  fields.text("server", told.server);
  fields.text("cluster", told.cluster);
  fields.text("stop", told.stop);
  fields.text("jwt", told.jwt);
  fields.text("issuer_key", told.issuer_key);
  fields.text("name_tag", told.name_tag);
  fields.texts("tags", told.tags);
  fields.text("kind", told.kind);
  fields.text("client_type", told.client_type);
  return fields.json;
}

/**
 * What services of other accounts are told.
 *
 * @param isShared all is told about the client, else only its account and round-trip time.
 * @param isSystem the server is told as well.
 */
export function encodeClientInfo(
  client: KnownClient,
  server: KnownServer,
  isShared: boolean,
  isSystem: boolean,
): Buffer {
  return Buffer.from(
    encodeToldClient({
      acc: client.account.name,
      rtt: Math.round(client.keepalive.rttMs * NANOS_PER_MS),
      ...(isShared || isSystem ? { server: server.name, cluster: server.cluster } : {}),
      ...(isShared ? sharedFields(client) : {}),
    }),
  );
}

function sharedFields(client: KnownClient): Omit<ToldClient, "acc"> {
  const { options, identity } = client;
  return {
    start: rfc3339Nano(client.startedAt * MICROS_PER_MS),
    host: client.peer.ip,
    id: client.cid,
    user: shownUser(options, identity),
    name: options.name,
    lang: options.lang,
    ver: options.version,
    jwt: shownToken(identity),
    issuer_key: issuerOf(client.login.login),
    name_tag: identity?.isCalledOut ? "" : (identity?.name ?? ""),
    tags: shownTags(identity),
    kind: "Client",
    client_type: "nats",
  };
}

/** Known of users with keys only, once they have proved to have them. */
export function issuerOf(login: Login | null): string {
  if (login === null) return "";
  const { identity, account } = login;
  if (identity !== null) return identity.isCalledOut ? account.name : identity.issuer;
  return (login.user?.nkey ?? "") === "" ? "" : account.name;
}

/** Whoever has a bearer token may use it, so it is nobody else's to know. */
export function shownToken(identity: UserIdentity | null): string {
  const jwt = identity?.jwt ?? null;
  const isHidden = jwt === null || jwt.limits.bearerToken || identity?.isCalledOut;
  return isHidden ? "" : jwt.user.token;
}

/** Of the token that a client has come with. */
export function shownTags(identity: UserIdentity | null): readonly string[] {
  return identity === null || identity.isCalledOut ? [] : identity.tags;
}

/** Name or public key; a token is not shown, and "" is for none. */
export function shownUser(
  options: Readonly<ConnectOptions>,
  identity: UserIdentity | null,
): string {
  return userName(options, identity) || (options.auth_token === "" ? "" : "[REDACTED]");
}

/** Has nothing to escape, in Go's JSON. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;

/** An object in the making, as Go writes it: without fields that say nothing. */
class Fields {
  readonly #parts: string[] = [];

  get json(): string {
    return `{${this.#parts.join(",")}}`;
  }

  text(name: string, value = ""): void {
    if (value !== "") this.#parts.push(`"${name}":${goText(value)}`);
  }

  texts(name: string, values: readonly string[] = []): void {
    if (values.length > 0) this.#parts.push(`"${name}":[${values.map(goText).join(",")}]`);
  }

  number(name: string, value = 0): void {
    if (value !== 0) this.#parts.push(`"${name}":${value}`);
  }
}

function goText(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : goJsonText(Buffer.from(value));
}
