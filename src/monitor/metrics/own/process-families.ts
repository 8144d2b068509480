/** The process, under the names that Prometheus's own libraries use. */

import type { Exposition } from "../exposition.ts";

const MICROS_PER_SECOND = 1e6;
const MS_PER_SECOND = 1000;
const BYTES_PER_KIB = 1024;
const OPEN_FILES = "/proc/self/fd";
const IS_LINUX = process.platform === "linux";

/** What only Linux tells; undefined for what is not known. */
export interface LinuxFacts {
  readonly openFiles: number | undefined;
  readonly maxFiles: number | undefined;
  readonly virtualBytes: number | undefined;
}

export async function linuxFacts(): Promise<LinuxFacts> {
  if (!IS_LINUX) return { openFiles: undefined, maxFiles: undefined, virtualBytes: undefined };
  const [openFiles, limits, status] = await Promise.all([
    openFileCount(),
    readText("/proc/self/limits"),
    readText("/proc/self/status"),
  ]);
  const virtualKib = numberIn(status, /^VmSize:\s+(\d+) kB$/m);
  return {
    openFiles,
    maxFiles: numberIn(limits, /^Max open files\s+(\d+)/m),
    virtualBytes: virtualKib === undefined ? undefined : virtualKib * BYTES_PER_KIB,
  };
}

export function processFamilies(
  text: Exposition,
  { openFiles, maxFiles, virtualBytes }: LinuxFacts,
): void {
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) / MICROS_PER_SECOND;
  text.single("process_cpu_seconds_total", "counter", "Time of processors.", cpu, "seconds");
  const resident = process.memoryUsage.rss();
  text.single("process_resident_memory_bytes", "gauge", "Resident memory.", resident, "bytes");
  const startedAt = performance.timeOrigin / MS_PER_SECOND;
  text.single("process_start_time_seconds", "gauge", "Start, since 1970.", startedAt, "seconds");
  if (virtualBytes !== undefined) {
    text.single("process_virtual_memory_bytes", "gauge", "Virtual memory.", virtualBytes, "bytes");
  }
  if (openFiles !== undefined) {
    text.single("process_open_fds", "gauge", "Open file descriptors.", openFiles);
  }
  if (maxFiles !== undefined) {
    text.single("process_max_fds", "gauge", "File descriptors that may be open.", maxFiles);
  }
}

/** Kernels from 6.2 on tell it as the size of the folder; before, all names have to be read. */
async function openFileCount(): Promise<number | undefined> {
  try {
    const { size } = await Bun.file(OPEN_FILES).stat();
    if (size > 0) return size;
    const { readdir } = await import("node:fs/promises");
    return (await readdir(OPEN_FILES)).length;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch {
    return "";
  }
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
