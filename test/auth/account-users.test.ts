/** Users of configured accounts, and the user that nobody has configured. */

import { describe, expect, test } from "bun:test";
import type { Login } from "../../src/auth/authenticator.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import { optionsOf } from "../support/options-of.ts";
import { attempt, authenticatorFor, recordLogin, TestAccounts } from "./logins.ts";

const ACCOUNTS = `
accounts {
  A {
    users = [ {user: a, password: p}, {user: own, password: p, permissions: {publish: x}} ]
    default_permissions: {publish: y}
  }
  B { users = [ {user: b, password: p} ] }
}
authorization {
  users = [ {user: g, password: p} ]
  default_permissions: {publish: z}
}
`;
const SYSTEM = "accounts { $SYS { users = [ {user: s, password: p} ] } }";

async function enter(config: string, connect: Partial<ConnectOptions>): Promise<Login> {
  const authenticator = await authenticatorFor(await optionsOf(config));
  const outcome = await authenticator.login(attempt(connect));
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome;
}

function mayPublish({ permissions }: Login, subject: string): boolean {
  const bytes = Buffer.from(subject);
  return permissions?.mayPublish(bytes, 0, bytes.length, 1) ?? true;
}

describe("a user", () => {
  test.each([
    ["a", "A"],
    ["b", "B"],
    ["g", "$G"],
  ])("%s is bound to %s", async (user, account) => {
    expect((await enter(ACCOUNTS, { user, pass: "p" })).account.name).toBe(account);
  });

  test("is bound to no account that there is not", async () => {
    const options = await optionsOf(ACCOUNTS);
    const authenticator = await authenticatorFor(options, { accounts: new TestAccounts() });
    const record = await recordLogin(authenticator, { user: "a", pass: "p" });
    expect(record).toEqual({
      isIn: false,
      closed: "Authentication Failure",
      lines: ['Problem registering with account "A": bad account'],
    });
  });

  test.each([
    ["a", "y", "x"],
    ["own", "x", "y"],
    ["g", "z", "y"],
  ])("%s may publish to %s and not to %s", async (user, allowed, denied) => {
    const login = await enter(ACCOUNTS, { user, pass: "p" });
    expect(mayPublish(login, allowed)).toBeTrue();
    expect(mayPublish(login, denied)).toBeFalse();
  });

  test("of an account without defaults may do everything", async () => {
    expect((await enter(ACCOUNTS, { user: "b", pass: "p" })).permissions).toBeNull();
  });

  test("that moves to another account is let go without a word", async () => {
    const options = await optionsOf(ACCOUNTS);
    const authenticator = await authenticatorFor(options);
    const login = await authenticator.login(attempt({ user: "a", pass: "p" }));
    if (!login.ok) throw new Error("refused");
    const [a, b] = options.accounts;
    const moved = [
      { ...a!, users: [] },
      { ...b!, users: a!.users.map((each) => ({ ...each, account: "B" })) },
    ];
    await authenticator.configure({ ...options, accounts: moved });
    const outcome = await authenticator.recheck(login, attempt(login.options));
    expect(outcome).toMatchObject({ ok: false, reason: "Client Closed", text: "" });
  });
});

describe("where only the system account is set up", () => {
  test("anybody else is in the global account, and is told to say who they are", async () => {
    const authenticator = await authenticatorFor(await optionsOf(SYSTEM));
    expect(authenticator.isRequired).toBeTrue();
    expect(authenticator.hasNoAuthUser).toBeFalse();
    expect(authenticator.admitsWithoutConnect("STANDARD")).toBeTrue();
    const login = await authenticator.login(attempt({}));
    expect(login.ok && login.account.name).toBe("$G");
    expect(login.options.user).toMatch(/^nats-[0-9A-Za-z]{8}$/);
  });

  test("an account that CONNECT names is not believed", async () => {
    const login = await enter(SYSTEM, { account: "$SYS" });
    expect(login.account.name).toBe("$G");
  });

  test("nobody can be that user by its name", async () => {
    const authenticator = await authenticatorFor(await optionsOf(SYSTEM));
    const { options } = await authenticator.login(attempt({}));
    for (const pass of ["", options.user, options.user.slice(6)]) {
      expect((await recordLogin(authenticator, { user: options.user, pass })).isIn).toBeFalse();
    }
  });

  test("it stays the same one after a reload, and goes when somebody is set up", async () => {
    const options = await optionsOf(SYSTEM);
    const authenticator = await authenticatorFor(options);
    const login = await authenticator.login(attempt({}));
    if (!login.ok) throw new Error("refused");
    const account = { ...options.accounts[0]!, limits: { ...options.accounts[0]!.limits } };
    account.limits.maxPayload = 1;
    await authenticator.configure({ ...options, accounts: [account] });
    const stays = await authenticator.recheck(login, attempt(login.options));
    expect(stays.ok).toBeTrue();
    await authenticator.configure({ ...options, accounts: [account, { ...account, name: "A" }] });
    const goes = await authenticator.recheck(login, attempt(login.options));
    expect(goes).toMatchObject({ ok: false, reason: "Client Closed", text: "" });
    expect(authenticator.admitsWithoutConnect("STANDARD")).toBeFalse();
  });

  test.each([
    ["an empty block", `${SYSTEM}\nauthorization {}`],
    ["users of the block", `${SYSTEM}\nauthorization { users = [ {user: a, password: p} ] }`],
    ["a token", `accounts { $SYS {} }\nauthorization { token: t }`],
    ["one more account", "accounts { $SYS { users = [ {user: s, password: p} ] }, A {} }"],
    ["another system account", `system_account: X\n${SYSTEM.replace("$SYS {", "X {}, $SYS {")}`],
  ])("%s closes the server", async (_, config) => {
    const authenticator = await authenticatorFor(await optionsOf(config));
    for (const connect of [{}, { account: "$SYS" }, { user: "nats-00000000" }]) {
      expect((await recordLogin(authenticator, connect)).isIn).toBeFalse();
    }
    expect(authenticator.admitsWithoutConnect("STANDARD")).toBeFalse();
  });
});
