/** Paths as Go's `filepath` cleans and joins them. */

import { describe, expect, test } from "bun:test";
import { besidePath, cleanPath, POSIX, WINDOWS } from "../../../src/config/language/paths.ts";

const CLEAN = [
  ["", "."],
  [".", "."],
  ["a", "a"],
  ["./a", "a"],
  ["a/", "a"],
  ["a//b/./c", "a/b/c"],
  ["a/../b", "b"],
  ["a/..", "."],
  ["../a", "../a"],
  ["../../a/../b", "../../b"],
  ["/", "/"],
  ["/..//a/", "/a"],
  ["/a/../..", "/"],
  ["a\\b", "a\\b"],
] as const;

const BESIDE = [
  ["a.conf", "b.conf", "b.conf"],
  ["./a.conf", "b.conf", "b.conf"],
  ["x/a.conf", "../b.conf", "b.conf"],
  ["x/a.conf", "/y/b.conf", "x/y/b.conf"],
  ["/x/a.conf", "b.conf", "/x/b.conf"],
  ["/a.conf", "../b.conf", "/b.conf"],
  ["../a.conf", "b.conf", "../b.conf"],
  ["x/a.conf", "", "x"],
  ["a.conf", "", "."],
] as const;

describe("a path", () => {
  test.each(CLEAN)("%j is cleaned to %j", (path, cleaned) => {
    expect(cleanPath(path, POSIX)).toBe(cleaned);
  });

  test.each(BESIDE)("beside %j, %j is %j", (file, path, joined) => {
    expect(besidePath(file, path, POSIX)).toBe(joined);
  });

  test("has a volume on Windows, and separators of both kinds", () => {
    expect(cleanPath("C:/nats\\x/../a.conf", WINDOWS)).toBe("C:\\nats\\a.conf");
    expect(besidePath("C:\\nats\\a.conf", "b/c.conf", WINDOWS)).toBe("C:\\nats\\b\\c.conf");
  });
});
