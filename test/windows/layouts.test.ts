/** Structures of Windows, byte by byte. */

import { describe, expect, test } from "bun:test";
import {
  emptyServiceStatus,
  fromWide,
  pointers,
  ServiceState,
  serviceStatus,
  serviceTable,
  stateOf,
  wideString,
} from "../../src/windows/layouts.ts";

function hex(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("hex");
}

describe("wide strings", () => {
  test("are UTF-16 in little-endian order, and end with a zero", () => {
    expect(hex(wideString("nats"))).toBe("6e006100740073000000");
    expect(hex(wideString(""))).toBe("0000");
    expect(hex(wideString("ä€"))).toBe("e400ac200000");
    expect(hex(wideString("\u{1f600}"))).toBe("3dd800de0000");
  });

  test("cannot hold a zero", () => {
    expect(() => wideString("a\0b")).toThrow(/^invalid argument$/);
  });

  test("are read up to their zero, or for a length", () => {
    const units = Uint16Array.of(0x6e, 0xd83d, 0xde00, 0, 0x61);
    expect(fromWide(units)).toBe("n\u{1f600}");
    expect(fromWide(units, 1)).toBe("n");
    expect(fromWide(units.subarray(1, 3))).toBe("\u{1f600}");
    expect(fromWide(new Uint16Array())).toBe("");
  });
});

describe("SERVICE_STATUS", () => {
  test("has seven fields of 32 bits", () => {
    const status = serviceStatus({
      state: ServiceState.running,
      accepts: 0x0d,
      exitCode: 0x01020304,
      waitHintMs: 10_000,
    });
    expect(hex(status)).toBe(
      "10000000" + "04000000" + "0d000000" + "04030201" + "00000000" + "00000000" + "10270000",
    );
    expect(stateOf(status)).toBe(4);
  });

  test("is 28 bytes for the system to fill", () => {
    expect(hex(emptyServiceStatus())).toBe("00".repeat(28));
  });
});

describe("SERVICE_TABLE_ENTRYW", () => {
  test("is two addresses, and the table ends with an empty entry", () => {
    expect(hex(serviceTable(0x7ff612345678, 0x1122334455667788n))).toBe(
      `78563412f67f0000${"8877665544332211"}${"00".repeat(16)}`,
    );
  });
});

test("a list of addresses has eight bytes for each", () => {
  expect(hex(pointers(1, 0xffffffff80000002n))).toBe("010000000000000002000080ffffffff");
});
