/** Who may connect, and what they may do. */

import type { OidcOptions } from "./oidc.ts";

/** Subjects that are allowed and denied; null means that the block says nothing about it. */
export interface SubjectPermission {
  /**
   * In subscribe lists an entry may be `subject queue`. A list without entries allows nothing, while
   * null allows everything.
   */
  allow: string[] | null;
  deny: string[] | null;
}

/** The right to publish to the reply subjects of received messages. */
export interface ResponsePermission {
  /** Replies per request; negative means no limit. */
  maxMsgs: number;
  /** How long after the request; negative means no limit. */
  expiresMs: number;
}

export interface Permissions {
  publish: SubjectPermission | null;
  subscribe: SubjectPermission | null;
  responses: ResponsePermission | null;
}

export type ConnectionType =
  | "STANDARD"
  | "WEBSOCKET"
  | "LEAFNODE"
  | "LEAFNODE_WS"
  | "MQTT"
  | "MQTT_WS"
  | "IN_PROCESS";

/** A user with a name, or with a public key (`nkey`), never both. */
export interface User {
  user: string;
  /** In clear or bcrypt's `$2a$…`. */
  password: string;
  nkey: string;
  /** Null means that the defaults of the block around it count. */
  permissions: Permissions | null;
  /** Empty means any. */
  allowedConnectionTypes: ConnectionType[];
  proxyRequired: boolean;
  /** Subscriptions with wildcards are refused, unless they are below an inbox. */
  noWildcards: boolean;
  /** Tokens of a subscription from its first wildcard on, at most; 0 means any number. */
  maxWildcardDepth: number;
  /** Name of the account; "" is `$G`. */
  account: string;
}

/** Asking a service of the operator's own who a client is. */
export interface AuthCallout {
  /** Account public key that signs the answers. */
  issuer: string;
  account: string;
  authUsers: string[];
  /** Curve public key for encryption; empty for none. */
  xkey: string;
  allowedAccounts: string[];
}

/** The `authorization` block. */
export interface AuthorizationOptions {
  user: string;
  password: string;
  token: string;
  /** How long a client has to say who it is; 0 means the default. */
  timeoutMs: number;
  /** Null: the block has no list of users. */
  users: User[] | null;
  /** For users without permissions of their own. */
  defaultPermissions: Permissions | null;
  authCallout: AuthCallout | null;
  /** Identity providers whose tokens count, each with an issuer of its own. */
  oidc: OidcOptions[];
  proxyRequired: boolean;
}

export const DEFAULT_AUTHORIZATION: Readonly<AuthorizationOptions> = {
  user: "",
  password: "",
  token: "",
  timeoutMs: 0,
  users: null,
  defaultPermissions: null,
  authCallout: null,
  oidc: [],
  proxyRequired: false,
};

/** User, password and time limit of a listener that knows no more than that. */
export interface SimpleAuth {
  user: string;
  password: string;
  token: string;
  timeoutMs: number;
}

/** A user without a name, a password or rules. */
export function emptyUser(account: string): User {
  return {
    user: "",
    password: "",
    nkey: "",
    permissions: null,
    allowedConnectionTypes: [],
    proxyRequired: false,
    noWildcards: false,
    maxWildcardDepth: 0,
    account,
  };
}
