/** Events: their numbers, types and texts, and how the source is made known. */

import { type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { beforeEach, describe, expect, test } from "bun:test";
import type { LogLevel } from "../../src/log/logger.ts";
import { eventLogSink } from "../../src/windows/event-log.ts";
import { fromWide } from "../../src/windows/layouts.ts";

type Calls = NonNullable<Parameters<typeof eventLogSink>[1]>;
/** What the calls are handed in place of addresses. */
type View = Uint8Array | Uint16Array | Uint32Array | BigUint64Array | BigInt64Array;

const HANDLE = 0x1234 as Pointer;
const KEY = 0x5678n;
const FILE_NOT_FOUND = 2;
const ACCESS_DENIED = 5;
const TEXTS: Readonly<Record<number, string>> = { 5: "Access is denied.\r\n" };

/** Calls that were made, as text. */
let made: string[];
let isKnown: boolean;
let isRefused: boolean;

/** The text at an address. */
function textAt(address: unknown): string {
  const at = typeof address === "bigint" ? Number(address) : Number(ptr(address as Uint16Array));
  const units: number[] = [];
  for (let offset = 0; ; offset += 2) {
    const unit = new Uint16Array(toArrayBuffer(at as Pointer, offset, 2))[0]!;
    if (unit === 0) return fromWide(Uint16Array.from(units));
    units.push(unit);
  }
}

function hex(view: unknown): string {
  const { buffer, byteOffset, byteLength } = view as View;
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

const calls: Calls = {
  GetLastError: () => ACCESS_DENIED,
  FormatMessageW(_flags, _source, code, _language, buffer) {
    const text = TEXTS[code] ?? "";
    for (let i = 0; i < text.length; i++) (buffer as Uint16Array)[i] = text.charCodeAt(i);
    return text.length;
  },
  RegOpenKeyExW(root, path, _options, rights, result) {
    made.push(`open ${root} ${textAt(path)} ${rights}`);
    (result as BigInt64Array)[0] = KEY;
    return isKnown ? 0 : FILE_NOT_FOUND;
  },
  RegCreateKeyExW(root, path, _reserved, _class, options, rights, _security, result) {
    made.push(`create ${root} ${textAt(path)} ${options} ${rights}`);
    (result as BigInt64Array)[0] = KEY;
    return isRefused ? ACCESS_DENIED : 0;
  },
  RegSetValueExW(key, name, _reserved, type, data, size) {
    expect((data as View).byteLength).toBe(size);
    made.push(`set ${key} ${textAt(name)} ${type} ${hex(data)}`);
    return 0;
  },
  RegCloseKey(key) {
    made.push(`close ${key}`);
    return 0;
  },
  RegisterEventSourceW(machine, source) {
    made.push(`source ${machine === null ? "here" : textAt(machine)} ${textAt(source)}`);
    return isRefused ? null : HANDLE;
  },
  ReportEventW(handle, type, category, id, user, count, dataSize, texts, data) {
    expect([handle, category, user, count, dataSize, data]).toEqual([HANDLE, 0, null, 1, 0, null]);
    made.push(`event ${type} ${id} ${textAt((texts as BigUint64Array)[0])}`);
    return 1;
  },
};

const SOURCES = "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\NATS-Server";

beforeEach(() => {
  made = [];
  isKnown = true;
  isRefused = false;
});

describe("an event", () => {
  test.each<[LogLevel, string, number, number]>([
    ["info", "NOTICE", 4, 1],
    ["warn", "WARN", 4, 1],
    ["error", "ERROR", 1, 2],
    ["debug", "DEBUG", 4, 3],
    ["trace", "TRACE", 4, 4],
    ["fatal", "FATAL", 1, 5],
  ])("of level %s", async (level, tag, type, id) => {
    const sink = await eventLogSink("", calls);
    made = [];
    sink(level, "Server is ready, \u{1f600}");
    expect(made).toEqual([
      `event ${type} ${id} pid[${process.pid}][${tag}]: Server is ready, \u{1f600}`,
    ]);
  });

  test("has no zero within its text, and not more text than events take", async () => {
    const sink = await eventLogSink("", calls);
    made = [];
    sink("info", "a\0b");
    sink("info", "x".repeat(40_000));
    expect(made[0]).toEndWith("]: a\ufffdb");
    expect(made[1]!.slice("event 4 1 ".length)).toHaveLength(31_839);
  });
});

describe("the source", () => {
  test("that is known is only opened", async () => {
    await eventLogSink("", calls);
    expect(made).toEqual([
      `open -2147483646 ${SOURCES} 1`,
      `close ${KEY}`,
      "source here NATS-Server",
    ]);
  });

  test("that is not known is made known", async () => {
    isKnown = false;
    await eventLogSink("", calls);
    const file = Buffer.from("%SystemRoot%\\System32\\EventCreate.exe\0", "utf16le");
    expect(made.slice(1)).toEqual([
      `create -2147483646 ${SOURCES} 0 2`,
      `set ${KEY} CustomSource 4 01000000`,
      `set ${KEY} EventMessageFile 2 ${file.toString("hex")}`,
      `set ${KEY} TypesSupported 4 07000000`,
      `close ${KEY}`,
      "source here NATS-Server",
    ]);
  });

  test("of another machine is left to that machine", async () => {
    const sink = await eventLogSink("loghost", calls);
    expect(made).toEqual(["source loghost NATS-Server"]);
    sink("error", "gone");
    expect(made[1]).toBe(`event 1 2 pid[${process.pid}][ERROR]: gone`);
  });

  test("that may not be opened is a fault, in nats-server's words", () => {
    isRefused = true;
    expect(eventLogSink("", calls)).rejects.toThrow(
      /^could not open event log: Access is denied\.$/,
    );
    isKnown = false;
    expect(eventLogSink("", calls)).rejects.toThrow(
      /^could not access event log: Access is denied\.$/,
    );
  });
});
