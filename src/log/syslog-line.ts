/**
 * Lines for syslog daemons, as Go's syslog package writes them:
 *
 *     <29>Jan  2 12:34:56 nats-server[4242]: Server is ready
 *     <5>2026-01-02T12:34:56Z host nats-server[4242]: Server is ready
 *
 * The first form is for a daemon on this machine, reached by a Unix socket, the second for others.
 * Time and level of the text format do not appear, as syslog has its own.
 */

import type { LogLevel } from "./logger.ts";
import { createRemoteStamp, createSyslogStamp } from "./timestamp.ts";

export type SyslogFormat = (level: LogLevel, text: string) => string;

/** Facility "daemon", for the system's own log. Other daemons get facility 0. */
export const DAEMON_FACILITY = 3 << 3;

const SEVERITIES: Readonly<Record<LogLevel, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 5,
  trace: 5,
  debug: 7,
};

/** @param facility added to the severity. */
export async function createLocalFormat(facility: number): Promise<SyslogFormat> {
  const stamp = await createSyslogStamp();
  const tag = syslogTag();
  return (level, text) => `<${facility + SEVERITIES[level]}>${stamp()} ${tag}: ${ended(text)}`;
}

export async function createRemoteFormat(): Promise<SyslogFormat> {
  const stamp = await createRemoteStamp();
  const { hostname } = await import("node:os");
  const source = `${hostname()} ${syslogTag()}`;
  return (level, text) => `<${SEVERITIES[level]}>${stamp()} ${source}: ${ended(text)}`;
}

/** Name the program was started by, and its process id. */
function syslogTag(): string {
  const program = process.argv0.split("/").findLast((part) => part !== "") ?? "";
  return `${program}[${process.pid}]`;
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
