/** Directories of JWTs, with real files. */

import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePublicNkey, NkeyKind } from "../../src/protocol/nkeys.ts";
import { JwtDirectory, type JwtDirectorySettings } from "../../src/trust/jwt-directory.ts";
import { MissingAccountError } from "../../src/trust/resolver.ts";
import { accountJwt, newKey } from "../support/jwt.ts";
import { Prng } from "../support/prng.ts";
import { until } from "../support/until.ts";
import { a, b, c, jwtOf, operator, temporaryFolder } from "./fixture.ts";

const FULL: JwtDirectorySettings = {
  limit: Number.POSITIVE_INFINITY,
  evicts: false,
  ttlMs: 0,
  deletion: "rename",
};

async function open(path: string, settings: Partial<JwtDirectorySettings> = {}) {
  const directory = await JwtDirectory.open(path, { ...FULL, ...settings });
  return Object.assign(directory, { [Symbol.dispose]: () => directory.close() });
}

function fileOf(folder: string, key: string): string {
  return join(folder, `${key}.jwt`);
}

/** Names no file should ever be made of, nor read for. */
const HOSTILE: readonly string[] = [
  "",
  ".",
  "..",
  "../../etc/passwd",
  "/etc/passwd",
  `../${a.publicKey}`,
  `${a.publicKey}/../${a.publicKey}`,
  `A/../..`,
  `${a.publicKey}\0`,
  `${a.publicKey}\n`,
  `\n${a.publicKey}`,
  `${a.publicKey}.jwt`,
  `${a.publicKey}%2e`,
  a.publicKey.toLowerCase(),
  `a${a.publicKey.slice(1)}`,
  a.publicKey.slice(0, -1),
  `${a.publicKey}A`,
  `${a.publicKey.slice(0, -1)}${a.publicKey.endsWith("A") ? "B" : "A"}`,
  `${"A".repeat(55)}B`,
  "A".repeat(100_000),
  "foo",
  "*",
  ">",
  "con",
];

