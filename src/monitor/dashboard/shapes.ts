/** What the dashboard's page and its server tell each other: the JSON of `/api`, and nothing else. */

/** Messages and bytes, each way. */
export interface Flow {
  readonly inMsgs: number;
  readonly outMsgs: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Numbers that charts are drawn from, once a second. */
export interface Sample extends Flow {
  /** Milliseconds since 1970. The flow is per second. */
  readonly time: number;
  readonly connections: number;
  /** Bytes that wait to be sent to clients. */
  readonly pendingBytes: number;
  /** Longest time the server could not look at its sockets, in milliseconds. */
  readonly lagMs: number;
  /** Percent of one core. */
  readonly cpu: number;
  /** Resident memory, in bytes. */
  readonly memory: number;
}

export interface SubjectRate {
  readonly subject: string;
  /** Per second, estimated from samples. */
  readonly msgs: number;
  readonly bytes: number;
}

/** Bytes that wait, by subject. */
export interface SubjectBytes {
  readonly subject: string;
  readonly bytes: number;
}

interface SlowClient {
  readonly cid: number;
  /** Others than clients are connections to other servers, of this cluster or of another one. */
  readonly kind: "Client" | "Router" | "Gateway";
  readonly address: string;
  readonly name: string;
  readonly account: string;
  /** Language and version of its library. */
  readonly library: string;
  readonly user: string;
  readonly pendingBytes: number;
  /** Bytes that its socket takes in a second. */
  readonly drainRate: number;
  /** Milliseconds for which its socket has been, or was, full. */
  readonly blockedMs: number;
  readonly subjects: readonly SubjectBytes[];
}

/** A connection that does not take its messages as fast as they come. */
export interface SlowNow extends SlowClient {
  /** Of what may wait for it: 1 is the limit. */
  readonly pendingShare: number;
  /** Of the time that a write may take: 1 is the limit. */
  readonly deadlineShare: number;
  /** Bytes that come to it in a second. */
  readonly queueRate: number;
  /** Milliseconds until it is cut off if it goes on like this; null when it will not be. */
  readonly leftMs: number | null;
  /** What is about to happen, and why; one sentence. */
  readonly why: string;
  /** Where to look first; "" when there is nothing to be done. */
  readonly advice: string;
}

/** Who was cut off lately, as a slow consumer. */
export interface CutOff {
  readonly count: number;
  /** Name or address of the last one; "" for nobody. */
  readonly last: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What became of one that was slow. */
export interface SlowPast extends SlowClient {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly outcome: string;
}

export interface Health {
  readonly isHealthy: boolean;
  /** One for each thing that was looked at. */
  readonly checks: readonly {
    readonly name: string;
    readonly isGood: boolean;
    /** Not good, but clients are served all the same. */
    readonly isWarning: boolean;
    readonly reason: string;
  }[];
}

export interface Totals extends Flow {
  readonly connectionsTotal: number;
  readonly connectionsMax: number;
  readonly subscriptions: number;
  readonly accounts: number;
  readonly slowConsumers: number;
  readonly staleConnections: number;
  readonly denials: number;
}

/** What `/api/live` sends each second. */
export interface Tick {
  readonly sample: Sample;
  readonly totals: Totals;
  readonly health: Health;
  readonly subjects: readonly SubjectRate[];
  readonly slow: readonly SlowNow[];
  readonly cutOff: CutOff;
  readonly busiest: readonly BusyConnection[];
  /** Number of the last line of the log. */
  readonly logSequence: number;
}

export interface BusyConnection extends Flow {
  readonly cid: number;
  readonly client: string;
  readonly account: string;
}

export interface ServerFacts {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The release of nats-server that clients take it for. */
  readonly compatible: string;
  readonly runtime: string;
  readonly host: string;
  readonly port: number;
  readonly cluster: string;
  readonly tags: readonly string[];
  readonly pid: number;
  readonly cores: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly configFile: string;
  readonly configLoadedAt: number;
  readonly needsLogin: boolean;
  readonly usesTls: boolean;
}

/** What `/api/live` begins with. */
export interface Hello {
  readonly server: ServerFacts;
  /** Of the last minutes, as long as somebody was watching; oldest first. */
  readonly history: readonly Sample[];
}

export type ConnectionSort =
  | "cid"
  | "name"
  | "address"
  | "account"
  | "user"
  | "rtt"
  | "subscriptions"
  | "pending"
  | "rate"
  | "inMsgs"
  | "outMsgs"
  | "uptime"
  | "idle";

export interface ConnectionRow {
  readonly cid: number;
  readonly name: string;
  /** Language and version of its library. */
  readonly library: string;
  readonly address: string;
  readonly account: string;
  readonly user: string;
  /** 0 while unknown. */
  readonly rttMs: number;
  readonly subscriptions: number;
  readonly pendingBytes: number;
  readonly isBlocked: boolean;
  /** Per second; null while it is not known yet. */
  readonly rate: Flow | null;
  readonly total: Flow;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly idleMs: number;
  readonly tls: string;
}

export interface ConnectionList {
  readonly total: number;
  /** Those that the search finds. */
  readonly found: number;
  readonly offset: number;
  readonly rows: readonly ConnectionRow[];
}

export interface SubscriptionRow {
  readonly sid: string;
  readonly subject: string;
  readonly queue: string;
  readonly delivered: number;
  /** 0 for no end. */
  readonly max: number;
}

export interface ConnectionDetail {
  readonly connection: ConnectionRow;
  readonly stalls: number;
  readonly pendingBytesMax: number;
  /** Null while it keeps up. */
  readonly slow: SlowNow | null;
  readonly writeDeadlineMs: number;
  /** Null when everything is allowed. */
  readonly rules: readonly RuleRow[] | null;
  readonly subscriptions: readonly SubscriptionRow[];
  /** There are more than are shown. */
  readonly hasMore: boolean;
  readonly denials: readonly DenialRow[];
}

/** What rules allow or forbid. */
export interface RuleRow {
  readonly name: string;
  /** As they are written; the first of them when there are very many. */
  readonly rules: readonly string[];
  readonly more: number;
}

export interface DenialRow {
  readonly time: number;
  readonly lastTime: number;
  readonly count: number;
  readonly operation: string;
  readonly cid: number;
  readonly isConnected: boolean;
  readonly account: string;
  readonly user: string;
  readonly subject: string;
  readonly queue: string;
  /** "" when no rule allowed it. */
  readonly rule: string;
}

export interface DenialList {
  readonly counts: {
    readonly total: number;
    readonly publish: number;
    readonly subscribe: number;
    readonly reply: number;
  };
  /** The latest first. */
  readonly rows: readonly DenialRow[];
}

export interface AccountRow {
  readonly name: string;
  readonly label: string;
  readonly isSystem: boolean;
  readonly connections: number;
  /** -1 for no limit. */
  readonly connectionsMax: number;
  readonly subscriptions: number;
  readonly traffic: Flow;
  readonly slowConsumers: number;
  readonly imports: number;
  readonly exports: number;
}

/** What an account offers to others. */
export interface ExportRow {
  readonly kind: string;
  readonly subject: string;
  /** Who may import it, in words. */
  readonly audience: string;
  /** Accounts that do. */
  readonly importers: readonly string[];
}

/** What an account has of another. */
export interface ImportRow {
  readonly kind: string;
  readonly account: string;
  /** Under which it is exported. */
  readonly subject: string;
  /** Under which it is known here. */
  readonly local: string;
  /** It was allowed, and is carried out. */
  readonly isInForce: boolean;
}

/** A subject whose messages go to others. */
export interface MappingRow {
  readonly from: string;
  readonly to: string;
}

export interface AccountDetail {
  readonly account: AccountRow;
  /** -1 for no limit. */
  readonly subscriptionsMax: number;
  readonly payloadMax: number;
  /** The first of them when there are very many; the account has their numbers. */
  readonly exports: readonly ExportRow[];
  readonly imports: readonly ImportRow[];
  readonly mappings: readonly MappingRow[];
}

export interface AccountList {
  readonly total: number;
  readonly rows: readonly AccountRow[];
}

export interface OptionRow {
  readonly key: string;
  /** Null when it may not be shown. */
  readonly value: string | null;
  readonly isDefault: boolean;
  readonly about: string;
  readonly reloads: boolean;
}

export interface ConfigurationView {
  readonly file: string;
  readonly digest: string;
  readonly loadedAt: number;
  readonly rows: readonly OptionRow[];
}

export interface LogLine {
  readonly sequence: number;
  readonly time: number;
  readonly level: string;
  readonly text: string;
}

export interface LogLines {
  readonly lines: readonly LogLine[];
}

export interface SlowList {
  readonly now: readonly SlowNow[];
  /** The latest first. */
  readonly past: readonly SlowPast[];
  readonly writeDeadlineMs: number;
  readonly pendingBytesMax: number;
}

/** Who is logged in, and whether that is possible. */
export interface SessionState {
  readonly canLogIn: boolean;
  /** "" for nobody. */
  readonly user: string;
  /** The server runs inside another program, which alone can reload or end it. */
  readonly isEmbedded: boolean;
}

/** A line of what a test subscription receives. */
export interface ReceivedLine {
  readonly subject: string;
  readonly reply: string;
  readonly headers: string;
  readonly payload: string;
  readonly bytes: number;
  readonly isCut: boolean;
}

/** What a test subscription tells besides messages. */
export interface SubscriptionNote {
  readonly note: string;
}

/** The body of every answer that is a refusal. */
export interface Refusal {
  readonly error: string;
}
