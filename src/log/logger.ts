/**
 * Log lines. Levels and their order are nats-server's; where lines go is the target's business.
 *
 * Levels and target can change while the server runs, so whoever keeps a copy of `tracing` or
 * `debugging` has to renew it after a reload.
 */

import type { LogTail } from "./log-tail.ts";
import { type LogTarget, LogTargetError } from "./log-target.ts";

export type LogLevel = "info" | "warn" | "error" | "fatal" | "debug" | "trace";

/** Receives each line that is to be logged. `text` has no line break at its end. */
export type LogSink = (level: LogLevel, text: string) => void;

/** What is logged, and how much of it is shown. */
export interface LogLevels {
  debug: boolean;
  trace: boolean;
  traceVerbose?: boolean;
  traceHeaders?: boolean;
  maxTracedMsgLen?: number;
}

export class Logger {
  /** Whether debug lines are wanted; ask before building a costly text. */
  debugging = false;
  /** Whether protocol traces are wanted. */
  tracing = false;
  /** Whether the system account's own traffic is traced too. */
  tracingVerbose = false;
  /** Whether traces show only the headers of messages. */
  traceHeaders = false;
  /** Bytes of a payload that traces show; 0 means all. */
  maxTracedMsgLen = 0;
  /** Keeps the last lines, but for traces, while somebody may want to see them. */
  tail: LogTail | null = null;
  /** Lines since the beginning. */
  readonly counts: Record<LogLevel, number> = {
    info: 0,
    warn: 0,
    error: 0,
    fatal: 0,
    debug: 0,
    trace: 0,
  };
  #target: LogTarget | null;

  /** @param target a function for lines that need no further care; null for silence. */
  constructor(target: LogTarget | LogSink | null, levels: LogLevels) {
    this.#target = typeof target === "function" ? new FunctionTarget(target) : target;
    this.#setLevels(levels);
  }

  info(text: string): void {
    this.#write("info", text);
  }

  warn(text: string): void {
    this.#write("warn", text);
  }

  error(text: string): void {
    this.#write("error", text);
  }

  fatal(text: string): void {
    this.#write("fatal", text);
  }

  debug(text: string): void {
    if (this.debugging) this.#write("debug", text);
  }

  trace(text: string): void {
    if (this.tracing) this.#write("trace", text);
  }

  /**
   * Takes new levels and, when one is given, a new target. Resolves when the old target has written
   * what it had and is closed; lines go to the new one from this call on.
   */
  async configure(levels: LogLevels, target: LogTarget | null = this.#target): Promise<void> {
    const previous = this.#target;
    this.#target = target;
    this.#setLevels(levels);
    if (previous !== target) await previous?.close();
  }

  /** True when lines should come more slowly, see `LogTarget.isBehind`. */
  get isBehind(): boolean {
    return this.#target?.isBehind ?? false;
  }

  /** Begins the log file anew, as nats-server does on SIGUSR1. */
  async reopen(): Promise<void> {
    const target = this.#target;
    if (target?.reopen === undefined) {
      this.info("File log re-open ignored, not a file logger");
      return;
    }
    try {
      await target.reopen();
      this.info("File log re-opened");
    } catch (error) {
      if (!(error instanceof LogTargetError)) throw error;
      this.error(`File log not re-opened: ${error.message}`);
    }
  }

  /** Resolves once every line so far is out, or cannot be got out. For the end of the process. */
  async flush(): Promise<void> {
    await this.#target?.flush();
  }

  /** Flushes, and drops all later lines. */
  async close(): Promise<void> {
    const target = this.#target;
    this.#target = null;
    this.#setLevels({ debug: false, trace: false });
    await target?.close();
  }

  #write(level: LogLevel, text: string): void {
    this.counts[level]++;
    this.#target?.write(level, text);
    this.tail?.add(level, text);
  }

  #setLevels(levels: LogLevels): void {
    const isHeard = this.#target !== null;
    this.debugging = isHeard && levels.debug;
    this.tracing = isHeard && levels.trace;
    this.tracingVerbose = this.tracing && (levels.traceVerbose ?? false);
    this.traceHeaders = levels.traceHeaders ?? false;
    this.maxTracedMsgLen = levels.maxTracedMsgLen ?? 0;
  }
}

/** A function as a target: lines are its business as soon as it has them. */
class FunctionTarget implements LogTarget {
  readonly write: LogSink;

  constructor(sink: LogSink) {
    this.write = sink;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}
