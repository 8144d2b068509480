/**
 * Everything an operator can set, with its default.
 *
 * Names are those of the configuration file in camelCase; a name that stands for a duration ends in
 * its unit. `resolveOptions` is the only way to make an `Options`, so the rest of the server can
 * rely on every field being there.
 */

/** Options of one server. Sizes are bytes, counts are plain numbers. */
export interface Options {
  /** Address to listen on. */
  host: string;
  /** Client port; 0 or -1 takes any free port. */
  port: number;
  /** Name shown in INFO; empty means "the same as the server id". */
  serverName: string;
  /** `host:port` told to clients in INFO instead of the bound address; empty means the bound one. */
  clientAdvertise: string;
  /** Client connections at one time; as in nats-server, 0 or less refuses every client. */
  maxConnections: number;
  /** Subscriptions per connection; 0 or -1 means no limit. */
  maxSubscriptions: number;
  /** Tokens in a SUB subject; 0 means no limit. */
  maxSubTokens: number;
  /** Header and payload bytes of one message; 0 means the default, -1 no limit. */
  maxPayload: number;
  /** Argument bytes of one protocol line; 0 means the default. */
  maxControlLine: number;
  /** Bytes that may wait for one connection before it is a slow consumer. */
  maxPending: number;
  /** How long a write may stay unfinished before the connection is a slow consumer. */
  writeDeadlineMs: number;
  /** Time between keep-alive PINGs. */
  pingIntervalMs: number;
  /** PINGs that may stay unanswered before the connection is stale. */
  pingMax: number;
  /** Refuse message headers. */
  noHeaderSupport: boolean;
  /** Drop messages for a lagging consumer instead of slowing its producers down. */
  noFastProducerStall: boolean;
  /** Log at debug level. */
  debug: boolean;
  /** Log every protocol line. */
  trace: boolean;
  /** Payload bytes shown per message in a trace; 0 means all. */
  maxTracedMsgLen: number;
}

export const DEFAULT_PORT = 4222;
export const DEFAULT_MAX_PAYLOAD = 1024 * 1024;
export const DEFAULT_MAX_CONTROL_LINE = 4096;

export const DEFAULT_OPTIONS: Readonly<Options> = {
  host: "0.0.0.0",
  port: DEFAULT_PORT,
  serverName: "",
  clientAdvertise: "",
  maxConnections: 64 * 1024,
  maxSubscriptions: 0,
  maxSubTokens: 0,
  maxPayload: DEFAULT_MAX_PAYLOAD,
  maxControlLine: DEFAULT_MAX_CONTROL_LINE,
  maxPending: 64 * 1024 * 1024,
  writeDeadlineMs: 10_000,
  pingIntervalMs: 120_000,
  pingMax: 2,
  noHeaderSupport: false,
  noFastProducerStall: false,
  debug: false,
  trace: false,
  maxTracedMsgLen: 0,
};

/**
 * Fills in defaults and gives "0 means default" its meaning.
 *
 * @throws RangeError when two options contradict each other, with nats-server's text.
 */
export function resolveOptions(given: Partial<Options>): Options {
  const options: Options = { ...DEFAULT_OPTIONS, ...given };
  if (options.maxPayload === 0) options.maxPayload = DEFAULT_MAX_PAYLOAD;
  if (options.maxControlLine === 0) options.maxControlLine = DEFAULT_MAX_CONTROL_LINE;
  if (options.maxPayload > options.maxPending) {
    throw new RangeError(
      `max_payload (${options.maxPayload}) cannot be higher than max_pending (${options.maxPending})`,
    );
  }
  return options;
}
