/**
 * Log lines. Levels and their order are nats-server's; where lines go is the sink's business.
 */

export type LogLevel = "info" | "warn" | "error" | "fatal" | "debug" | "trace";

/** Receives each line that is to be logged. `text` has no line break at its end. */
export type LogSink = (level: LogLevel, text: string) => void;

export class Logger {
  /** Whether debug lines are wanted; ask before building a costly text. */
  readonly debugging: boolean;
  /** Whether protocol traces are wanted. */
  readonly tracing: boolean;
  readonly #sink: LogSink | null;

  /** @param sink null for silence. */
  constructor(sink: LogSink | null, levels: { debug: boolean; trace: boolean }) {
    this.#sink = sink;
    this.debugging = sink !== null && levels.debug;
    this.tracing = sink !== null && levels.trace;
  }

  info(text: string): void {
    this.#sink?.("info", text);
  }

  warn(text: string): void {
    this.#sink?.("warn", text);
  }

  error(text: string): void {
    this.#sink?.("error", text);
  }

  fatal(text: string): void {
    this.#sink?.("fatal", text);
  }

  debug(text: string): void {
    if (this.debugging) this.#sink?.("debug", text);
  }

  trace(text: string): void {
    if (this.tracing) this.#sink?.("trace", text);
  }
}
