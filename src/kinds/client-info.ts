/** Who a client is, as JSON for services of other accounts and for events. */

import type { UserIdentity } from "../auth/login.ts";
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
}

/** What is told of its server. */
export interface KnownServer {
  readonly name: string;
  /** "" for none. */
  readonly cluster: string;
}

/**
 * Fields in nats-server's order; empty ones are left out.
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
  const fields = new Fields();
  if (isShared) {
    fields.text("start", rfc3339Nano(client.startedAt * MICROS_PER_MS));
    fields.text("host", client.peer.ip);
    fields.number("id", client.cid);
  }
  fields.text("acc", client.account.name);
  if (isShared) addNames(fields, client);
  fields.number("rtt", Math.round(client.keepalive.rttMs * NANOS_PER_MS));
  if (isShared || isSystem) {
    fields.text("server", server.name);
    fields.text("cluster", server.cluster);
  }
  if (isShared) addIdentity(fields, client);
  return Buffer.from(fields.json);
}

function addNames(fields: Fields, { options, identity }: KnownClient): void {
  const { name, lang, version } = options;
  fields.text("user", shownUser(options, identity));
  fields.text("name", name);
  fields.text("lang", lang);
  fields.text("ver", version);
}

function addIdentity(fields: Fields, { identity }: KnownClient): void {
  const jwt = identity?.jwt ?? null;
  // Whoever has a bearer token may use it, so it is nobody else's to know.
  if (jwt !== null && !jwt.limits.bearerToken) fields.text("jwt", jwt.user.token);
  fields.text("issuer_key", identity?.issuer ?? "");
  fields.text("name_tag", identity?.name ?? "");
  fields.texts("tags", identity?.tags ?? []);
  fields.text("kind", "Client");
  fields.text("client_type", "nats");
}

/** Name or public key; a token is not shown. */
function shownUser(options: Readonly<ConnectOptions>, identity: UserIdentity | null): string {
  return userName(options, identity) || (options.auth_token === "" ? "" : "[REDACTED]");
}

/** An object in the making, as Go writes it: without fields that say nothing. */
class Fields {
  readonly #parts: string[] = [];

  get json(): string {
    return `{${this.#parts.join(",")}}`;
  }

  text(name: string, value: string): void {
    if (value !== "") this.#parts.push(`"${name}":${goText(value)}`);
  }

  texts(name: string, values: readonly string[]): void {
    if (values.length > 0) this.#parts.push(`"${name}":[${values.map(goText).join(",")}]`);
  }

  number(name: string, value: number): void {
    if (value !== 0) this.#parts.push(`"${name}":${value}`);
  }
}

function goText(value: string): string {
  return goJsonText(Buffer.from(value));
}
