/**
 * The command line's flags, a row each: all that nats-server has.
 *
 * What `-h` says of them is in `usage.ts`, which only `-h` needs.
 */

import { DEFAULT_PORT } from "../config/options/client.ts";
import { DEFAULT_OPTIONS, type Options } from "../config/options/options.ts";
import type { Feature } from "../config/schema/features.ts";

export interface Flag {
  /** All spellings without dashes; any may be written with one dash or two. */
  readonly names: readonly string[];
  readonly type: "boolean" | "string" | "integer";
  /** What the flag changes; the others are looked at before, or after, a server has options. */
  readonly apply?: Apply | undefined;
  /** Feature without which the flag has no effect. */
  readonly needs?: Feature | undefined;
}

type Apply = (options: Options, value: string) => void;

/** Properties of the options that hold a value of one type. */
type Holding<T> = {
  [Key in keyof Options]: Options[Key] extends T ? (T extends Options[Key] ? Key : never) : never;
}[keyof Options];

/**
 * In the order in which they count: what sets an option that an earlier row has set is the one that
 * counts, wherever it stands on the command line.
 */
export const FLAGS: readonly Flag[] = [
  text("a addr net", (options, value) => {
    options.host = value === "" ? DEFAULT_OPTIONS.host : value;
  }),
  integer("p port", (options, value) => {
    // On the command line 0 is "not given"; -1 asks for any free port.
    options.port = Number(value) === 0 ? DEFAULT_PORT : Number(value);
  }),
  text("n name server_name", "serverName"),
  text("P pid", "pidFile"),
  integer("m http_port", "httpPort", "monitoring"),
  integer("ms https_port", "httpsPort", "monitoring"),
  text("c config"),
  boolean("t"),
  text("sl signal"),
  text("client_advertise", "clientAdvertise"),
  text("ports_file_dir", "portsFileDir"),

  text("l log", "logFile"),
  boolean("T logtime", "logtime"),
  boolean("logtime_utc", "logtimeUtc"),
  boolean("s syslog", "syslog"),
  text("r remote_syslog", "remoteSyslog"),
  boolean("D debug", "debug"),
  boolean("V trace", "trace"),
  boolean("DV", (options, value) => {
    options.debug = options.trace = value === "true";
  }),
  boolean("DVV", (options, value) => {
    options.debug = options.trace = options.traceVerbose = value === "true";
  }),
  boolean("VV", (options, value) => {
    options.trace = options.traceVerbose = value === "true";
  }),
  integer("log_size_limit", "logSizeLimit"),
  integer("max_traced_msg_len", "maxTracedMsgLen"),

  boolean("js jetstream", undefined, "JetStream"),
  text("sd store_dir", "storeDir", "JetStream"),

  text("user", undefined, "authentication"),
  text("pass", undefined, "authentication"),
  text("auth", undefined, "authentication"),

  boolean("tls", undefined, "TLS"),
  text("tlscert", undefined, "TLS"),
  text("tlskey", undefined, "TLS"),
  boolean("tlsverify", undefined, "TLS"),
  text("tlscacert", undefined, "TLS"),

  text("routes", undefined, "clustering"),
  text("cluster cluster_listen", undefined, "clustering"),
  text("cluster_name", undefined, "clustering"),
  boolean("no_advertise", undefined, "clustering"),
  text("cluster_advertise", undefined, "clustering"),
  integer("connect_retries", undefined, "clustering"),

  integer("profile", "profPort", "profiling"),

  boolean("h help"),
  boolean("v version"),
  boolean("help_tls"),
];

function text(names: string, to?: Holding<string> | Apply, needs?: Feature): Flag {
  const apply = typeof to === "string" ? setting(to, (value) => value) : to;
  return { names: names.split(" "), type: "string", apply, needs };
}

function integer(names: string, to?: Holding<number> | Apply, needs?: Feature): Flag {
  const apply = typeof to === "string" ? setting(to, Number) : to;
  return { names: names.split(" "), type: "integer", apply, needs };
}

function boolean(names: string, to?: Holding<boolean> | Apply, needs?: Feature): Flag {
  const apply = typeof to === "string" ? setting(to, (value) => value === "true") : to;
  return { names: names.split(" "), type: "boolean", apply, needs };
}

function setting<Key extends keyof Options>(
  property: Key,
  convert: (value: string) => Options[Key],
): Apply {
  return (options, value) => {
    options[property] = convert(value);
  };
}