describe("A directory", () => {
  test("keeps JWTs in files for the owner alone", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "made", "on", "demand");
    using directory = await open(path);
    expect(await directory.save(a.publicKey, jwtOf(a))).toBe(true);
    expect(await directory.load(a.publicKey)).toBe(jwtOf(a));
    expect(await readFile(fileOf(path, a.publicKey), "utf8")).toBe(jwtOf(a));
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(fileOf(path, a.publicKey))).mode & 0o777).toBe(0o600);
    expect(await readdir(path)).toEqual([`${a.publicKey}.jwt`]);
  });

  test("says whether a file has changed", async () => {
    await using folder = await temporaryFolder();
    await writeFile(fileOf(folder.path, a.publicKey), jwtOf(a));
    using directory = await open(folder.path);
    expect(await directory.save(a.publicKey, jwtOf(a))).toBe(false);
    expect(await directory.save(a.publicKey, jwtOf(a, "2"))).toBe(true);
    expect(await directory.save(a.publicKey, jwtOf(a, "2"))).toBe(false);
    await expect(directory.save(a.publicKey, "")).rejects.toThrow("invalid JWT");
  });

  test("keeps the newer of two JWTs", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(folder.path);
    const now = 1_800_000_000;
    const newest = jwtOf(a, "new", {}, { iat: now });
    expect(await directory.saveIfNewer(a.publicKey, newest)).toBe(true);
    expect(await directory.saveIfNewer(a.publicKey, jwtOf(a, "old", {}, { iat: now - 1 }))).toBe(
      false,
    );
    expect(await directory.saveIfNewer(a.publicKey, jwtOf(a, "new", {}, { name: "x" }))).toBe(
      false,
    );
    const same = jwtOf(a, "same time", {}, { iat: now });
    expect(await directory.saveIfNewer(a.publicKey, same)).toBe(true);
    await expect(
      directory.saveIfNewer(a.publicKey, jwtOf(b, "b", {}, { iat: now })),
    ).rejects.toThrow("jwt subject nkey and provided nkey do not match");
    await expect(directory.saveIfNewer(a.publicKey, "no token")).rejects.toThrow(
      "expected 3 chunks",
    );
    await writeFile(fileOf(folder.path, a.publicKey), newest.slice(0, 100));
    expect(await directory.saveIfNewer(a.publicKey, jwtOf(a, "old", {}, { iat: 1 }))).toBe(true);
  });

  test("says in Go's words that there is no such file", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(folder.path);
    const missing = new MissingAccountError(
      `open ${fileOf(folder.path, a.publicKey)}: no such file or directory`,
    );
    await expect(directory.load(a.publicKey)).rejects.toEqual(missing);
    // Keys of others are keys, but of no file.
    const user = newKey("U", 1).publicKey;
    await writeFile(fileOf(folder.path, user), jwtOf(a));
    await expect(directory.load(user)).rejects.toBeInstanceOf(MissingAccountError);
  });

  test("makes no path of anything but a key", async () => {
    await using folder = await temporaryFolder();
    const inner = join(folder.path, "inner");
    await mkdir(inner);
    await writeFile(join(folder.path, `${a.publicKey}.jwt`), "outside");
    using directory = await open(inner);
    for (const name of HOSTILE) {
      await expect(directory.load(name)).rejects.toThrow("invalid public key");
      expect(() => directory.save(name, jwtOf(a))).toThrow("invalid public key");
      expect(() => directory.saveIfNewer(name, jwtOf(a))).toThrow("invalid public key");
      expect(() => directory.delete(name)).toThrow("invalid public key");
    }
    expect(await readdir(inner)).toEqual([]);
    expect(await readFile(join(folder.path, `${a.publicKey}.jwt`), "utf8")).toBe("outside");
  });

  test("serves and lists no files that it has not made", async () => {
    await using folder = await temporaryFolder();
    const names = ["foo.jwt", `${newKey("U", 1).publicKey}.jwt`, `${b.publicKey}.jwt.deleted`];
    for (const name of names) await writeFile(join(folder.path, name), jwtOf(a));
    await writeFile(fileOf(folder.path, b.publicKey), jwtOf(b).slice(0, 40));
    await writeFile(fileOf(folder.path, c.publicKey), "");
    await mkdir(join(folder.path, "deeper"));
    await writeFile(join(folder.path, "deeper", `${a.publicKey}.jwt`), jwtOf(a));
    const secret = newKey("A", 40).publicKey;
    await writeFile(join(folder.path, "secret"), "root:x:0:0:root:/root:/bin/bash\n");
    await symlink(join(folder.path, "secret"), fileOf(folder.path, secret));
    const linked = newKey("A", 41).publicKey;
    await writeFile(join(folder.path, "..data"), `${jwtOf(a)}\n`);
    await symlink("..data", fileOf(folder.path, linked));
    const dangling = newKey("A", 42).publicKey;
    await symlink("nowhere", fileOf(folder.path, dangling));
    const aFolder = newKey("A", 43).publicKey;
    await mkdir(fileOf(folder.path, aFolder));
    const huge = newKey("A", 44).publicKey;
    await writeFile(fileOf(folder.path, huge), "a".repeat(1024 * 1024 + 1));
    const pipe = newKey("A", 45).publicKey;
    expect(Bun.spawnSync(["mkfifo", fileOf(folder.path, pipe)]).exitCode).toBe(0);

    using directory = await open(folder.path);
    expect(await directory.keys()).toEqual([linked]);
    expect(await Array.fromAsync(directory.entries())).toEqual([
      { key: linked, jwt: `${jwtOf(a)}\n` },
    ]);
    await expect(directory.loadToken(secret)).rejects.toThrow("holds no JWT");
    await expect(directory.loadToken(b.publicKey)).rejects.toThrow("holds no JWT");
    await expect(directory.load(dangling)).rejects.toBeInstanceOf(MissingAccountError);
    await expect(directory.load(aFolder)).rejects.toThrow("is no regular file");
    await expect(directory.load(pipe)).rejects.toThrow("is no regular file");
    await expect(directory.load(huge)).rejects.toThrow("is larger than 1048576 bytes");
    // A link is replaced, what it leads to stays.
    await directory.save(secret, jwtOf(a));
    expect(await readFile(join(folder.path, "secret"), "utf8")).toStartWith("root:");
  });

  test("does not write through a link beside the file", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(join(folder.path, "jwts"));
    const victim = join(folder.path, "victim");
    await writeFile(victim, "precious");
    await symlink(victim, `${fileOf(directory.path, a.publicKey)}.new`);
    await expect(directory.save(a.publicKey, jwtOf(a))).rejects.toThrow();
    expect(await readFile(victim, "utf8")).toBe("precious");
  });

  test("says why a file cannot be written", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(join(folder.path, "jwts"));
    // A folder in its place, as the superuser may write anywhere.
    await mkdir(fileOf(directory.path, a.publicKey));
    await expect(directory.save(a.publicKey, jwtOf(a))).rejects.toThrow(
      `open ${fileOf(directory.path, a.publicKey)}: is a directory`,
    );
  });
});

