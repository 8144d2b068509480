/** What the server says about itself beside its log: monitoring, profiling, files. */

import type { OtlpOptions } from "./otlp.ts";

/** Who may do things in the dashboard. */
export interface MonitorAuth {
  user: string;
  /** In clear or bcrypt. */
  password: string;
}

export interface MonitoringOptions {
  /** Empty means the clients' host. */
  httpHost: string;
  /** 0 means off, -1 any free port. */
  httpPort: number;
  httpsPort: number;
  httpBasePath: string;
  /** Names by which the dashboard may be reached, beside those that nobody else can have. */
  monitorHosts: string[];
  /** Null: the dashboard only shows things. */
  monitorAuth: MonitorAuth | null;
  /** Null: no spans are made. */
  otlp: OtlpOptions | null;
  profPort: number;
  profBlockRate: number;
}

export interface FileOptions {
  pidFile: string;
  portsFileDir: string;
}

export const DEFAULT_MONITORING: Readonly<MonitoringOptions> = {
  httpHost: "",
  httpPort: 0,
  httpsPort: 0,
  httpBasePath: "",
  monitorHosts: [],
  monitorAuth: null,
  otlp: null,
  profPort: 0,
  profBlockRate: 0,
};

export const DEFAULT_FILES: Readonly<FileOptions> = { pidFile: "", portsFileDir: "" };
