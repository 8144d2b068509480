/** Chooses and opens what the log goes to, at the start and when the configuration is reloaded. */

import { ConsoleTarget } from "./console-target.ts";
import { FileTarget } from "./file-target.ts";
import { DEFAULT_LOG_SETTINGS, type LogSettings } from "./log-settings.ts";
import type { LogTarget, TroubleReport } from "./log-target.ts";
import type { Logger } from "./logger.ts";
import { parseSyslogAddress } from "./syslog-address.ts";
import type { SyslogDialer } from "./syslog-socket.ts";

/** Where a system has its log elsewhere than in syslog. */
export interface LogPlatform {
  /**
   * The Windows event log.
   *
   * @param machine whose log it is; "" for this one.
   */
  openEventLog?(settings: Readonly<LogSettings>, machine: string): Promise<LogTarget>;
}

/** What decides where lines go and how they look; the rest of the settings only filters them. */
export const TARGET_KEYS = [
  "logFile",
  "remoteSyslog",
  "syslog",
  "logFormat",
  "logtime",
  "logtimeUtc",
  "logSizeLimit",
  "logfileMaxNum",
] as const satisfies readonly (keyof LogSettings)[];

/**
 * Opens the first that is set of log file, remote syslog and syslog, and otherwise standard error,
 * which is nats-server's order.
 *
 * @throws LogTargetError when it cannot be opened.
 */
export async function openLog(
  settings: Readonly<LogSettings>,
  platform: LogPlatform = {},
): Promise<LogTarget> {
  if (settings.logFile !== "") return FileTarget.open(settings, reportOnConsole(settings));
  if (settings.remoteSyslog === "" && !settings.syslog) return ConsoleTarget.open(settings);
  if (platform.openEventLog !== undefined) {
    return platform.openEventLog(settings, settings.remoteSyslog);
  }
  return openSyslog(settings);
}

/**
 * Gives a logger new settings. Lines that were logged before still go to the old target; it is
 * replaced only when the new settings ask for another one.
 *
 * @throws LogTargetError when the new target cannot be opened; the old one and its levels stay.
 */
export async function reconfigureLog(
  logger: Logger,
  from: Readonly<LogSettings>,
  to: Readonly<LogSettings>,
  platform: LogPlatform = {},
): Promise<void> {
  if (TARGET_KEYS.every((key) => from[key] === to[key])) {
    await logger.configure(to);
    return;
  }
  // Both may be the same file: what waits for the old target comes first.
  await logger.flush();
  await logger.configure(to, await openLog(to, platform));
}

async function openSyslog(settings: Readonly<LogSettings>): Promise<LogTarget> {
  const { SyslogTarget } = await import("./syslog-target.ts");
  const { createLocalFormat, createRemoteFormat, DAEMON_FACILITY } = await import(
    "./syslog-line.ts"
  );
  const report = reportOnConsole(settings);
  const { remoteSyslog } = settings;
  if (remoteSyslog === "") {
    const { localDialer } = await import("./syslog-local.ts");
    const format = await createLocalFormat(DAEMON_FACILITY);
    return SyslogTarget.open("Syslog", localDialer(), format, report);
  }
  const dial = await remoteDialer(remoteSyslog);
  const isLocal = remoteSyslog.toLowerCase().startsWith("unix:");
  const format = isLocal ? await createLocalFormat(0) : await createRemoteFormat();
  return SyslogTarget.open(`Syslog "${remoteSyslog}"`, dial, format, report);
}

async function remoteDialer(url: string): Promise<SyslogDialer> {
  const address = parseSyslogAddress(url);
  if (address.network === "udp") {
    const { udpDialer } = await import("./syslog-udp.ts");
    return udpDialer(address.host, address.port);
  }
  const { streamDialer } = await import("./syslog-stream.ts");
  return streamDialer(address);
}

/** Trouble of a target is told on standard error, which is opened for the first line of it. */
function reportOnConsole(settings: Readonly<LogSettings>): TroubleReport {
  let opening: Promise<ConsoleTarget> | undefined;
  return async (level, text) => {
    const { logtime, logtimeUtc, logFormat } = settings;
    opening ??= ConsoleTarget.open({ ...DEFAULT_LOG_SETTINGS, logtime, logtimeUtc, logFormat });
    (await opening).write(level, text);
  };
}
