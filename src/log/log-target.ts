/** Where log lines can go: what a console, a file and a syslog daemon have in common. */

import type { LogLevel } from "./logger.ts";

/** Takes lines without ever waiting for whoever is behind it. */
export interface LogTarget {
  /** `text` has no line break at its end. */
  write(level: LogLevel, text: string): void;
  /** Resolves once the lines so far are out, or cannot be got out. Never rejects. */
  flush(): Promise<void>;
  /**
   * Lines come faster than they can be written, though they are being written: whoever causes many of
   * them had better wait a little. Never true while nothing moves, as waiting would not help.
   */
  readonly isBehind?: boolean;
  /** Flushes and lets go; lines that come later are dropped. Never rejects. */
  close(): Promise<void>;
  /**
   * Begins the file of this name anew, after somebody has moved the old one away. Only files can.
   *
   * @throws LogTargetError when that fails; lines still go where they went before.
   */
  reopen?(): Promise<void>;
}

/** Tells somebody outside of a target that it is in trouble; resolves when that is said. */
export type TroubleReport = (level: LogLevel, text: string) => Promise<void>;

/**
 * A target cannot be opened. The message is nats-server's, which prints it on standard error behind
 * a date (see `startupErrorLine`) and exits with 1.
 */
export class LogTargetError extends Error {
  override readonly name = "LogTargetError";
}
