/** Faults of files in Go's words, which scripts that read nats-server's log look for. */

import { goErrorText } from "../log/go-error.ts";

/** `open /run/x.pid: permission denied` */
export function describeFileError(operation: string, path: string, error: unknown): string {
  return `${operation} ${path}: ${goErrorText(error)}`;
}

/** Whether a file that was to be written could not even be opened: a full disk shows only later. */
export function failedCall(error: unknown): "open" | "write" {
  return (error as { syscall?: string }).syscall === "write" ? "write" : "open";
}
