/** Accounts by JWTs: whose claims count, what is loaded with them, and what becomes of them. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Resolver } from "../../src/trust/resolver.ts";
import { accountJwt, type Key, newKey, resigned, userJwt } from "../support/jwt.ts";
import { until } from "../support/until.ts";
import {
  a,
  b,
  c,
  jwtOf,
  openTrust,
  operator,
  otherOperator,
  system,
  systemJwt,
  temporaryFolder,
  trustOptions,
} from "./fixture.ts";

const NOW = Math.floor(Date.now() / 1000);
const FAILED = "account validation failed";

function openMemory(jwts: Record<string, string>) {
  return openTrust(trustOptions({ kind: "memory" }, { [system.publicKey]: systemJwt, ...jwts }));
}

function importsFrom(...exporters: Key[]): object {
  return {
    imports: exporters.map(({ publicKey }) => ({
      name: "i",
      subject: `from.${publicKey}`,
      account: publicKey,
      type: "stream",
      local_subject: `to.${publicKey}`,
    })),
  };
}

/** Answers that a test gives when it wants to. */
class SlowResolver implements Resolver {
  readonly isReadOnly = true;
  readonly asked: string[] = [];
  readonly #waiting = new Map<string, PromiseWithResolvers<string>>();

  mayHave(): boolean {
    return true;
  }

  fetch(key: string): Promise<string> {
    this.asked.push(key);
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  answer(key: string, jwt: string): void {
    this.#waiting.get(key)!.resolve(jwt);
  }

  async store(): Promise<void> {}
  close(): void {}
}

describe("Claims count", () => {
  test("once they are looked up, and then at once and the same", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    const { accounts, witness } = trust;
    const found = accounts.lookup(a.publicKey);
    expect(found).toBeInstanceOf(Promise);
    const claims = await found;
    expect(claims?.subject).toBe(a.publicKey);
    expect(accounts.lookup(a.publicKey)).toBe(claims);
    expect(witness.take()).toEqual(["update A 1"]);
    expect(witness.lines).toContain(`debug Updating account claims: ${a.publicKey}/A`);
  });

  const refused: readonly [string, string, string][] = [
    ["of another operator", accountJwt(a, otherOperator), FAILED],
    ["that the account signed itself", accountJwt(a, a), FAILED],
    ["of another account", jwtOf(b), FAILED],
    ["expired", jwtOf(a, "1", {}, { exp: NOW - 1 }), FAILED],
    ["not valid yet", jwtOf(a, "1", {}, { nbf: NOW + 60 }), FAILED],
    [
      "that make no sense",
      jwtOf(a, "1", { exports: [{ subject: "a b", type: "stream" }] }),
      FAILED,
    ],
    ["of a user", userJwt(newKey("U", 1), a), "not account claim"],
    ["with another signature", resigned(jwtOf(a)), "claim failed V2 signature verification"],
    ["that are cut off", jwtOf(a).slice(0, -40), "claim failed V2 signature verification"],
    ["that are none", "hello", "expected 3 chunks"],
    ["that are empty", "", "expected 3 chunks"],
  ];
  for (const [what, jwt, reason] of refused) {
    test(`not when they are ${what}`, async () => {
      using trust = await openMemory({ [a.publicKey]: jwt });
      const { accounts, witness } = trust;
      expect(await accounts.lookup(a.publicKey)).toBeNull();
      expect(accounts.lookupError(a.publicKey)).toBe(reason);
      expect(accounts.isKnown(a.publicKey)).toBe(false);
      expect(witness.take()).toEqual([]);
    });
  }

  test("of a missing account never", async () => {
    using trust = await openMemory({});
    const { accounts, witness } = trust;
    expect(await accounts.lookup(a.publicKey)).toBeNull();
    expect(accounts.lookupError(a.publicKey)).toBe("account missing");
    expect(witness.lines).toContain("warn Account fetch failed: account missing");
    // The answer is remembered for a moment, and then asked for again.
    expect(accounts.lookup(a.publicKey)).toBeNull();
    await until("the miss is over", () => accounts.lookup(a.publicKey) instanceof Promise);
  });

  test("of no name that is no key", async () => {
    const names = ["", "A", "$SYS", "../../etc/passwd", `${a.publicKey}\n`, `${"A".repeat(55)}B`];
    using trust = await openMemory(Object.fromEntries(names.map((name) => [name, jwtOf(a)])));
    const { accounts } = trust;
    for (const name of names) {
      expect(await accounts.lookup(name)).toBeNull();
      expect(accounts.lookupError(name)).toBe("will only fetch valid account keys");
    }
    expect(await accounts.lookup("__proto__")).toBeNull();
  });
});

