/**
 * A log line in nats-server's format, or as a JSON object:
 *
 *     [4242] 2026/01/31 12:34:56.123456 [INF] Server is ready
 *     {"time":"2026-01-31T12:34:56.123456Z","level":"info","pid":4242,"msg":"Server is ready"}
 *
 * Lines about a connection begin with its address and id. In JSON these are the field `conn`, and
 * what the client has said of itself is the field `client`:
 *
 *     "conn":"127.0.0.1:50000 - cid:5","client":"\"v1.2:go:app\" - \"$G/user:u\"","msg":"<<- [PING]"
 */

import type { LogSettings } from "./log-settings.ts";
import type { LogLevel } from "./logger.ts";
import { createJsonStamp, createTimestamp } from "./timestamp.ts";

/** Gives the whole line, line break included. */
export type LineFormat = (level: LogLevel, text: string) => string;

export type LineSettings = Pick<LogSettings, "logtime" | "logtimeUtc" | "logFormat">;

const LABELS: Readonly<Record<LogLevel, string>> = {
  info: "INF",
  warn: "WRN",
  error: "ERR",
  fatal: "FTL",
  debug: "DBG",
  trace: "TRC",
};

/** Colour codes of the label on a terminal. */
const COLOURS: Readonly<Record<LogLevel, string>> = {
  info: "32",
  warn: "0;93",
  error: "31",
  fatal: "31",
  debug: "36",
  trace: "33",
};

/** `address - cid:N`, what the client calls itself in quotes, and the rest. */
const ABOUT_CONNECTION =
  /^([^ ]+:\d+ - [a-z]{3}(?:_ws)?:\d+)((?: - "(?:[^"\\]|\\.)*"(?= - ))*) - (.*)$/s;

/** @param coloured puts the colours of a terminal into the text format. */
export function createLineFormat(settings: LineSettings, coloured = false): Promise<LineFormat> {
  return settings.logFormat === "json"
    ? createJsonFormat(settings)
    : createTextFormat(settings, coloured);
}

async function createTextFormat(settings: LineSettings, coloured: boolean): Promise<LineFormat> {
  const prefix = `[${process.pid}] `;
  const labels = { ...LABELS };
  for (const level of Object.keys(labels) as LogLevel[]) {
    const label = LABELS[level];
    labels[level] = coloured ? `[\x1b[${COLOURS[level]}m${label}\x1b[0m]` : `[${label}]`;
  }
  if (!settings.logtime) return (level, text) => `${prefix}${labels[level]} ${text}\n`;
  const timestamp = await createTimestamp(settings.logtimeUtc);
  return (level, text) => `${prefix}${timestamp()} ${labels[level]} ${text}\n`;
}

async function createJsonFormat(settings: LineSettings): Promise<LineFormat> {
  const timestamp = settings.logtime ? await createJsonStamp(settings.logtimeUtc) : undefined;
  const pid = process.pid;
  return (level, text) => {
    const [, conn, client = "", msg = text] = ABOUT_CONNECTION.exec(text) ?? [];
    return `${JSON.stringify({
      time: timestamp?.(),
      level,
      pid,
      conn,
      client: client === "" ? undefined : client.slice(" - ".length),
      msg,
    })}\n`;
  };
}
