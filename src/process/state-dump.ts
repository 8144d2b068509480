/** What a process shows of itself when SIGQUIT or SIGABRT end it: enough to see what it was at. */

const MIB = 1024 * 1024;

/** Facts about a server, by name, in the order in which they are shown. */
export type Facts = Readonly<Record<string, string | number>>;

/** @param signal what asked for it, such as `SIGQUIT: quit`: the first line. */
export function describeState(signal: string, facts: Facts): string {
  const memory = process.memoryUsage();
  const all: Facts = {
    pid: process.pid,
    uptime: `${Math.round(process.uptime())}s`,
    "resident memory": mebibytes(memory.rss),
    heap: `${mebibytes(memory.heapUsed)} of ${mebibytes(memory.heapTotal)}`,
    "outside the heap": mebibytes(memory.external),
    ...facts,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`);
  return `${signal}\n\n${lines.join("")}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
