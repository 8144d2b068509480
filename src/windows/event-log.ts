/**
 * The event log of Windows as a log sink: `-s`, and what a service without a log file logs to.
 *
 *     source NATS-Server, event 1: pid[4242][NOTICE]: Server is ready
 */

import type { Pointer } from "bun:ffi";
import type { LogLevel, LogSink } from "../log/logger.ts";
import { openSystemCalls } from "./advapi.ts";
import { pointers, wideString } from "./layouts.ts";
import type { SystemCalls } from "./system-calls.ts";
import { type ErrorCalls, errorText, lastErrorText } from "./system-error.ts";

type EventLogCalls = ErrorCalls &
  Pick<
    SystemCalls,
    | "RegCloseKey"
    | "RegCreateKeyExW"
    | "RegOpenKeyExW"
    | "RegSetValueExW"
    | "RegisterEventSourceW"
    | "ReportEventW"
  >;

/** The source that events are shown with. */
const EVENT_SOURCE = "NATS-Server";

const TYPE_ERROR = 1;
const TYPE_INFORMATION = 4;
/** Most units that one text of an event may have. */
const TEXT_UNITS_MAX = 31_839;

const LOCAL_MACHINE = -0x7ffffffen;
const SOURCES_KEY = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\";
/** Holds a text for each event number up to 1000 that consists of what the event brings along. */
const MESSAGE_FILE = "%SystemRoot%\\System32\\EventCreate.exe";
const KEY_QUERY_VALUE = 0x1;
const KEY_SET_VALUE = 0x2;
const VALUE_TEXT_TO_EXPAND = 2;
const VALUE_NUMBER = 4;
/** Errors, warnings and information. */
const TYPES_SUPPORTED = 0x1 | 0x2 | 0x4;

/** How a level shows: its tag in the text, the number of the event, and its type. */
interface EventKind {
  readonly tag: string;
  readonly id: number;
  readonly type: number;
}

const KINDS: Readonly<Record<LogLevel, EventKind>> = {
  info: { tag: "NOTICE", id: 1, type: TYPE_INFORMATION },
  // Information, not a warning: filters that were made for nats-server's events go on working.
  warn: { tag: "WARN", id: 1, type: TYPE_INFORMATION },
  error: { tag: "ERROR", id: 2, type: TYPE_ERROR },
  debug: { tag: "DEBUG", id: 3, type: TYPE_INFORMATION },
  trace: { tag: "TRACE", id: 4, type: TYPE_INFORMATION },
  fatal: { tag: "FATAL", id: 5, type: TYPE_ERROR },
};

/**
 * A sink that writes events.
 *
 * @param machine name of the machine whose log is written; "" for this one, where the source is made
 *   known to the system if it is not yet, which needs an administrator.
 * @throws Error in nats-server's words when the log cannot be written.
 */
export async function eventLogSink(machine = "", table?: EventLogCalls): Promise<LogSink> {
  const calls = table ?? (await openSystemCalls());
  const { ptr } = await import("bun:ffi");
  if (machine === "") registerSource(calls);
  const host = machine === "" ? null : wideString(machine);
  const handle = calls.RegisterEventSourceW(host, wideString(EVENT_SOURCE));
  if (handle === null) throw new Error(`could not open event log: ${lastErrorText(calls)}`);
  // The system is only given an address, which keeps no text from being collected.
  const held: { text?: Uint16Array } = {};
  return (level, text) => {
    held.text = wideString(eventText(KINDS[level].tag, text));
    write(calls, handle, KINDS[level], pointers(ptr(held.text)));
  };
}

function eventText(tag: string, text: string): string {
  const whole = `pid[${process.pid}][${tag}]: ${text}`;
  // A zero would end the text, and with it hide what comes after.
  return whole.slice(0, TEXT_UNITS_MAX).replaceAll("\0", "\ufffd");
}

/** An event that cannot be written is lost, as there is nowhere to say so. */
function write(
  calls: EventLogCalls,
  handle: Pointer | bigint,
  { type, id }: EventKind,
  texts: BigUint64Array,
): void {
  calls.ReportEventW(handle, type, 0, id, null, texts.length, 0, texts, null);
}

/** Makes the source known to the system, so that its events are shown without a complaint. */
function registerSource(calls: EventLogCalls): void {
  const path = wideString(SOURCES_KEY + EVENT_SOURCE);
  const key = new BigInt64Array(1);
  if (calls.RegOpenKeyExW(LOCAL_MACHINE, path, 0, KEY_QUERY_VALUE, key) === 0) {
    calls.RegCloseKey(key[0]!);
    return;
  }
  check(
    calls,
    calls.RegCreateKeyExW(LOCAL_MACHINE, path, 0, null, 0, KEY_SET_VALUE, null, key, null),
  );
  try {
    setValue(calls, key[0]!, "CustomSource", VALUE_NUMBER, Uint32Array.of(1));
    setValue(calls, key[0]!, "EventMessageFile", VALUE_TEXT_TO_EXPAND, wideString(MESSAGE_FILE));
    setValue(calls, key[0]!, "TypesSupported", VALUE_NUMBER, Uint32Array.of(TYPES_SUPPORTED));
  } finally {
    calls.RegCloseKey(key[0]!);
  }
}

function setValue(
  calls: EventLogCalls,
  key: bigint,
  name: string,
  type: number,
  data: Uint32Array | Uint16Array,
): void {
  check(calls, calls.RegSetValueExW(key, wideString(name), 0, type, data, data.byteLength));
}

function check(calls: EventLogCalls, error: number): void {
  if (error !== 0) throw new Error(`could not access event log: ${errorText(calls, error)}`);
}
