/** What the server says about itself, and where: logs, files, monitoring, profiling. */

export interface LoggingOptions {
  /** Log at debug level. */
  debug: boolean;
  /** Log every protocol line. */
  trace: boolean;
  /** Also those of the system account. */
  traceVerbose: boolean;
  /** Of payloads only the headers. */
  traceHeaders: boolean;
  /** Payload bytes shown per message in a trace; 0 means all. */
  maxTracedMsgLen: number;
  /** Times in front of log lines. */
  logtime: boolean;
  logtimeUtc: boolean;
  /** Empty means no file, here and below. */
  logFile: string;
  /** Bytes after which the log file is rotated; 0 for never. */
  logSizeLimit: number;
  /** Log files kept, the current one included; 0 means all. */
  logfileMaxNum: number;
  /** An object per line instead of nats-server's format. */
  logFormat: "text" | "json";
  syslog: boolean;
  remoteSyslog: string;
}

export interface MonitoringOptions {
  /** Empty means the clients' host. */
  httpHost: string;
  /** 0 means off, -1 any free port. */
  httpPort: number;
  httpsPort: number;
  httpBasePath: string;
  profPort: number;
  profBlockRate: number;
}

export interface FileOptions {
  pidFile: string;
  portsFileDir: string;
}

export const DEFAULT_LOGGING: Readonly<LoggingOptions> = {
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
  logFormat: "text",
  syslog: false,
  remoteSyslog: "",
};

export const DEFAULT_MONITORING: Readonly<MonitoringOptions> = {
  httpHost: "",
  httpPort: 0,
  httpsPort: 0,
  httpBasePath: "",
  profPort: 0,
  profBlockRate: 0,
};

export const DEFAULT_FILES: Readonly<FileOptions> = { pidFile: "", portsFileDir: "" };
