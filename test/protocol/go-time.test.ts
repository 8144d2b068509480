import { afterEach, expect, test } from "bun:test";
import { goLocalTime, rfc3339Nano } from "../../src/protocol/go-time.ts";

const zone = process.env.TZ;

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test("a fraction of a second is as short as it can be", () => {
  expect(rfc3339Nano(1_700_000_000_000_000)).toBe("2023-11-14T22:13:20Z");
  expect(rfc3339Nano(1_700_000_000_100_000)).toBe("2023-11-14T22:13:20.1Z");
  expect(rfc3339Nano(1_700_000_000_000_001)).toBe("2023-11-14T22:13:20.000001Z");
});

test.each([
  ["UTC", "2023-11-14 22:13:20 +0000 UTC"],
  ["America/New_York", "2023-11-14 17:13:20 -0500 EST"],
  ["America/St_Johns", "2023-11-14 18:43:20 -0330"],
  ["Asia/Kolkata", "2023-11-15 03:43:20 +0530"],
])("a local time in %s", (name, text) => {
  process.env.TZ = name;
  expect(goLocalTime(1_700_000_000)).toStartWith(text);
});
