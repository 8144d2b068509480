/**
 * Standard error as a log sink, in nats-server's line format:
 *
 *     [4242] 2026/01/31 12:34:56.123456 [INF] Server is ready
 *
 * It writes through Bun's own file sink: `process.stderr` would keep Node's stream library, some
 * seven megabytes, in memory for as long as the server runs.
 */

import type { LogLevel, LogSink } from "./logger.ts";
import { createTimestamp } from "./timestamp.ts";

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
  const timestamp = await createTimestamp();
  const stderr = Bun.stderr.writer();
  return (level, text) => {
    const label = coloured ? `\x1b[${COLOURS[level]}m${LABELS[level]}\x1b[0m` : LABELS[level];
    stderr.write(`[${process.pid}] ${timestamp()} [${label}] ${text}\n`);
    void stderr.flush();
  };
}

async function isTerminal(): Promise<boolean> {
  try {
    return (await Bun.stderr.stat()).isCharacterDevice();
  } catch {
    // Standard error is closed.
    return false;
  }
}
