/** Memory of another process. */

import { readFileSync } from "node:fs";

const KIB = 1024;

/** Bytes that are resident. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * KIB;
}
