/** What events say of a client. */

import type { Login, LoginFailure, UserIdentity } from "../../auth/login.ts";
import type { Account } from "../../core/account.ts";
import {
  issuerOf,
  shownTags,
  shownToken,
  shownUser,
  type ToldClient,
} from "../../kinds/client-info.ts";
import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";

const MICROS_PER_MS = 1000;
const NANOS_PER_MS = 1e6;

/** A client as an event needs it. */
export interface EventClient {
  readonly cid: number;
  readonly peer: { readonly ip: string };
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly options: Readonly<ConnectOptions>;
  readonly account: Account;
  readonly keepalive: { readonly rttMs: number };
  readonly login: { readonly login: Login | null };
  readonly inMsgs: number;
  readonly inBytes: number;
  readonly outbound: { readonly outMsgs: number; readonly outBytes: number };
}

/** Who a client is, or has claimed to be. */
export interface Claimant {
  readonly options: Readonly<ConnectOptions>;
  readonly identity: UserIdentity | null;
  /** Of a user with a key: whose it is. */
  readonly issuer: string;
}

/** Writes times, given in microseconds since 1970. */
export type TimeText = (micros: number) => string;

/** @param failure why it is refused; null when it is not. */
export function claimantOf(client: EventClient, failure: LoginFailure | null): Claimant {
  const { login } = client.login;
  const identity = failure?.identity ?? login?.identity ?? null;
  return { options: failure?.options ?? client.options, identity, issuer: issuerOf(login) };
}

/** Fields that all events have. What a client says of itself may be a secret in the wrong place. */
export function toldClient(
  client: Pick<EventClient, "cid" | "peer" | "startedAt">,
  account: Account,
  { options, identity, issuer }: Claimant,
  time: TimeText = rfc3339Nano,
): ToldClient {
  return {
    start: time(client.startedAt * MICROS_PER_MS),
    host: client.peer.ip,
    id: client.cid,
    acc: account.name,
    user: withoutSecretShapes(shownUser(options, identity)),
    name: withoutSecretShapes(options.name),
    lang: withoutSecretShapes(options.lang),
    ver: withoutSecretShapes(options.version),
    jwt: shownToken(identity),
    issuer_key: issuer,
    name_tag: account.nameTag || account.name,
    tags: shownTags(identity),
    kind: "Client",
    client_type: "nats",
  };
}

export function rttNanos(rttMs: number): number {
  return Math.round(rttMs * NANOS_PER_MS);
}
