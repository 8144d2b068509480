/** Clients that are let in alike share what is known of their logins, and nobody else does. */

import { describe, expect, test } from "bun:test";
import type { Login } from "../../src/auth/authenticator.ts";
import { shared } from "../../src/auth/grant.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import { attempt, authenticatorFor, optionsForUsers, user } from "./logins.ts";

const USERS = [user({ user: "a", password: "s3cret" }), user({ user: "b", password: "s3cret" })];

type Logins = (connect: Partial<ConnectOptions>) => Promise<Login>;

async function logins(): Promise<Logins> {
  const authenticator = await authenticatorFor(USERS);
  return async (connect) => {
    const outcome = await authenticator.login(attempt({ pass: "s3cret", ...connect }));
    if (!outcome.ok) throw new Error(outcome.reason);
    return shared(outcome);
  };
}

describe("a login", () => {
  test("is the one of a client that has said the same", async () => {
    const login = await logins();
    const first = await login({ user: "a", name: "svc", lang: "go" });
    expect(await login({ user: "a", name: "svc", lang: "go" })).toBe(first);
    expect(shared(first)).toBe(first);
  });

  const others: Partial<ConnectOptions>[] = [
    { user: "b" },
    { name: "other" },
    { lang: "c" },
    { version: "2" },
    { echo: false },
    { verbose: false },
    { protocol: 1 },
    { no_responders: true },
  ];
  for (const other of others) {
    test(`is none of a client with ${JSON.stringify(other)}`, async () => {
      const login = await logins();
      const first = await login({ user: "a", name: "svc", lang: "go" });
      const second = await login({ user: "a", name: "svc", lang: "go", ...other });
      expect(second).not.toBe(first);
      expect(second.options).toMatchObject(other);
      expect(second.user?.user).toBe(other.user ?? "a");
      // Both are still what they were when the first one has come again.
      expect(await login({ user: "a", name: "svc", lang: "go" })).toEqual(first);
      expect(second.options).toMatchObject(other);
    });
  }

  test("is not shared by clients that have signed, nor with those of other rules", async () => {
    const login = await logins();
    const signed = { user: "a", sig: "x" };
    expect(await login(signed)).not.toBe(await login(signed));

    const authenticator = await authenticatorFor(USERS);
    const connect = attempt({ user: "a", pass: "s3cret" });
    const before = shared((await authenticator.login(connect)) as Login);
    await authenticator.configure(optionsForUsers([...USERS, user({ user: "c" })]));
    const after = shared((await authenticator.login(connect)) as Login);
    expect(after).not.toBe(before);
    expect(authenticator.isCurrent(after)).toBe(true);
    expect(authenticator.isCurrent(before)).toBe(false);
  });
});
