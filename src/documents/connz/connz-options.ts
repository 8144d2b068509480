/** What may be asked of `connz`: names and meanings are those of the JSON body of nats-server's service. */

/** Orders of connections. The first two are the same; only those two and `reason` are ascending. */
export const CONNZ_SORTS = [
  "cid",
  "start",
  "subs",
  "pending",
  "msgs_to",
  "msgs_from",
  "bytes_to",
  "bytes_from",
  "last",
  "idle",
  "uptime",
  "stop",
  "reason",
  "rtt",
] as const;

export type ConnzSort = (typeof CONNZ_SORTS)[number];

/** As numbers, which is how the service is asked for them. */
export const ConnzState = { Open: 0, Closed: 1, All: 2 } as const;

/** Fields that are left out are those that Go would leave at zero. */
export interface ConnzOptions {
  /** One of `CONNZ_SORTS`; anything else is an error. "" is `cid`. */
  readonly sort?: string;
  /** Tells users, accounts, JWTs, tags and certificates as well. */
  readonly auth?: boolean;
  readonly subscriptions?: boolean;
  /** Wins over `subscriptions`. */
  readonly subscriptions_detail?: boolean;
  /** Below 0 is 0. */
  readonly offset?: number;
  /** 0 and below is 1024. */
  readonly limit?: number;
  /** Only this connection; 0 for all. */
  readonly cid?: number;
  readonly mqtt_client?: string;
  /** One of `ConnzState`; of any other there are none. */
  readonly state?: number;
  /** As `authorized_user` shows it. */
  readonly user?: string;
  readonly acc?: string;
  /** Needs `acc`; of open connections, only those with a subscription that overlaps with it. */
  readonly filter_subject?: string;
}
