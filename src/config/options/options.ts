/**
 * Everything an operator can set, with its default.
 *
 * Names are those of the configuration file in camelCase; a name that stands for a duration ends in
 * its unit. `resolveOptions` is the only way to make an `Options`, so the rest of the server can
 * rely on every field being there.
 */

import { DEFAULT_LOG_SETTINGS, type LogSettings } from "../../log/log-settings.ts";
import type { AccountOptions, SubjectMapping } from "./accounts.ts";
import type { AuthorizationOptions } from "./auth.ts";
import {
  type ClientOptions,
  DEFAULT_CLIENT,
  DEFAULT_IDENTITY,
  type IdentityOptions,
} from "./client.ts";
import type { ClusterOptions, GatewayOptions, LeafnodesOptions } from "./cluster.ts";
import type { JetStreamOptions } from "./jetstream.ts";
import {
  DEFAULT_FILES,
  DEFAULT_MONITORING,
  type FileOptions,
  type MonitoringOptions,
} from "./monitoring.ts";
import type { OcspCacheOptions, OcspOptions, TlsOptions } from "./tls.ts";
import type { ProxiesOptions, ResolverOptions, SentinelUser, TrustedOperator } from "./trust.ts";
import type { MqttOptions, WebsocketOptions } from "./websocket.ts";

/** Blocks, each null when the file does not have it, and who is who. */
export interface SecurityOptions {
  tls: TlsOptions | null;
  ocsp: OcspOptions | null;
  ocspCache: OcspCacheOptions | null;
  authorization: AuthorizationOptions | null;
  accounts: AccountOptions[];
  /** Mappings of the global account; null when the file has none, not even an empty block. */
  mappings: SubjectMapping[] | null;
  /** User of clients that give none. */
  noAuthUser: string;
  /** Empty means `$SYS`, unless there is to be none. */
  systemAccount: string;
  noSystemAccount: boolean;
  operators: TrustedOperator[];
  trustedKeys: string[];
  resolver: ResolverOptions | null;
  resolverTls: TlsOptions | null;
  /** Account public keys with their JWTs. */
  resolverPreload: Record<string, string>;
  resolverPinnedAccounts: string[];
  /** JWT of the user of clients that give none, in operator mode. */
  defaultSentinel: string;
  /** What that JWT says; null when there is none, or none that can be read. */
  sentinelUser: SentinelUser | null;
  proxies: ProxiesOptions | null;
}

/** Blocks, each null when the file does not have it. */
export interface LinkOptions {
  cluster: ClusterOptions | null;
  gateway: GatewayOptions | null;
  leafnodes: LeafnodesOptions | null;
  websocket: WebsocketOptions | null;
  mqtt: MqttOptions | null;
  jetstream: JetStreamOptions | null;
  /** Where streams are kept; setting it does not turn JetStream on. */
  storeDir: string;
  /** JetStream domains by account. */
  defaultJsDomain: Record<string, string>;
}

/** Options of one server. */
export interface Options
  extends ClientOptions,
    IdentityOptions,
    LogSettings,
    MonitoringOptions,
    FileOptions,
    SecurityOptions,
    LinkOptions {}

const DEFAULT_SECURITY: Readonly<SecurityOptions> = {
  tls: null,
  ocsp: null,
  ocspCache: null,
  authorization: null,
  accounts: [],
  mappings: null,
  noAuthUser: "",
  systemAccount: "",
  noSystemAccount: false,
  operators: [],
  trustedKeys: [],
  resolver: null,
  resolverTls: null,
  resolverPreload: {},
  resolverPinnedAccounts: [],
  defaultSentinel: "",
  sentinelUser: null,
  proxies: null,
};

const DEFAULT_LINKS: Readonly<LinkOptions> = {
  cluster: null,
  gateway: null,
  leafnodes: null,
  websocket: null,
  mqtt: null,
  jetstream: null,
  storeDir: "",
  defaultJsDomain: {},
};

export const DEFAULT_OPTIONS: Readonly<Options> = {
  ...DEFAULT_CLIENT,
  ...DEFAULT_IDENTITY,
  ...DEFAULT_LOG_SETTINGS,
  ...DEFAULT_MONITORING,
  ...DEFAULT_FILES,
  ...DEFAULT_SECURITY,
  ...DEFAULT_LINKS,
};

/** Options whose 0 is the same to nats-server as if they were not there. */
const ZERO_IS_DEFAULT = [
  "maxPayload",
  "maxControlLine",
  "maxPending",
  "writeDeadlineMs",
  "pingIntervalMs",
  "pingMax",
  "maxClosedClients",
  "lameDuckDurationMs",
  "lameDuckGracePeriodMs",
  "connectErrorReports",
  "reconnectErrorReports",
] as const satisfies readonly (keyof Options)[];

/** Fills in defaults and gives "0 means default" its meaning. */
export function resolveOptions(given: Partial<Options>): Options {
  const options: Options = { ...DEFAULT_OPTIONS, ...given };
  for (const key of ZERO_IS_DEFAULT) {
    if (options[key] === 0) options[key] = DEFAULT_OPTIONS[key];
  }
  return options;
}
