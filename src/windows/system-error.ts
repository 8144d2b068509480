/** Error numbers of Windows as texts, the same that Go gives for them. */

import { fromWide } from "./layouts.ts";
import type { SystemCalls } from "./system-calls.ts";

export type ErrorCalls = Pick<SystemCalls, "FormatMessageW" | "GetLastError">;

/** From the system, without filling in arguments, which nobody has. */
const FORMAT_FLAGS = 0x1000 | 0x2000 | 0x200;
const ENGLISH_US = 0x409;
const ANY_LANGUAGE = 0;
const TEXT_UNITS = 300;

/** The text of the error that the last call failed with. Nothing may come between the two. */
export function lastErrorText(calls: ErrorCalls): string {
  return errorText(calls, calls.GetLastError());
}

/** The text of an error number, in English where the system has it in English. */
export function errorText(calls: ErrorCalls, code: number): string {
  const buffer = new Uint16Array(TEXT_UNITS);
  for (const language of [ENGLISH_US, ANY_LANGUAGE]) {
    const length = calls.FormatMessageW(
      FORMAT_FLAGS,
      null,
      code,
      language,
      buffer,
      TEXT_UNITS,
      null,
    );
    if (length > 0) return fromWide(buffer, length).replace(/[\r\n]+$/, "");
  }
  return `winapi error #${code}`;
}
