/**
 * What the JWTs of NATS say, by the kind of token. Tokens of the first layout look the same once
 * they are decoded.
 *
 * Whole numbers are int64 in a token. Those beyond 2^53 lose their last digits here, which changes
 * no limit that anything could reach, and keep their sign.
 */

import type { ServiceLatency, SubjectMapping } from "../../config/options/accounts.ts";
import type { Permissions } from "../../config/options/auth.ts";

/** What every token says. Nothing but its form and its signature is certain. */
export interface Claims {
  /** What it is a token of; any other word for one unknown to NATS. */
  readonly kind: string;
  /** Layout of the token. */
  readonly version: 1 | 2;
  /** The token itself. */
  readonly token: string;
  /** `jti`. */
  readonly id: string;
  /** Public key that signed the token. */
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly audience: string;
  /** Times are seconds since 1970, 0 when there is none. */
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly tags: readonly string[];
}

/** Times of a day, `HH:MM:SS`. */
export interface TimeRange {
  readonly start: string;
  readonly end: string;
}

/** -1 means no limit, 0 nothing at all. Sizes are bytes. */
export interface UserLimits {
  readonly subs: number;
  readonly data: number;
  readonly payload: number;
}

/** What a user may do: in its own token, or as the template of the key that signed it. */
export interface UserPermissionLimits {
  /** All of it null when the token says nothing. */
  readonly permissions: Permissions;
  readonly limits: UserLimits;
  /** Networks that the user may come from, `10.0.0.0/8`; empty for any. */
  readonly src: readonly string[];
  /** When the user may be connected; empty for always. */
  readonly times: readonly TimeRange[];
  /** IANA name of the time zone of `times`; empty for the server's. */
  readonly locale: string;
  /** Whoever has the token may use it. */
  readonly bearerToken: boolean;
  readonly proxyRequired: boolean;
  /** As in the token, in any case; empty for any. */
  readonly allowedConnectionTypes: readonly string[];
}

export interface UserClaims extends Claims, UserPermissionLimits {
  readonly kind: "user";
  /** Account that the signing key belongs to; empty when the account itself has signed. */
  readonly issuerAccount: string;
  /** The token sets no permission and no limit, as a scoped user must. */
  readonly hasEmptyPermissions: boolean;
}

/** What users have whose tokens are signed with a key. */
export interface SigningKeyScope {
  readonly key: string;
  readonly role: string;
  readonly template: UserPermissionLimits;
}

/** Claims that do not say which never pass validation. */
export type ShareKind = "stream" | "service" | "unknown";

/** An exporter's leave to import a subject. */
export interface Activation extends Claims {
  readonly kind: "activation";
  readonly importSubject: string;
  readonly importKind: ShareKind;
  /** Account that the signing key belongs to; empty when the account itself has signed. */
  readonly issuerAccount: string;
}

/** Text for people. */
export interface Info {
  readonly description: string;
  readonly infoUrl: string;
}

export interface ClaimsExport extends Info {
  readonly name: string;
  readonly subject: string;
  readonly kind: ShareKind;
  /** Importers have to show an activation. */
  readonly tokenRequired: boolean;
  /** Activations of these accounts (`*` for all), issued until then, are void. Seconds since 1970. */
  readonly revocations: ReadonlyMap<string, number>;
  readonly responseType: "singleton" | "stream" | "chunked";
  /** As the token has it, or empty. */
  readonly responseTypeText: string;
  /** 0 means the default. */
  readonly responseThresholdMs: number;
  /** Null: not measured. */
  readonly latency: ServiceLatency | null;
  /** Counted from 1; 0 for none. */
  readonly accountTokenPosition: number;
  readonly advertise: boolean;
  readonly allowTrace: boolean;
}

export interface ClaimsImport {
  readonly name: string;
  readonly subject: string;
  /** Public key of the exporter. */
  readonly account: string;
  readonly kind: ShareKind;
  /** The older form of `localSubject`, which knows no references. */
  readonly to: string;
  /** May contain references, `$1`; empty for the subject itself. */
  readonly localSubject: string;
  /** Activation; empty for none. */
  readonly token: string;
  /** That activation, verified; null when there is none, or one that is not valid. */
  readonly activation: Activation | null;
  readonly share: boolean;
  readonly allowTrace: boolean;
}

