/**
 * What this process uses of the machine.
 *
 * The share of the processor is that of the last window, which begins when somebody asks and the last
 * one is a second old. While somebody asks, a timer ends a window each second, as in nats-server; a
 * server that nobody watches has no such timer.
 */

/** Length of a window. */
const WINDOW_MS = 1000;
/** The timer goes on for so long after the last question. */
const WATCHED_MS = 10_000;

export interface ProcessUse {
  /** Percent of one core, one digit after the point. */
  readonly cpu: number;
  /** Resident memory in bytes. */
  readonly memory: number;
}

/** When the window under way began, the first one with the process, and what had been used until then. */
let begin = 0;
let usedMs = 0;
let cpu = 0;
let askedAt = 0;
let timer: Timer | undefined;

/** One server's is that of the process, whatever else runs in it. */
export function processUse(): ProcessUse {
  askedAt = performance.now();
  if (askedAt - begin >= WINDOW_MS) endWindow();
  if (timer === undefined) {
    timer = setInterval(tick, WINDOW_MS);
    timer.unref();
  }
  return { cpu, memory: process.memoryUsage.rss() };
}

function tick(): void {
  endWindow();
  if (performance.now() - askedAt < WATCHED_MS) return;
  clearInterval(timer);
  timer = undefined;
}

function endWindow(): void {
  const now = performance.now();
  const used = cpuMs();
  // Whole tenths, as nats-server counts them.
  if (now > begin) cpu = Math.floor(((used - usedMs) / (now - begin)) * 1000) / 10;
  begin = now;
  usedMs = used;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
