/** What the server says about itself beside its log: monitoring, profiling, files. */

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

export const DEFAULT_MONITORING: Readonly<MonitoringOptions> = {
  httpHost: "",
  httpPort: 0,
  httpsPort: 0,
  httpBasePath: "",
  profPort: 0,
  profBlockRate: 0,
};

export const DEFAULT_FILES: Readonly<FileOptions> = { pidFile: "", portsFileDir: "" };
