/** Links to other servers: routes, gateways and leafnodes. */

import type { Permissions, SimpleAuth } from "./auth.ts";
import type { TlsOptions } from "./tls.ts";

/** What becomes of a connection whose write did not end in time. */
export type WriteTimeoutPolicy = "default" | "close" | "retry";

export interface Compression {
  /** Empty means the default of the kind of link. Checked when the server starts. */
  mode: string;
  /** Round-trip times from which on `s2_auto` compresses harder. */
  rttThresholdsMs: number[];
}

/** A listener for links. */
export interface LinkListener {
  host: string;
  /** 0 means that there is none, -1 any free port. */
  port: number;
  advertise: string;
  tls: TlsOptions | null;
  /** Null means the server's own. */
  writeDeadlineMs: number | null;
  writeTimeout: WriteTimeoutPolicy;
}

export interface ClusterOptions extends LinkListener {
  name: string;
  authorization: SimpleAuth | null;
  permissions: Permissions | null;
  /** URLs of other servers, credentials included. */
  routes: string[];
  noAdvertise: boolean;
  connectRetries: number;
  connectBackoff: boolean;
  /** Connections to each server; 0 means the default, -1 one without pooling. */
  poolSize: number;
  /** Accounts with a route of their own. */
  accounts: string[];
  compression: Compression;
  /** Null means the server's own. */
  pingIntervalMs: number | null;
  pingMax: number | null;
}

export interface RemoteGateway {
  name: string;
  urls: string[];
  tls: TlsOptions | null;
}

export interface GatewayOptions extends LinkListener {
  name: string;
  authorization: SimpleAuth | null;
  connectRetries: number;
  connectBackoff: boolean;
  rejectUnknown: boolean;
  gateways: RemoteGateway[];
}

/** A user of the leafnode listener. */
export interface LeafUser {
  user: string;
  password: string;
  account: string;
  proxyRequired: boolean;
}

export interface LeafAuthorization {
  user: string;
  password: string;
  nkey: string;
  account: string;
  timeoutMs: number;
  users: LeafUser[];
  proxyRequired: boolean;
}

export interface LeafProxy {
  url: string;
  username: string;
  password: string;
  timeoutMs: number;
}

/** A server that this one connects to as a leafnode. */
export interface LeafRemote {
  urls: string[];
  /** Local account; "" is `$G`. */
  account: string;
  /** Path of a credentials file. */
  credentials: string;
  /** Seed of a user's key. */
  nkey: string;
  tls: TlsOptions | null;
  hub: boolean;
  noRandomize: boolean;
  denyImports: string[];
  denyExports: string[];
  websocketCompression: boolean;
  websocketNoMasking: boolean;
  jetstreamClusterMigrate: boolean;
  jetstreamClusterMigrateDelayMs: number;
  isolateLeafnodeInterest: boolean;
  requestIsolation: boolean;
  compression: Compression;
  firstInfoTimeoutMs: number;
  dialTimeoutMs: number;
  disabled: boolean;
  ignoreDiscoveredServers: boolean;
  proxy: LeafProxy | null;
}

export interface LeafnodesOptions extends LinkListener {
  authorization: LeafAuthorization | null;
  noAdvertise: boolean;
  reconnectMs: number;
  dialTimeoutMs: number;
  minVersion: string;
  compression: Compression;
  isolateLeafnodeInterest: boolean;
  remotes: LeafRemote[];
}

const DEFAULT_LISTENER: Readonly<LinkListener> = {
  host: "0.0.0.0",
  port: 0,
  advertise: "",
  tls: null,
  writeDeadlineMs: null,
  writeTimeout: "default",
};

const DEFAULT_COMPRESSION: Readonly<Compression> = { mode: "", rttThresholdsMs: [] };

export const DEFAULT_CLUSTER: Readonly<ClusterOptions> = {
  ...DEFAULT_LISTENER,
  name: "",
  authorization: null,
  permissions: null,
  routes: [],
  noAdvertise: false,
  connectRetries: 0,
  connectBackoff: false,
  poolSize: 0,
  accounts: [],
  compression: DEFAULT_COMPRESSION,
  pingIntervalMs: null,
  pingMax: null,
};

export const DEFAULT_GATEWAY: Readonly<GatewayOptions> = {
  ...DEFAULT_LISTENER,
  name: "",
  authorization: null,
  connectRetries: 0,
  connectBackoff: false,
  rejectUnknown: false,
  gateways: [],
};

export const DEFAULT_LEAFNODES: Readonly<LeafnodesOptions> = {
  ...DEFAULT_LISTENER,
  authorization: null,
  noAdvertise: false,
  reconnectMs: 1000,
  dialTimeoutMs: 1000,
  minVersion: "",
  compression: DEFAULT_COMPRESSION,
  isolateLeafnodeInterest: false,
  remotes: [],
};

export const DEFAULT_LEAF_REMOTE: Readonly<LeafRemote> = {
  urls: [],
  account: "",
  credentials: "",
  nkey: "",
  tls: null,
  hub: false,
  noRandomize: false,
  denyImports: [],
  denyExports: [],
  websocketCompression: false,
  websocketNoMasking: false,
  jetstreamClusterMigrate: false,
  jetstreamClusterMigrateDelayMs: 0,
  isolateLeafnodeInterest: false,
  requestIsolation: false,
  compression: DEFAULT_COMPRESSION,
  firstInfoTimeoutMs: 1000,
  dialTimeoutMs: 1000,
  disabled: false,
  ignoreDiscoveredServers: false,
  proxy: null,
};
