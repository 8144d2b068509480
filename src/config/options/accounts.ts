/** Accounts and what they share. */

import type { Permissions, User } from "./auth.ts";

/** Where the messages of a mapped subject go. */
export interface MapDestination {
  subject: string;
  /** Percent of the messages. */
  weight: number;
  /** Only on servers of this cluster; empty means everywhere. */
  cluster: string;
}

export interface SubjectMapping {
  subject: string;
  destinations: MapDestination[];
}

export interface ServiceLatency {
  /** Percent of the requests; 0 means that request headers decide. */
  sampling: number;
  subject: string;
}

export interface Export {
  kind: "stream" | "service";
  subject: string;
  /** Accounts that may import it; null means all. */
  accounts: string[] | null;
  responseType: "singleton" | "stream" | "chunked";
  /** How long a response is waited for; 0 means the default. */
  responseThresholdMs: number;
  latency: ServiceLatency | null;
  accountTokenPosition: number;
  allowTrace: boolean;
}

export interface Import {
  kind: "stream" | "service";
  account: string;
  subject: string;
  prefix: string;
  to: string;
  share: boolean;
  allowTrace: boolean;
}

/** -1 means no limit. Sizes are bytes. */
export interface AccountJetStream {
  maxMemory: number;
  maxStore: number;
  maxStreams: number;
  maxConsumers: number;
  maxBytesRequired: boolean;
  memoryMaxStreamBytes: number;
  storeMaxStreamBytes: number;
  maxAckPending: number;
  clusterTraffic: "" | "system" | "owner";
}

/** -1 means no limit. */
export interface AccountLimits {
  maxConnections: number;
  maxSubscriptions: number;
  maxPayload: number;
  maxLeafnodes: number;
}

export interface AccountOptions {
  name: string;
  /** Public key; empty for none. */
  nkey: string;
  users: User[];
  defaultPermissions: Permissions | null;
  exports: Export[];
  imports: Import[];
  /** Null: JetStream is not for this account. */
  jetstream: AccountJetStream | null;
  mappings: SubjectMapping[];
  limits: AccountLimits;
  /** Where traces of its messages go; empty for nowhere. */
  traceDest: string;
  /** Percent of the messages that carry a trace request. */
  traceSampling: number;
}

export const DEFAULT_ACCOUNT_JETSTREAM: Readonly<AccountJetStream> = {
  maxMemory: -1,
  maxStore: -1,
  maxStreams: -1,
  maxConsumers: -1,
  maxBytesRequired: false,
  memoryMaxStreamBytes: 0,
  storeMaxStreamBytes: 0,
  maxAckPending: -1,
  clusterTraffic: "",
};

export const DEFAULT_ACCOUNT_LIMITS: Readonly<AccountLimits> = {
  maxConnections: -1,
  maxSubscriptions: -1,
  maxPayload: -1,
  maxLeafnodes: -1,
};

/** An account that has nobody in it, and shares nothing. */
export function emptyAccount(name: string): AccountOptions {
  return {
    name,
    nkey: "",
    users: [],
    defaultPermissions: null,
    exports: [],
    imports: [],
    jetstream: null,
    mappings: [],
    limits: { ...DEFAULT_ACCOUNT_LIMITS },
    traceDest: "",
    traceSampling: 0,
  };
}
