/** `monitor_auth` in a configuration: what it must say, and that nobody is shown its password. */

import { expect, test } from "bun:test";
import { changes, describeChange } from "../../../src/config/diff.ts";
import { resolveOptions } from "../../../src/config/options/options.ts";
import { ROOT } from "../../../src/config/sections/root.ts";
import { contradictions } from "../../../src/config/validate/validate.ts";
import { optionsOf } from "../../support/options-of.ts";

test("is read with its other names too", async () => {
  const options = await optionsOf('monitor_auth { username: u, pass: "p" }');
  expect(options.monitorAuth).toEqual({ user: "u", password: "p" });
  expect(contradictions(options)).toEqual([]);
});

test("needs both a user and a password", () => {
  const text = "monitor_auth requires both a user and a password";
  for (const monitorAuth of [
    { user: "u", password: "" },
    { user: "", password: "p" },
  ]) {
    expect(contradictions(resolveOptions({ monitorAuth }))).toContain(text);
  }
});

test("a change of its password is told without it", () => {
  const from = resolveOptions({ monitorAuth: { user: "u", password: "old-canary" } });
  const to = resolveOptions({ monitorAuth: { user: "v", password: "new-canary" } });
  const told = changes(ROOT, from, to);
  expect(told.map(({ rule }) => rule)).toEqual(["live", "live"]);
  expect(told.map(describeChange)).toEqual([
    'monitor_auth.user: "u" -> "v"',
    "monitor_auth.password changed",
  ]);
});
