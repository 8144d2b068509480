/** Variables and `~` in paths. What nats-server makes of them shows in how it names remotes. */

import { expect, test } from "bun:test";
import { expandPath } from "../../src/config/schema/expand-path.ts";

const ENVIRONMENT = { HOME: "/home/me", A: "a", LONG_1: "long", USERPROFILE: "/home/me" };

test.each([
  ["/x/y", "/x/y"],
  ["./x", "./x"],
  ["$A/x", "a/x"],
  [`\${A}x`, "ax"],
  ["$LONG_1/$NOPE/x", "long//x"],
  ["$1x", "x"],
  ["$$A", "A"],
  ["x$", "x$"],
  ["$/x", "$/x"],
  [`\${}x`, "x"],
  ["${A", "A"],
  ["~", "/home/me"],
  ["~/x/../y", "/home/me/y"],
  ["~x", "/home/me/x"],
  ["x/~", "x/~"],
])("%p becomes %p", (path, expected) => {
  expect(expandPath(path, ENVIRONMENT)).toBe(expected);
});

test.skipIf(process.platform === "win32")("there must be a home folder for ~", () => {
  const problem = "failed to get home dir, require $HOME";
  expect(() => expandPath("~/x", {})).toThrow(problem);
  expect(() => expandPath("~/x", { HOME: "" })).toThrow(problem);
});
