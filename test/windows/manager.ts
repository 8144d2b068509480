/** The service control manager of `manager.c`, compiled in memory: a table of calls like Windows's. */

import { type ConvertFns, cc, linkSymbols, type Pointer, toArrayBuffer } from "bun:ffi";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromWide } from "../../src/windows/layouts.ts";
import { ADVAPI32, KERNEL32 } from "../../src/windows/system-calls.ts";

const STATUS_BYTES = 28;
const NAME_BYTES = 512;

const SIGNATURES = {
  CloseServiceHandle: ADVAPI32.CloseServiceHandle,
  ControlService: ADVAPI32.ControlService,
  OpenSCManagerW: ADVAPI32.OpenSCManagerW,
  OpenServiceW: ADVAPI32.OpenServiceW,
  QueryServiceStatus: ADVAPI32.QueryServiceStatus,
  RegisterServiceCtrlHandlerW: ADVAPI32.RegisterServiceCtrlHandlerW,
  SetServiceStatus: ADVAPI32.SetServiceStatus,
  CreateThread: KERNEL32.CreateThread,
  FormatMessageW: KERNEL32.FormatMessageW,
  GetLastError: KERNEL32.GetLastError,
  GetModuleHandleW: KERNEL32.GetModuleHandleW,
  GetProcAddress: KERNEL32.GetProcAddress,
  RegisterWaitForSingleObject: KERNEL32.RegisterWaitForSingleObject,
  reset: { args: [], returns: "void" },
  set_connection_refused: { args: ["i32"], returns: "void" },
  set_access_denied: { args: ["i32"], returns: "void" },
  set_delayed_queries: { args: ["u32"], returns: "void" },
  get_history_length: { args: [], returns: "u32" },
  get_history: { args: [], returns: "ptr" },
  get_service_name: { args: [], returns: "ptr" },
  get_rights: { args: [], returns: "u32" },
  get_open_handles: { args: [], returns: "u32" },
} as const;

/**
 * Compiles the manager. Functions compiled by Bun take their arguments another way than those of a
 * library do, and lose large numbers on it, so their addresses are linked as a library's would be.
 */
function compile(): ConvertFns<typeof SIGNATURES> {
  const source = join(import.meta.dir, "manager.c");
  const folder = provideLibc();
  const flags = `-L${folder}`;
  const compiled: Record<string, object> = cc({ source, flags, symbols: SIGNATURES }).symbols;
  rmSync(folder, { recursive: true });
  const linked = Object.entries(SIGNATURES).map(([name, signature]) => {
    const { ptr } = compiled[name] as { ptr: Pointer };
    return [name, { ...signature, ptr }] as const;
  });
  return linkSymbols(Object.fromEntries(linked)).symbols as unknown as ConvertFns<
    typeof SIGNATURES
  >;
}

/**
 * A folder with a `libc.so`, which the linker wants and which only machines for C programmers have:
 * a link to the library that is loaded here.
 */
function provideLibc(): string {
  const folder = mkdtempSync(join(tmpdir(), "nats-server-libc-"));
  if (process.platform !== "linux") return folder;
  const [loaded] = /\/\S+\/(?:libc\.so\.6|ld-musl-\S+)$/m.exec(
    readFileSync("/proc/self/maps", "utf8"),
  )!;
  symlinkSync(loaded, join(folder, "libc.so"));
  return folder;
}

const symbols = compile();

/** The calls of services and of those who control them. */
export const managerCalls = symbols;

/** What the manager has seen, and how it behaves. */
export const manager = {
  reset: symbols.reset,
  refuseConnection: () => symbols.set_connection_refused(1),
  denyAccess: () => symbols.set_access_denied(1),
  delayQueries: (count: number) => symbols.set_delayed_queries(count),

  /** Every status that has been reported, as hexadecimal bytes of its fields. */
  history(): number[][] {
    const bytes = toArrayBuffer(
      symbols.get_history() as Pointer,
      0,
      Math.max(symbols.get_history_length() * STATUS_BYTES, 1),
    );
    return Array.from({ length: symbols.get_history_length() }, (_, i) => [
      ...new Uint32Array(bytes.slice(i * STATUS_BYTES, (i + 1) * STATUS_BYTES)),
    ]);
  },

  /** The name in the table of services. */
  serviceName(): string {
    const bytes = toArrayBuffer(symbols.get_service_name() as Pointer, 0, NAME_BYTES);
    return fromWide(new Uint16Array(bytes));
  },

  rightsAsked: () => symbols.get_rights(),
  openHandles: () => symbols.get_open_handles(),
};