describe("The limit of a directory", () => {
  test("refuses further accounts, and not those that are there", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(folder.path, { limit: 1 });
    await directory.save(a.publicKey, jwtOf(a));
    await expect(directory.save(b.publicKey, jwtOf(b))).rejects.toThrow("jwt store is full");
    await expect(directory.saveIfNewer(b.publicKey, jwtOf(b))).rejects.toThrow("jwt store is full");
    expect(await directory.save(a.publicKey, jwtOf(a, "2"))).toBe(true);
    await directory.delete(a.publicKey);
    expect(await directory.save(b.publicKey, jwtOf(b))).toBe(true);
  });

  test("lets the least recently used account go", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(folder.path, { limit: 2, evicts: true });
    await directory.save(a.publicKey, jwtOf(a));
    await directory.save(b.publicKey, jwtOf(b));
    await directory.load(a.publicKey);
    await directory.save(c.publicKey, jwtOf(c));
    const left = [a.publicKey, c.publicKey].sort();
    expect(await directory.keys()).toEqual(left);
    expect((await readdir(folder.path)).sort()).toEqual(left.map((key) => `${key}.jwt`));
    // Somebody else has removed the one that is to go.
    await unlink(fileOf(folder.path, a.publicKey));
    expect(await directory.save(b.publicKey, jwtOf(b))).toBe(true);
    expect(await directory.keys()).toEqual([b.publicKey, c.publicKey].sort());
  });

  test("holds for any order of uses", async () => {
    const random = new Prng();
    await using folder = await temporaryFolder();
    using directory = await open(folder.path, { limit: 3, evicts: true });
    const accounts = Array.from({ length: 8 }, (_, i) => newKey("A", 100 + i));
    let model: string[] = [];
    for (let i = 0; i < 120; i++) {
      const account = random.pick(accounts);
      const key = account.publicKey;
      const isThere = model.includes(key);
      if (random.chance(3)) {
        const loading = directory.load(key);
        if (!isThere) {
          await expect(loading).rejects.toThrow();
          continue;
        }
        expect(await loading).toBeString();
      } else {
        await directory.save(key, accountJwt(account, operator, {}, { jti: String(i) }));
      }
      model = [...model.filter((each) => each !== key), key].slice(-3);
      expect((await directory.keys()).join(), `seed ${random.seed}`).toBe([...model].sort().join());
    }
  });
});

