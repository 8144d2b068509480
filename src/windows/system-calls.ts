/**
 * The calls of Windows that this layer makes, with their signatures.
 *
 * Everything here gets the table as an argument, so that its tests, on systems that have no such
 * calls, can hand in functions of the same signatures.
 */

import type { ConvertFns, FFIFunction } from "bun:ffi";

/** A handle or an address. */
const pointer = "ptr";
/** A key of the registry. The predefined ones are negative numbers, extended to 64 bits. */
const key = "i64";
const dword = "u32";
const word = "u16";
const bool = "i32";

type Library = Record<string, FFIFunction>;

export const ADVAPI32 = {
  OpenSCManagerW: { args: [pointer, pointer, dword], returns: pointer },
  OpenServiceW: { args: [pointer, pointer, dword], returns: pointer },
  CloseServiceHandle: { args: [pointer], returns: bool },
  ControlService: { args: [pointer, dword, pointer], returns: bool },
  QueryServiceStatus: { args: [pointer, pointer], returns: bool },
  RegisterServiceCtrlHandlerW: { args: [pointer, pointer], returns: pointer },
  SetServiceStatus: { args: [pointer, pointer], returns: bool },
  RegisterEventSourceW: { args: [pointer, pointer], returns: pointer },
  ReportEventW: {
    args: [pointer, word, word, dword, pointer, word, dword, pointer, pointer],
    returns: bool,
  },
  RegOpenKeyExW: { args: [key, pointer, dword, dword, pointer], returns: dword },
  RegCreateKeyExW: {
    args: [key, pointer, dword, pointer, dword, dword, pointer, pointer, pointer],
    returns: dword,
  },
  RegSetValueExW: { args: [key, pointer, dword, dword, pointer, dword], returns: dword },
  RegCloseKey: { args: [key], returns: dword },
} as const satisfies Library;

export const KERNEL32 = {
  CreateThread: {
    args: [pointer, "u64", pointer, pointer, dword, pointer],
    returns: pointer,
  },
  FormatMessageW: {
    args: [dword, pointer, dword, dword, pointer, dword, pointer],
    returns: dword,
  },
  GetLastError: { args: [], returns: dword },
  GetModuleHandleW: { args: [pointer], returns: pointer },
  GetProcAddress: { args: [pointer, pointer], returns: pointer },
  RegisterWaitForSingleObject: {
    args: [pointer, pointer, pointer, pointer, dword, dword],
    returns: bool,
  },
} as const satisfies Library;

export const NTDLL = {
  NtQuerySystemInformation: { args: [dword, pointer, dword, pointer], returns: dword },
} as const satisfies Library;

type Functions = ConvertFns<typeof ADVAPI32> &
  ConvertFns<typeof KERNEL32> &
  ConvertFns<typeof NTDLL>;

/** The table. It takes any functions of these signatures, be they native or not. */
export type SystemCalls = {
  [Name in keyof Functions]: (...args: Parameters<Functions[Name]>) => ReturnType<Functions[Name]>;
};
