/** All that a reload can apply, in nats-server's order. */

import type { Options } from "../../config/options/options.ts";
import { TARGET_KEYS } from "../../log/open-log.ts";
import { ClosedReason, ERR_MAX_CONNECTIONS } from "../../protocol/errors.ts";
import { authTimeoutMs } from "../effective-timeouts.ts";
import { ACCESS_STEPS, CREDENTIAL_STEPS } from "./reload-access.ts";
import { ROUTE_STEPS } from "./reload-cluster.ts";
import { LINK_STEPS } from "./reload-links.ts";
import { namedStep, plainStep, type Reloading, type Step, timeStep } from "./reload-step.ts";
import { OCSP_STEPS, TLS_STEPS } from "./reload-tls.ts";

const LOG_LEVEL_STEPS: readonly Step[] = [
  plainStep("trace", "trace"),
  plainStep("debug", "debug"),
  plainStep("traceVerbose", "trace_verbose"),
  plainStep("traceHeaders", "trace_headers"),
  plainStep("logtime", "logtime"),
  plainStep("logtimeUtc", "logtime_utc"),
];

const LIMIT_STEPS: readonly Step[] = [
  plainStep("maxControlLine", "max_control_line"),
  plainStep("maxPayload", "max_payload"),
  {
    value: ({ noFastProducerStall }) => noFastProducerStall,
    lines: ({ noFastProducerStall }) => [
      `Reloaded: fast producers will ${noFastProducerStall ? "not " : ""}be stalled`,
    ],
  },
];

const FILE_STEPS: readonly Step[] = [
  {
    // As in nats-server, a pid file that is no longer wanted stays, without a word.
    value: ({ pidFile }) => pidFile,
    lines: ({ pidFile }) => (pidFile === "" ? [] : [`Reloaded: pid_file = ${pidFile}`]),
    apply: ({ files, to }) => (to.pidFile === "" ? undefined : files.writePidFile(to.pidFile)),
  },
  plainStep("portsFileDir", "ports_file_dir", ({ files, to }) =>
    files.movePortsFile(to.portsFileDir),
  ),
  plainStep("logFile", "log_file"),
  // nats-server wants a restart for these two.
  plainStep("logSizeLimit", "log_size_limit"),
  plainStep("logfileMaxNum", "logfile_max_num"),
  plainStep("syslog", "syslog"),
  plainStep("remoteSyslog", "remote_syslog"),
  plainStep("logFormat", "log_format"),
];

export const STEPS: readonly Step[] = [
  {
    value: ({ clientAdvertise }) => clientAdvertise,
    lines: ({ clientAdvertise }) => [`Reload: client_advertise = ${clientAdvertise}`],
  },
  ...LOG_LEVEL_STEPS,
  plainStep("maxConnections", "max_connections", closeExcess),
  ...ACCESS_STEPS,
  ...CREDENTIAL_STEPS,
  timeStep("pingIntervalMs", "ping_interval"),
  plainStep("pingMax", "ping_max"),
  {
    value: authTimeoutMs,
    lines: (options) => [`Reloaded: authorization timeout = ${authTimeoutMs(options) / 1000}`],
  },
  ...LIMIT_STEPS,
  ...LINK_STEPS,
  plainStep("profBlockRate", "prof_block_rate"),
  plainStep("monitorHosts", "monitor_hosts"),
  namedStep(({ monitorAuth }) => monitorAuth, "Reloaded: monitor_auth"),
  namedStep(({ otlp }) => otlp, "Reloaded: otlp"),
  ...FILE_STEPS,
  ...ROUTE_STEPS,
  ...TLS_STEPS,
  timeStep("writeDeadlineMs", "write_deadline"),
  plainStep("maxTracedMsgLen", "max_traced_msg_len"),
  plainStep("connectErrorReports", "connect_error_reports"),
  plainStep("reconnectErrorReports", "reconnect_error_reports"),
  namedStep(({ serverTags }) => serverTags, "Reloaded: tags"),
  namedStep(({ serverMetadata }) => serverMetadata, "Reloaded: metadata"),
  ...OCSP_STEPS,
];

/** Options that make another log of it. */
export const LOGGING: readonly (keyof Options)[] = [
  "trace",
  "debug",
  "traceVerbose",
  "traceHeaders",
  ...TARGET_KEYS,
];

/** Any clients will do, as the order of a map of them has no meaning. */
function closeExcess({ server, to }: Reloading): void {
  const excess = [...server.clients.values()].slice(Math.max(to.maxConnections, 0));
  for (const client of excess) {
    client.closeWithError(ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
    server.log.error(`${client.label} - ${ERR_MAX_CONNECTIONS}`);
  }
  if (excess.length > 0) {
    server.log.info(`Closed ${excess.length} connections to fall within max_connections`);
  }
}
