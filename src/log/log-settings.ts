/** What an operator can say about the log. Names are those of the configuration file in camelCase. */

/** Sizes are bytes; an empty string and 0 mean "not set". */
export interface LogSettings {
  /** Log at debug level. */
  debug: boolean;
  /** Log every protocol line. */
  trace: boolean;
  /** Trace the system account's own traffic too. */
  traceVerbose: boolean;
  /** Show only the headers of messages in a trace. */
  traceHeaders: boolean;
  /** Payload bytes shown per message in a trace; 0 means all. */
  maxTracedMsgLen: number;
  /** Begin lines with the time. */
  logtime: boolean;
  /** Give the time in UTC instead of the local zone. */
  logtimeUtc: boolean;
  /** File to log to instead of standard error. */
  logFile: string;
  /** Size above which the file is set aside and a new one begun. */
  logSizeLimit: number;
  /** Files kept, the current one included. */
  logfileMaxNum: number;
  /** Log to the system's log: syslog, on Windows the event log. */
  syslog: boolean;
  /** `udp://host:port`, `tcp://host:port` or `unix:///path` of a syslog daemon. */
  remoteSyslog: string;
  /** How lines look in a file and on standard error. */
  logFormat: "text" | "json";
}

export const DEFAULT_LOG_SETTINGS: Readonly<LogSettings> = {
  debug: false,
  trace: false,
  traceVerbose: false,
  traceHeaders: false,
  maxTracedMsgLen: 0,
  logtime: true,
  logtimeUtc: false,
  logFile: "",
  logSizeLimit: 0,
  logfileMaxNum: 0,
  syslog: false,
  remoteSyslog: "",
  logFormat: "text",
};
