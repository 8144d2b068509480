/** What a process needs of its log: lines, and certainty that they are out before it ends. */

export interface ProcessLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  fatal(text: string): void;
  debug(text: string): void;
  /** Resolves when everything logged so far has been handed to the system. */
  flush?(): Promise<void>;
  /** Opens the log file anew and says so in it. */
  reopen?(): unknown;
}

/** A log that takes longer than this to write is not waited for. */
const FLUSH_MS_MAX = 1000;

/** Waits for what was logged, but not long: a stuck disk or pipe must not keep a process alive. */
export async function flushLog(log: ProcessLog): Promise<void> {
  if (log.flush === undefined) return;
  try {
    await Promise.race([log.flush(), Bun.sleep(FLUSH_MS_MAX)]);
  } catch {
    // The process ends, and there is no other place to complain.
  }
}