/** -1 means no limit, 0 nothing at all. Sizes are bytes. */
export interface JetStreamLimits {
  readonly memoryStorage: number;
  readonly diskStorage: number;
  readonly streams: number;
  readonly consumers: number;
  readonly maxAckPending: number;
  readonly memoryMaxStreamBytes: number;
  readonly diskMaxStreamBytes: number;
  readonly maxBytesRequired: boolean;
}

/** -1 means no limit, 0 nothing at all. Sizes are bytes. */
export interface AccountClaimsLimits extends UserLimits {
  readonly imports: number;
  readonly exports: number;
  /** Exports may have wildcards. */
  readonly wildcards: boolean;
  readonly conn: number;
  readonly leaf: number;
  readonly disallowBearer: boolean;
  readonly jetstream: JetStreamLimits;
  /** By the number of replicas, `R3`. */
  readonly tieredJetstream: ReadonlyMap<string, JetStreamLimits>;
}

/** Asking a service of the account's own who its clients are. */
export interface ExternalAuthorization {
  /** Public keys of the users that are not asked about. */
  readonly authUsers: readonly string[];
  /** Accounts that users may be placed in; `*` for any. */
  readonly allowedAccounts: readonly string[];
  /** Curve public key for encryption; empty for none. */
  readonly xkey: string;
}

export interface MessageTrace {
  readonly dest: string;
  /** Percent of the messages. */
  readonly sampling: number;
}

export interface AccountClaims extends Claims, Info {
  readonly kind: "account";
  /** Keys that sign for the account, with what their users may do; null: what their tokens say. */
  readonly signingKeys: ReadonlyMap<string, SigningKeyScope | null>;
  /** Tokens of these users (`*` for all), issued until then, are void. Seconds since 1970. */
  readonly revocations: ReadonlyMap<string, number>;
  readonly imports: readonly ClaimsImport[];
  readonly exports: readonly ClaimsExport[];
  /** Weights are in percent, 100 when the token has none. */
  readonly mappings: readonly SubjectMapping[];
  /** Null when the token says nothing. */
  readonly defaultPermissions: Permissions | null;
  readonly limits: AccountClaimsLimits;
  /** Null when it names no users, accounts or key. */
  readonly authorization: ExternalAuthorization | null;
  readonly trace: MessageTrace | null;
  /** `system`, `owner` or empty. */
  readonly clusterTraffic: string;
}

export interface OperatorClaims extends Claims {
  readonly kind: "operator";
  readonly signingKeys: readonly string[];
  readonly accountServerUrl: string;
  readonly operatorServiceUrls: readonly string[];
  readonly systemAccount: string;
  readonly assertServerVersion: string;
  readonly strictSigningKeyUsage: boolean;
}

/** A server's question who a client is. */
export interface AuthorizationRequest extends Claims {
  readonly kind: "authorization_request";
  readonly userNkey: string;
  /** All of the part `nats`, as it is. */
  readonly nats: Readonly<Record<string, unknown>>;
}

/** The answer of a callout service. */
export interface AuthorizationResponse extends Claims {
  readonly kind: "authorization_response";
  /** Token of the user that the client becomes; empty when there is an error. */
  readonly jwt: string;
  readonly error: string;
  /** Account that the signing key belongs to; empty when the account itself has signed. */
  readonly issuerAccount: string;
}

/** A token of no kind that NATS knows, or read without regard to its kind. */
export interface GenericClaims extends Claims {
  /** All of the part `nats`, as it is. */
  readonly nats: Readonly<Record<string, unknown>>;
}

/** By their kind, apart from generic claims, whose kind may be any word. */
export type KnownClaims =
  | UserClaims
  | AccountClaims
  | OperatorClaims
  | Activation
  | AuthorizationRequest
  | AuthorizationResponse;

export type AnyClaims = KnownClaims | GenericClaims;