describe("Operators", () => {
  const strict = trustOptions({ kind: "memory" }).operators[0]!;
  const signing = newKey("O", 20);

  test("sign with signing keys too", async () => {
    const options = trustOptions(
      { kind: "memory" },
      { [system.publicKey]: systemJwt, [a.publicKey]: accountJwt(a, signing) },
      { operators: [{ ...strict, signingKeys: [signing.publicKey] }] },
    );
    using trust = await openTrust(options);
    expect((await trust.accounts.lookup(a.publicKey))?.issuer).toBe(signing.publicKey);
    expect(trust.accounts.isStrict(signing.publicKey)).toBe(false);
  });

  test("may have to sign with signing keys", async () => {
    const options = trustOptions(
      { kind: "memory" },
      {
        [system.publicKey]: accountJwt(system, signing),
        [a.publicKey]: accountJwt(a, signing),
        [b.publicKey]: jwtOf(b),
      },
      {
        operators: [{ ...strict, signingKeys: [signing.publicKey], strictSigningKeyUsage: true }],
      },
    );
    using trust = await openTrust(options);
    expect(await trust.accounts.lookup(a.publicKey)).not.toBeNull();
    expect(await trust.accounts.lookup(b.publicKey)).toBeNull();
    expect(trust.accounts.isTrustedIssuer(operator.publicKey)).toBe(false);
    expect(trust.accounts.isStrict(signing.publicKey)).toBe(true);
  });

  test("may be known by their keys alone", async () => {
    const options = trustOptions(
      { kind: "memory" },
      { [a.publicKey]: jwtOf(a) },
      { operators: [], trustedKeys: [operator.publicKey], systemAccount: "" },
    );
    using trust = await openTrust(options);
    expect(await trust.accounts.lookup(a.publicKey)).not.toBeNull();
  });
});

describe("Imports", () => {
  test("bring the exporters along, and theirs", async () => {
    using trust = await openMemory({
      [a.publicKey]: jwtOf(a, "1", importsFrom(b)),
      [b.publicKey]: jwtOf(b, "1", importsFrom(c)),
      [c.publicKey]: jwtOf(c),
    });
    await trust.accounts.lookup(a.publicKey);
    expect(trust.witness.take()).toEqual(["update C 1", "update B 1", "update A 1"]);
    expect(trust.accounts.lookup(c.publicKey)).not.toBeInstanceOf(Promise);
  });

  test("come in a long row as well", async () => {
    const row = Array.from({ length: 250 }, () => newKey("A"));
    const jwts = row.map((key, i) => {
      const next = row[i + 1];
      return [key.publicKey, jwtOf(key, "1", next === undefined ? {} : importsFrom(next))] as const;
    });
    using trust = await openMemory(Object.fromEntries(jwts));
    await trust.accounts.lookup(row[0]!.publicKey);
    for (const { publicKey } of row) expect(trust.accounts.known(publicKey)).not.toBeNull();
    expect(trust.witness.claims.size).toBe(row.length + 1);
  });

  test("in a circle end", async () => {
    using trust = await openMemory({
      [a.publicKey]: jwtOf(a, "1", importsFrom(b)),
      [b.publicKey]: jwtOf(b, "1", importsFrom(c, b)),
      [c.publicKey]: jwtOf(c, "1", importsFrom(a)),
    });
    const keys = [a, b, c].map(({ publicKey }) => publicKey);
    // Each at the same time: none waits for the other.
    const found = await Promise.all(keys.map((key) => trust.accounts.lookup(key)));
    expect(found.map((claims) => claims?.subject)).toEqual(keys);
    for (const [index, key] of keys.entries()) {
      expect(trust.accounts.lookup(key)).toBe(found[index]!);
    }
  });

  test("from accounts that are missing are said, and keep nobody out", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a, "1", importsFrom(b)) });
    expect(await trust.accounts.lookup(a.publicKey)).not.toBeNull();
    expect(trust.witness.lines).toContain(
      `error Can't locate account [${b.publicKey}] for import of [from.${b.publicKey}] stream (err=account missing)`,
    );
    expect(trust.witness.take()).toEqual(["update A 1"]);
  });

  test("in a long chain need no stack", async () => {
    const keys = Array.from({ length: 300 }, (_, i) => newKey("A", i % 200));
    const chain = [...new Map(keys.map((key) => [key.publicKey, key])).values()];
    const jwts = chain.map((key, i) => {
      const next = chain[i + 1];
      return [key.publicKey, jwtOf(key, "1", next === undefined ? {} : importsFrom(next))] as const;
    });
    using trust = await openMemory(Object.fromEntries(jwts));
    await trust.accounts.lookup(chain[0]!.publicKey);
    expect(trust.witness.claims.size).toBeGreaterThanOrEqual(chain.length);
  });
});

