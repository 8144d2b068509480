/** Opens the libraries of Windows that hold the calls of this layer. */

import { ADVAPI32, KERNEL32, NTDLL, type SystemCalls } from "./system-calls.ts";

let opened: Promise<SystemCalls> | undefined;

/** The table of calls. Opening it twice gives the same one. */
export function openSystemCalls(): Promise<SystemCalls> {
  opened ??= open();
  return opened;
}

async function open(): Promise<SystemCalls> {
  const { dlopen } = await import("bun:ffi");
  // Every process has these three loaded, so no library of the same name can take their place.
  const calls = {
    ...dlopen("advapi32.dll", ADVAPI32).symbols,
    ...dlopen("kernel32.dll", KERNEL32).symbols,
    ...dlopen("ntdll.dll", NTDLL).symbols,
  };
  // The first call of a function does more than the others, and what it does could hide an error.
  calls.GetLastError();
  return calls;
}
