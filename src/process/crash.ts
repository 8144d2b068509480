/**
 * The end by a fault of ours: an exception or a rejected promise that nobody has taken. It is logged
 * with its stack, and the process ends with the code of a Go program that panics.
 *
 * To go on would mean to serve from a state nobody knows; whatever supervises the process restarts it.
 */

import { flushLog, type ProcessLog } from "./process-log.ts";

/** Exit code of a crash, as that of Go's runtime. */
export const CRASH_CODE = 2;

/** A fault is described by the beginning of its text: enough for the stack, and never a payload. */
const TEXT_LENGTH_MAX = 8192;

/** From now on the first fault that nobody handles ends the process. */
export function trapCrashes(log: ProcessLog): void {
  let isCrashing = false;
  const crash = (what: string, fault: unknown): void => {
    if (isCrashing) return;
    isCrashing = true;
    void end(log, `${what}: ${describeFault(fault)}`);
  };
  process.on("uncaughtException", (fault) => crash("Uncaught exception", fault));
  process.on("unhandledRejection", (fault) => crash("Unhandled rejection", fault));
}

async function end(log: ProcessLog, text: string): Promise<void> {
  try {
    log.fatal(text);
    await flushLog(log);
  } finally {
    // Also when the log is what has failed.
    process.exit(CRASH_CODE);
  }
}

/**
 * Name, message and stack of an error. Nothing else of it is shown, and nothing of objects that are
 * no errors: their properties may hold what must not be logged.
 */
export function describeFault(fault: unknown): string {
  return describe(fault).slice(0, TEXT_LENGTH_MAX);
}

function describe(fault: unknown): string {
  if (fault instanceof Error) {
    const title = `${fault.name}: ${fault.message}`;
    const stack = fault.stack ?? "";
    return stack.includes(fault.message) && stack !== "" ? stack : `${title}\n${stack}`;
  }
  if (typeof fault === "object" && fault !== null) return `a thrown ${fault.constructor?.name}`;
  return `a thrown ${typeof fault}: ${String(fault)}`;
}
