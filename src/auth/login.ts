/** What is known of a client that wants in, and what becomes of it. */

import type { ConnectionType, User } from "../config/options/auth.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import type { ClosedReason } from "../protocol/errors.ts";

/** All that a decision rests on. */
export interface LoginAttempt {
  /** CONNECT; never changed. */
  readonly options: Readonly<ConnectOptions>;
  /** What the server has asked the client to sign; "" when it was not asked. */
  readonly nonce: string;
  readonly connectionType: ConnectionType;
  /** Address of the peer, for fairness between addresses. */
  readonly ip: string;
  /** The peer's chain in DER, its own certificate first; null without TLS. */
  readonly certificates: readonly Uint8Array[] | null;
  /** Takes the real reason, which the client is not told. The connection's label is put in front. */
  debug(text: string): void;
  warn(text: string): void;
  /** Whether the connection is gone, so that nobody waits for the decision. */
  isAbandoned(): boolean;
}

/** The client is in. */
export interface Login {
  readonly ok: true;
  /** Null where there are no users, but a single one, a token or nothing at all. */
  readonly user: User | null;
  /** Null for everything. */
  readonly permissions: PermissionSet | null;
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
  /**
   * `AuthenticationTimeout` when it may try again: too many passwords wait to be verified.
   * `ClientClosed`, only from a recheck, when its user is gone: it is then told nothing.
   */
  readonly reason: ClosedReason;
  readonly options: Readonly<ConnectOptions>;
}

export type LoginOutcome = Login | LoginFailure;
