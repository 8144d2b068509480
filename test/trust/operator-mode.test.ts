/** Starting, reloading and stopping with each kind of resolver. */

import { describe, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveOptions } from "../../src/config/options/options.ts";
import { trustFaults } from "../../src/config/validate/trust.ts";
import type { TrustOptions } from "../../src/trust/operator-mode.ts";
import { accountJwt } from "../support/jwt.ts";
import { until } from "../support/until.ts";
import { FakeMessaging, fakeAccount } from "./fake-messaging.ts";
import {
  a,
  b,
  jwtOf,
  openTrust,
  operator,
  otherOperator,
  system,
  systemJwt,
  temporaryFolder,
  trustOptions,
} from "./fixture.ts";

const systemAccount = { [system.publicKey]: systemJwt };

async function start(options: TrustOptions) {
  const trust = await openTrust(options);
  const messaging = new FakeMessaging();
  const account = fakeAccount(system.publicKey);
  const host = { messaging, account, serverInfo: () => "{}", log: trust.witness.log };
  await trust.mode.start(host);
  return { ...trust, messaging, [Symbol.dispose]: () => trust.mode.stop() };
}

function fault(options: TrustOptions): Promise<string> {
  return openTrust(options).then(
    (trust) => {
      trust.mode.stop();
      return "";
    },
    (error: Error) => error.message,
  );
}

describe("The server does not start", () => {
  test("when the system account cannot be had from memory", async () => {
    const reason = "error resolving system account: ";
    expect(await fault(trustOptions({ kind: "memory" }))).toBe(`${reason}account missing`);
    for (const jwt of [
      accountJwt(system, otherOperator),
      accountJwt(system, operator, {}, { exp: 1 }),
    ]) {
      const options = trustOptions({ kind: "memory" }, { [system.publicKey]: jwt });
      expect(await fault(options)).toBe(`${reason}account validation failed`);
    }
  });

  test("when nobody is home at the address", async () => {
    expect(await fault(trustOptions({ kind: "url", url: "http://127.0.0.1:1/" }))).toStartWith(
      'could not fetch <"http://127.0.0.1:1/">: ',
    );
  });

  test("when JWTs are given that the resolver cannot keep", async () => {
    const options = trustOptions({ kind: "url", url: "http://127.0.0.1:1/" }, systemAccount);
    expect(await fault(options)).toBe(
      "resolver preloads only available for writeable resolver types MEM/DIR/CACHE_DIR",
    );
  });

  test("when the directory is a file", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.path, "file");
    await writeFile(dir, "");
    expect(await fault(trustOptions({ kind: "full", dir }))).toBe(`mkdir ${dir}: not a directory`);
  });

  test("without the key of an operator, when there is a directory", async () => {
    await using folder = await temporaryFolder();
    const options = trustOptions({ kind: "full", dir: folder.path }, systemAccount, {
      operators: [],
      trustedKeys: [operator.publicKey],
    });
    await expect(start(options)).rejects.toThrow("no operator key found");
  });
});

test("Options do not go with operators that would count for nothing, or are no keys", () => {
  const options = {
    ...resolveOptions({}),
    ...trustOptions({ kind: "memory" }, systemAccount),
    resolverPinnedAccounts: ["zz", a.publicKey],
  };
  options.operators[0]!.signingKeys = ["foo", otherOperator.publicKey];
  expect([...trustFaults(options)]).toEqual([
    'trusted Keys "foo" are required to be a valid public operator nkey',
    'pinned account key "zz" is not a valid public account nkey',
  ]);
});

describe("JWTs in the configuration", () => {
  test("are complained of, and no reason not to start", async () => {
    const exports = [
      { subject: "a b", type: "stream" },
      { subject: "", type: "stream" },
    ];
    const bad = jwtOf(a, "1", { exports }, { exp: 1_700_000_200, nbf: 2_000_000_000 });
    const options = trustOptions({ kind: "memory" }, { ...systemAccount, [a.publicKey]: bad });
    using trust = await start(options);
    expect(trust.witness.lines.filter((line) => line.startsWith("warn"))).toEqual([
      `warn Account [${a.publicKey}] has validation issues:`,
      "warn   - claim is expired",
      "warn   - claim is not yet valid",
      'warn   - subject "a b" cannot have spaces',
      "warn   - subject cannot be empty",
    ]);
  });

  test("are kept in the directory, under names of accounts", async () => {
    await using folder = await temporaryFolder();
    const options = trustOptions(
      { kind: "cache", dir: folder.path },
      { ...systemAccount, foo: jwtOf(a), "../bar": jwtOf(a) },
    );
    using trust = await start(options);
    expect(await readdir(folder.path)).toEqual([`${system.publicKey}.jwt`]);
    expect(trust.witness.events).toEqual(["update SYS TEST"]);
  });
});

