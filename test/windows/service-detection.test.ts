/** Whether a process is a service, from the system's list of processes. */

import { ptr } from "bun:ffi";
import { expect, test } from "bun:test";
import { hasServiceParent, isWindowsService } from "../../src/windows/service-detection.ts";

type Calls = Parameters<typeof hasServiceParent>[0];

/** Id, parent, session and name. */
type Process = readonly [number, number, number, string];

const OWN = 4242;
const LENGTH_MISMATCH = 0xc0000004;

/** Writes a list as the system does: entries with their threads, and each name behind its entry. */
function writeList(list: Uint8Array, processes: readonly Process[]): void {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const address = BigInt(ptr(list));
  let at = 0;
  for (const [index, [id, parent, session, name]] of processes.entries()) {
    const threadBytes = 0x50 * (index % 3);
    const nameAt = at + 0x100 + threadBytes;
    const text = Buffer.from(name, "utf16le");
    view.setUint16(at + 0x38, text.length, true);
    view.setUint16(at + 0x3a, text.length + 2, true);
    view.setBigUint64(at + 0x40, text.length === 0 ? 0n : address + BigInt(nameAt), true);
    view.setBigUint64(at + 0x50, BigInt(id), true);
    view.setBigUint64(at + 0x58, BigInt(parent), true);
    view.setUint32(at + 0x64, session, true);
    list.set(text, nameAt);
    const size = (0x100 + threadBytes + text.length + 9) & ~7;
    view.setUint32(at, index === processes.length - 1 ? 0 : size, true);
    at += size;
  }
}

/** A system with these processes, whose list needs some room. */
function system(processes: readonly Process[], roomBytes = 0): Calls {
  return {
    NtQuerySystemInformation(what, list, size) {
      expect([what, (list as Uint8Array).byteLength]).toEqual([5, size]);
      if (size < roomBytes) return LENGTH_MISMATCH;
      writeList(list as Uint8Array, processes);
      return 0;
    },
  };
}

function withParent(parent: Process): readonly Process[] {
  return [[0, 0, 0, ""], [4, 0, 0, "System"], parent, [OWN, parent[0], 0, "nats-server.exe"]];
}

test.each<[string, Process, boolean]>([
  ["services.exe", [700, 600, 0, "services.exe"], true],
  ["Services.EXE", [700, 600, 0, "Services.EXE"], true],
  ["services.exe of a user", [700, 600, 1, "services.exe"], false],
  ["another program", [700, 600, 0, "cmd.exe"], false],
  ["a longer name", [700, 600, 0, "myservices.exe"], false],
])("a child of %s", async (_what, parent, expected) => {
  expect(await hasServiceParent(system(withParent(parent)), OWN)).toBe(expected);
});

test("a process whose parent is gone is no service", async () => {
  const list: Process[] = [[OWN, 700, 0, "nats-server.exe"]];
  expect(await hasServiceParent(system(list), OWN)).toBe(false);
});

test("a long list is asked for with more room", async () => {
  const list = withParent([700, 600, 0, "services.exe"]);
  expect(await hasServiceParent(system(list, 3_000_000), OWN)).toBe(true);
});

test("a list that cannot be had means no service", async () => {
  const denied: Calls = { NtQuerySystemInformation: () => 0xc0000022 };
  expect(await hasServiceParent(denied, OWN)).toBe(false);
  expect(await hasServiceParent(system([], Number.POSITIVE_INFINITY), OWN)).toBe(false);
});

test("nothing is a service where there are none", async () => {
  expect(await isWindowsService()).toBe(false);
});
