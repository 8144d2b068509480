/**
 * Standard error as a log sink, in nats-server's line format:
 *
 *     [4242] 2026/01/31 12:34:56.123456 [INF] Server is ready
 *
 * It writes through Bun's own file sink: `process.stderr` would keep Node's stream library, some
 * seven megabytes, in memory for as long as the server runs.
 */

import type { LogLevel, LogSink } from "./logger.ts";

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

/** A sink that writes to standard error, coloured where that is a character device. */
export async function consoleSink(): Promise<LogSink> {
  const coloured = await isTerminal();
  const stderr = Bun.stderr.writer();
  return (level, text) => {
    stderr.write(formatLine(level, text, coloured));
    void stderr.flush();
  };
}

/** One line as it is written, with its line break. */
export function formatLine(level: LogLevel, text: string, coloured: boolean): string {
  const label = LABELS[level];
  const shown = coloured ? `\x1b[${COLOURS[level]}m${label}\x1b[0m` : label;
  return `[${process.pid}] ${timestamp()} [${shown}] ${text}\n`;
}

async function isTerminal(): Promise<boolean> {
  try {
    return (await Bun.stderr.stat()).isCharacterDevice();
  } catch {
    // Standard error is closed.
    return false;
  }
}

/** Local time to the microsecond. */
function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const date = new Date(now);
  const day = `${date.getFullYear()}/${pad(date.getMonth() + 1)}/${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const micros = Math.floor((now % 1000) * 1000);
  return `${day} ${time}.${String(micros).padStart(6, "0")}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