describe("At the same time", () => {
  test("lookups of one account share an answer", async () => {
    using trust = await openMemory({});
    const resolver = new SlowResolver();
    trust.accounts.useResolver(resolver);
    const found = Array.from({ length: 50 }, () => trust.accounts.lookup(a.publicKey));
    resolver.answer(a.publicKey, jwtOf(a));
    const claims = await Promise.all(found);
    expect(new Set(claims).size).toBe(1);
    expect(resolver.asked).toEqual([a.publicKey]);
    expect(trust.witness.take()).toEqual(["update A 1"]);
  });

  test("an update wins over a load that began before it", async () => {
    using trust = await openMemory({});
    const resolver = new SlowResolver();
    trust.accounts.useResolver(resolver);
    const loading = trust.accounts.lookup(a.publicKey);
    await trust.accounts.stored(a.publicKey, jwtOf(a, "2"));
    resolver.answer(a.publicKey, jwtOf(a, "1"));
    await until("it is asked for again", () => resolver.asked.length === 2);
    resolver.answer(a.publicKey, jwtOf(a, "2"));
    expect((await loading)?.id).toBe("2");
  });

  test("a deletion wins over a load that began before it", async () => {
    using trust = await openMemory({});
    const resolver = new SlowResolver();
    trust.accounts.useResolver(resolver);
    const loading = trust.accounts.lookup(a.publicKey);
    trust.accounts.remove(a.publicKey);
    resolver.answer(a.publicKey, jwtOf(a, "1"));
    expect(await loading).toBeNull();
    expect(trust.witness.take()).toEqual(["update A 1", "expired A", "remove A"]);
  });

  test("a deletion wins over an update that began before it", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    await trust.accounts.lookup(a.publicKey);
    const updating = trust.accounts.stored(a.publicKey, jwtOf(a, "2"));
    trust.accounts.remove(a.publicKey);
    await updating;
    expect(trust.witness.take()).toEqual(["update A 1", "expired A", "remove A"]);
  });

  test("the last of several updates counts", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    await trust.accounts.lookup(a.publicKey);
    const ids = Array.from({ length: 20 }, (_, i) => `u${i}`);
    await Promise.all(ids.map((id) => trust.accounts.update(a.publicKey, jwtOf(a, id))));
    expect(trust.witness.take()).toEqual(["1", ...ids].map((id) => `update A ${id}`));
  });
});

