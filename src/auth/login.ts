/** What is known of a client that wants in, and what becomes of it. */

import type { ConnectionType, User } from "../config/options/auth.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import type { ClosedReason } from "../protocol/errors.ts";
import type { JwtGrounds } from "./jwt/jwt-grounds.ts";
import type { OidcLogin } from "./oidc/oidc-outcome.ts";

/** The connection of an attempt, for questions and news to others. */
export interface AttemptOrigin {
  readonly cid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly rttMs: number;
  /** What has come from the client, and what has gone to it. */
  readonly traffic: {
    readonly inMsgs: number;
    readonly inBytes: number;
    readonly outMsgs: number;
    readonly outBytes: number;
  };
  /** What TLS has agreed on: `1.2` or `1.3`, and IANA's name; null without TLS. */
  readonly tls: {
    readonly version: string;
    readonly cipherSuite: string;
    /** The peer's certificates and the authorities' in DER; empty when it has shown none. */
    readonly verifiedChain: readonly Uint8Array[];
  } | null;
}

/** All that a decision rests on. */
export interface LoginAttempt {
  /** CONNECT; never changed. */
  readonly options: Readonly<ConnectOptions>;
  /** What the server has asked the client to sign; "" when it was not asked. */
  readonly nonce: string;
  readonly connectionType: ConnectionType;
  /** Address of the peer, for fairness between addresses and for users of certain networks. */
  readonly ip: string;
  readonly origin: AttemptOrigin;
  /** The peer's chain in DER, its own certificate first; null without TLS. */
  readonly certificates: readonly Uint8Array[] | null;
  /** Takes the real reason, which the client is not told. The connection's label is put in front. */
  debug(text: string): void;
  /** The same for what an operator should see. */
  error(text: string): void;
  warn(text: string): void;
  /** Whether the connection is gone, so that nobody waits for the decision. */
  isAbandoned(): boolean;
}

/** A user that no file names: one of an operator, a callout service or an identity provider. */
export interface UserIdentity {
  /** Public key; "" for none. */
  readonly nkey: string;
  readonly name: string;
  /** Who vouches for it: a public key, or the address of a provider. */
  readonly issuer: string;
  readonly tags: readonly string[];
  /** What the token rests on; null where it is none of an operator's. */
  readonly jwt: JwtGrounds | null;
  readonly oidc: OidcLogin | null;
  /**
   * A callout service has made it up: as in nats-server, nobody is told of its token, and the account
   * vouches for it.
   */
  readonly isCalledOut?: boolean;
}

/** The client is in. */
export interface Login {
  readonly ok: true;
  /** Null where there are no users, but a single one, a token or nothing at all. */
  readonly user: User | null;
  readonly account: Account;
  /** Null for everything. */
  readonly permissions: PermissionSet | null;
  /** Of the user itself; account and server have theirs besides. -1 for no limit. */
  readonly maxSubscriptions: number;
  /** Bytes, as above. */
  readonly maxPayload: number;
  /** When the user has to go, in milliseconds since 1970; 0 for never. */
  readonly expiresAtMs: number;
  readonly identity: UserIdentity | null;
  /**
   * CONNECT as it counts from now on: with the user that a certificate or `no_auth_user` gave, and of
   * the latter the configured password too, for a second CONNECT of the same client.
   */
  readonly options: Readonly<ConnectOptions>;
  /** Public key of the trusted proxy that the client came through, "" for none. */
  readonly proxyKey: string;
}

/** The client has to go. */
export interface LoginFailure {
  readonly ok: false;
  /** `AuthenticationTimeout` when it may try again: too many passwords wait to be verified. */
  readonly reason: ClosedReason;
  /** What `-ERR` says; "" when the client is told nothing. */
  readonly text: string;
  readonly options: Readonly<ConnectOptions>;
  /** Who it is known to be nevertheless. */
  readonly identity: UserIdentity | null;
  /** Where it would be if there was room. */
  readonly account?: Account;
}

export type LoginOutcome = Login | LoginFailure;