describe("Files go", () => {
  test("when nobody has used them for the time they are kept", async () => {
    await using folder = await temporaryFolder();
    await writeFile(fileOf(folder.path, a.publicKey), jwtOf(a));
    using directory = await open(folder.path, { ttlMs: 150, evicts: true });
    await directory.save(b.publicKey, jwtOf(b));
    const start = performance.now();
    await until("a is gone", () => {
      void directory.load(b.publicKey).catch(() => {});
      return performance.now() - start > 300;
    });
    expect(await directory.keys()).toEqual([b.publicKey]);
    expect(await readdir(folder.path)).toEqual([`${b.publicKey}.jwt`]);
  });

  test("on request, renamed, removed or not at all", async () => {
    await using folder = await temporaryFolder();
    for (const deletion of ["rename", "remove", null] as const) {
      using directory = await open(folder.path, { deletion });
      await directory.save(a.publicKey, jwtOf(a));
      if (deletion === null) {
        expect(() => directory.delete(a.publicKey)).toThrow("store is not set up to for delete");
        continue;
      }
      expect(await directory.delete(a.publicKey)).toBe(true);
      expect(await directory.delete(a.publicKey)).toBe(false);
      expect(await directory.keys()).toEqual([]);
      expect(await readdir(folder.path)).toEqual([`${a.publicKey}.jwt.deleted`]);
    }
  });
});

describe("What a directory says of all its files", () => {
  test("leaves out expired ones", async () => {
    await using folder = await temporaryFolder();
    using directory = await open(folder.path);
    const now = Math.floor(Date.now() / 1000);
    await directory.save(a.publicKey, jwtOf(a, "1", {}, { exp: now + 60 }));
    await directory.save(b.publicKey, jwtOf(b, "1", {}, { exp: now - 60 }));
    expect(await directory.keys()).toEqual([a.publicKey]);
  });

  test("is a hash that does not depend on order or history", async () => {
    await using first = await temporaryFolder();
    await using second = await temporaryFolder();
    using one = await open(first.path);
    expect((await one.hash()).toString("hex")).toBe("0".repeat(64));
    await one.save(a.publicKey, jwtOf(a));
    const alone = (await one.hash()).toString("hex");
    expect(alone).toBe(new Bun.CryptoHasher("sha256").update(jwtOf(a)).digest("hex"));
    await one.save(b.publicKey, jwtOf(b, "old"));
    await one.save(b.publicKey, jwtOf(b));
    const both = await one.hash();
    await writeFile(fileOf(second.path, b.publicKey), jwtOf(b));
    using other = await open(second.path);
    await other.save(a.publicKey, jwtOf(a));
    expect(await other.hash()).toEqual(both);
    await other.delete(b.publicKey);
    expect((await other.hash()).toString("hex")).toBe(alone);
  });
});

test("Many writers at once leave whole files behind", async () => {
  await using folder = await temporaryFolder();
  using directory = await open(folder.path);
  const jwts = Array.from({ length: 40 }, (_, i) => jwtOf(a, String(i)));
  await Promise.all(
    jwts.map(async (jwt) => {
      await directory.save(a.publicKey, jwt);
      expect(jwts).toContain(await directory.load(a.publicKey));
    }),
  );
  expect(await directory.load(a.publicKey)).toBe(jwts.at(-1)!);
  const digest = new Bun.CryptoHasher("sha256").update(jwts.at(-1)!).digest();
  expect(await directory.hash()).toEqual(digest);
});

test("A directory with 10,000 accounts is open at once, and read in the background", async () => {
  await using folder = await temporaryFolder();
  // Real keys with real checksums; what the files hold is read later.
  const keys = Array.from({ length: 10_000 }, () => fastAccountKey());
  const jwt = jwtOf(a);
  for (let i = 0; i < keys.length; i += 500) {
    const part = keys.slice(i, i + 500);
    await Promise.all(part.map((key) => writeFile(fileOf(folder.path, key), jwt)));
  }
  const start = performance.now();
  using directory = await open(folder.path);
  const openMs = performance.now() - start;
  expect(await directory.load(keys[5000]!)).toBe(jwt);
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  const all = await directory.keys();
  clearInterval(ticking);
  const readMs = performance.now() - start - openMs;
  console.log(`10,000 JWTs: open ${openMs.toFixed(0)} ms, read ${readMs.toFixed(0)} ms`);
  expect(all).toEqual([...keys].sort());
  expect(openMs).toBeLessThan(500);
  // Others got their turn.
  expect(ticks).toBeGreaterThan(20);
}, 30_000);

function fastAccountKey(): string {
  return encodePublicNkey(NkeyKind.Account, crypto.getRandomValues(new Uint8Array(32)));
}
