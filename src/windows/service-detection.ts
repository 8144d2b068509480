/**
 * Tells whether the process has been started by the service control manager: its parent is then
 * `services.exe` of session 0.
 *
 * The names of processes come from a list of all of them, as a service that runs under an account of
 * few rights may not ask about its parent alone.
 */

import { openSystemCalls } from "./advapi.ts";
import { fromWide } from "./layouts.ts";
import type { SystemCalls } from "./system-calls.ts";

const SERVICE_MANAGER = "services.exe";
const SYSTEM_PROCESS_INFORMATION = 5;
const STATUS_SUCCESS = 0;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
/** Room for a thousand processes at first, and at most for what no machine has. */
const LIST_BYTES_MIN = 512 * 1024;
const LIST_BYTES_MAX = 256 * 1024 * 1024;

/** Where the fields of a SYSTEM_PROCESS_INFORMATION are, in bytes. */
const NEXT_ENTRY_OFFSET = 0x00;
const NAME_LENGTH = 0x38;
const NAME_ADDRESS = 0x40;
const PROCESS_ID = 0x50;
const PARENT_ID = 0x58;
const SESSION_ID = 0x64;
const ENTRY_BYTES = 0x68;

/** One process of the list. */
interface ProcessEntry {
  readonly id: number;
  readonly parentId: number;
  readonly sessionId: number;
  readonly name: string;
}

/** Tells whether this process runs as a service. NATS_DOCKERIZED=1 says that it does not. */
export async function isWindowsService(): Promise<boolean> {
  if (process.platform !== "win32" || process.env.NATS_DOCKERIZED === "1") return false;
  return hasServiceParent(await openSystemCalls(), process.pid);
}

/** Tells whether a process is a child of the service control manager. */
export async function hasServiceParent(
  calls: Pick<SystemCalls, "NtQuerySystemInformation">,
  id: number,
): Promise<boolean> {
  const { ptr } = await import("bun:ffi");
  const list = readProcessList(calls);
  if (list === undefined) return false;
  const entries = processEntries(list, BigInt(ptr(list)));
  const own = entries.find((entry) => entry.id === id);
  const parent = entries.find((entry) => entry.id === own?.parentId);
  return parent?.sessionId === 0 && parent.name.toLowerCase() === SERVICE_MANAGER;
}

/** The system's list of processes, or undefined when it cannot be had. */
function readProcessList(
  calls: Pick<SystemCalls, "NtQuerySystemInformation">,
): Uint8Array | undefined {
  const needed = new Uint32Array(1);
  for (let size = LIST_BYTES_MIN; size <= LIST_BYTES_MAX; size *= 2) {
    const list = new Uint8Array(size);
    const status = calls.NtQuerySystemInformation(SYSTEM_PROCESS_INFORMATION, list, size, needed);
    if (status === STATUS_SUCCESS) return list;
    if (status !== STATUS_INFO_LENGTH_MISMATCH) return undefined;
  }
  return undefined;
}

/** Reads a list of processes that the system has written to `address`. */
function processEntries(list: Uint8Array, address: bigint): ProcessEntry[] {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const entries: ProcessEntry[] = [];
  let at = 0;
  while (at + ENTRY_BYTES <= list.byteLength) {
    const name = Number(view.getBigUint64(at + NAME_ADDRESS, true) - address);
    entries.push({
      id: Number(view.getBigUint64(at + PROCESS_ID, true)),
      parentId: Number(view.getBigUint64(at + PARENT_ID, true)),
      sessionId: view.getUint32(at + SESSION_ID, true),
      name: textAt(list, name, view.getUint16(at + NAME_LENGTH, true)),
    });
    const next = view.getUint32(at + NEXT_ENTRY_OFFSET, true);
    if (next === 0) break;
    at += next;
  }
  return entries;
}

/** A text within the list; "" for one that is not. The idle process has none. */
function textAt(list: Uint8Array, offset: number, bytes: number): string {
  if (offset < 0 || offset + bytes > list.byteLength) return "";
  return fromWide(new Uint16Array(list.slice(offset, offset + bytes).buffer), bytes / 2);
}