describe("Updates", () => {
  test("replace claims, and bring exporters along", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a), [b.publicKey]: jwtOf(b) });
    const before = await trust.accounts.lookup(a.publicKey);
    await trust.accounts.update(a.publicKey, jwtOf(a, "2", importsFrom(b)));
    expect(trust.witness.take()).toEqual(["update A 1", "update B 1", "update A 2"]);
    expect(trust.accounts.lookup(a.publicKey)).not.toBe(before);
    await trust.accounts.update(a.publicKey, jwtOf(a, "2", importsFrom(b)));
    expect(trust.witness.take()).toEqual([]);
    expect(trust.witness.lines.at(-1)).toBe(
      `debug Requested account update for [${a.publicKey}], same claims detected`,
    );
  });

  test("that do not count change nothing", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    const before = await trust.accounts.lookup(a.publicKey);
    for (const jwt of [accountJwt(a, otherOperator), jwtOf(b), jwtOf(a, "2", {}, { exp: 1 })]) {
      await expect(trust.accounts.update(a.publicKey, jwt)).rejects.toThrow(FAILED);
    }
    expect(trust.accounts.lookup(a.publicKey)).toBe(before);
    expect(trust.witness.take()).toEqual(["update A 1"]);
  });

  test("of accounts that are not loaded do nothing", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    await trust.accounts.stored(a.publicKey, jwtOf(a, "2"));
    await expect(trust.accounts.update(a.publicKey, jwtOf(a, "2"))).rejects.toThrow();
    expect(trust.witness.take()).toEqual([]);
  });

  test("bring a deleted account back", async () => {
    using trust = await openMemory({ [a.publicKey]: jwtOf(a) });
    await trust.accounts.lookup(a.publicKey);
    trust.accounts.remove(a.publicKey);
    trust.accounts.remove(a.publicKey);
    await trust.accounts.stored(a.publicKey, jwtOf(a));
    const events = ["update A 1", "expired A", "remove A", "update A 1"];
    expect(trust.witness.take()).toEqual(events);
    expect(trust.accounts.lookup(a.publicKey)).not.toBeInstanceOf(Promise);
  });
});

describe("Expiry", () => {
  test("is told, and ends lookups until there are other claims", async () => {
    const exp = Math.floor(Date.now() / 1000) + 1;
    using trust = await openMemory({ [a.publicKey]: jwtOf(a, "1", {}, { exp }) });
    const { accounts, witness } = trust;
    expect(await accounts.lookup(a.publicKey)).not.toBeNull();
    await until("expiry", () => witness.events.includes("expired A"));
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(await accounts.lookup(a.publicKey)).toBeNull();
    expect(accounts.lookupError(a.publicKey)).toBe("account expired");
    expect(witness.lines).toContain(`debug Requested account [${a.publicKey}] has expired`);
    await accounts.update(a.publicKey, jwtOf(a, "2"));
    expect(accounts.lookup(a.publicKey)).toMatchObject({ id: "2" });
  });

  test("that is moved comes later", async () => {
    const exp = Math.floor(Date.now() / 1000) + 1;
    using trust = await openMemory({ [a.publicKey]: jwtOf(a, "1", {}, { exp }) });
    await trust.accounts.lookup(a.publicKey);
    await trust.accounts.update(a.publicKey, jwtOf(a, "2", {}, { exp: exp + 100 }));
    await Bun.sleep(exp * 1000 + 100 - Date.now());
    expect(trust.witness.take()).toEqual(["update A 1", "update A 2"]);
  });

  test("far away needs no timer for all of that time", async () => {
    const exp = NOW + 100 * 365 * 86_400;
    using trust = await openMemory({ [a.publicKey]: jwtOf(a, "1", {}, { exp }) });
    expect(await trust.accounts.lookup(a.publicKey)).not.toBeNull();
    await Bun.sleep(20);
    expect(trust.witness.take()).toEqual(["update A 1"]);
  });
});

test("Accounts that are pushed into the directory by hand are found", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, `${system.publicKey}.jwt`), systemJwt);
  using trust = await openTrust(trustOptions({ kind: "full", dir: folder.path }));
  expect(await trust.accounts.lookup(a.publicKey)).toBeNull();
  await writeFile(join(folder.path, `${a.publicKey}.jwt`), `${jwtOf(a)}\n`);
  await until("lookup", () => trust.accounts.lookup(a.publicKey) !== null);
  expect(await trust.accounts.lookup(a.publicKey)).toMatchObject({ id: "1" });
});

test("Many accounts nobody has are forgotten again", async () => {
  using trust = await openMemory({});
  for (let i = 0; i < 1200; i++) {
    await trust.accounts.lookup(`A${i}`);
  }
  expect(trust.accounts.lookupError("A1199")).toBe("will only fetch valid account keys");
  expect(trust.accounts.lookupError("A0")).toBe("account missing");
});