test("A system account that cannot be had yet is assumed, and taken over when it is there", async () => {
  await using folder = await temporaryFolder();
  await writeFile(
    join(folder.path, `${system.publicKey}.jwt`),
    accountJwt(system, otherOperator, {}, { jti: "foreign" }),
  );
  using trust = await start(trustOptions({ kind: "full", dir: folder.path }));
  const { witness, accounts } = trust;
  expect(witness.events).toEqual(["update SYS "]);
  expect(witness.lines).toContain("info Using bootstrapping system account");
  expect(accounts.lookup(system.publicKey)).toMatchObject({
    issuer: operator.publicKey,
    token: "",
  });
  await writeFile(join(folder.path, `${system.publicKey}.jwt`), systemJwt);
  const line = "info System account fetched and updated";
  await until("the system account", () => witness.lines.includes(line));
  expect(witness.events).toEqual(["update SYS ", "update SYS TEST"]);
});

describe("A reload", () => {
  test("compares JWTs in memory with loaded accounts", async () => {
    const memory = { kind: "memory" } as const;
    const before = { ...systemAccount, [a.publicKey]: jwtOf(a), [b.publicKey]: jwtOf(b) };
    using trust = await start(trustOptions(memory, before));
    const { accounts, witness, mode } = trust;
    await accounts.lookup(a.publicKey);
    await accounts.lookup(b.publicKey);
    witness.take();
    await mode.reload(trustOptions(memory, { ...systemAccount, [a.publicKey]: jwtOf(a, "2") }));
    expect(witness.take()).toEqual(["update A 2", "remove B"]);
    expect(witness.lines).toContain(`info Reloaded: deleting account [removed]: "${b.publicKey}"`);
    expect(await accounts.lookup(b.publicKey)).toBeNull();
    // What is wrong with its JWT, nobody is let in with it.
    await mode.reload(trustOptions(memory, { [a.publicKey]: accountJwt(a, otherOperator) }));
    expect(witness.take()).toEqual(["remove A"]);
    expect(accounts.isKnown(system.publicKey)).toBe(true);
  });

  test("undoes what was pushed since, and is not in the configuration", async () => {
    const options = trustOptions({ kind: "memory" }, { ...systemAccount, [a.publicKey]: jwtOf(a) });
    using trust = await start(options);
    await trust.accounts.lookup(a.publicKey);
    await trust.accounts.update(a.publicKey, jwtOf(a, "2"));
    await trust.mode.reload(options);
    expect(trust.witness.take()).toEqual(["update A 1", "update A 2", "update A 1"]);
  });

  test("takes over files that have changed, and other settings", async () => {
    await using folder = await temporaryFolder();
    const resolver = { kind: "full", dir: folder.path } as const;
    const file = join(folder.path, `${a.publicKey}.jwt`);
    await writeFile(file, jwtOf(a));
    using trust = await start(trustOptions(resolver, systemAccount));
    const { accounts, witness, mode, messaging } = trust;
    await accounts.lookup(a.publicKey);
    await writeFile(file, jwtOf(a, "2"));
    await writeFile(join(folder.path, `${b.publicKey}.jwt`), jwtOf(b));
    const subjects = messaging.subjects.slice(0, -1);
    await mode.reload(trustOptions({ ...resolver, limit: 3 }, systemAccount));
    expect(witness.take()).toEqual(["update A 1", "update A 2"]);
    expect(messaging.subjects.slice(0, -1)).toEqual(subjects);
    // A file that is gone, or is no good, leaves the account as it is.
    await writeFile(file, accountJwt(a, otherOperator));
    await mode.reload(trustOptions(resolver, systemAccount));
    expect(witness.take()).toEqual([]);
    expect(accounts.lookup(a.publicKey)).toMatchObject({ id: "2" });
  });

  test("may bring another resolver", async () => {
    await using folder = await temporaryFolder();
    using trust = await start(trustOptions({ kind: "memory" }, systemAccount));
    const { accounts, mode, messaging } = trust;
    await writeFile(join(folder.path, `${a.publicKey}.jwt`), jwtOf(a));
    expect(messaging.subjects.length).toBe(2);
    await mode.reload(trustOptions({ kind: "cache", dir: folder.path }, systemAccount));
    expect(messaging.subjects.length).toBe(5);
    expect(await accounts.lookup(a.publicKey)).not.toBeNull();
  });

  test("keeps the old resolver when the new one is no good", async () => {
    await using folder = await temporaryFolder();
    const jwts = { ...systemAccount, [a.publicKey]: jwtOf(a) };
    using trust = await start(trustOptions({ kind: "memory" }, jwts));
    const dir = join(folder.path, "file");
    await writeFile(dir, "");
    await expect(trust.mode.reload(trustOptions({ kind: "full", dir }))).rejects.toThrow("mkdir");
    await expect(trust.mode.reload(trustOptions(null))).rejects.toThrow(
      "config reload does not support moving to or from an account resolver",
    );
    expect(await trust.accounts.lookup(a.publicKey)).not.toBeNull();
  });
});
