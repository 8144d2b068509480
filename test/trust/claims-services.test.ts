/** Services about accounts, without a server. What they answer is compared with nats-server elsewhere. */

import { describe, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResolverOptions } from "../../src/config/options/trust.ts";
import { accountJwt, genericJwt, newKey, userJwt } from "../support/jwt.ts";
import { until } from "../support/until.ts";
import { FakeMessaging, fakeAccount } from "./fake-messaging.ts";
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

const SERVER = { name: "S", id: "N", seq: 1 };
const account = fakeAccount(system.publicKey);
const DIRECTORY_SUBJECTS = [
  "$SYS.ACCOUNT.*.CLAIMS.UPDATE",
  "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE",
  "$SYS.REQ.CLAIMS.UPDATE",
  "$SYS.REQ.CLAIMS.LIST",
  "$SYS.REQ.CLAIMS.DELETE",
];

/** A server with these services and a folder, in which A and the system account are. */
async function serve(resolver: Partial<ResolverOptions>, messaging = new FakeMessaging()) {
  const folder = await temporaryFolder();
  const jwts = { [system.publicKey]: systemJwt, [a.publicKey]: jwtOf(a) };
  for (const [key, jwt] of Object.entries(jwts)) {
    await writeFile(join(folder.path, `${key}.jwt`), jwt);
  }
  const isMemory = resolver.kind === "memory";
  const options = trustOptions({ ...resolver, dir: folder.path }, isMemory ? jwts : {});
  const trust = await openTrust(options);
  const serverInfo = (): string => JSON.stringify(SERVER);
  await trust.mode.start({ messaging, account, serverInfo, log: trust.witness.log });
  const ask = async (subject: string, payload: string | Uint8Array = ""): Promise<string> =>
    (await messaging.ask(account, subject, payload)).join("");
  return {
    ...trust,
    options,
    messaging,
    folder: folder.path,
    ask,
    files: async () => (await readdir(folder.path)).sort(),
    push: (jwt: string) => ask("$SYS.REQ.CLAIMS.UPDATE", jwt),
    [Symbol.asyncDispose]: async () => {
      trust.mode.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function done(data: object): string {
  return JSON.stringify({ server: SERVER, data });
}

function failed(key: string | null, description: string): string {
  const whose = key === null ? {} : { account: key };
  return JSON.stringify({ server: SERVER, error: { ...whose, code: 500, description } });
}

function deletion(accounts: unknown, signer = operator, claims = {}): string {
  return genericJwt(signer, { accounts }, claims);
}

describe("A full directory", () => {
  test("offers all services, until the server stops", async () => {
    await using server = await serve({ kind: "full" });
    const { messaging, mode, folder, witness } = server;
    expect(messaging.subjects.slice(0, 7)).toEqual([
      ...DIRECTORY_SUBJECTS,
      "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP",
      "$SYS.REQ.CLAIMS.PACK",
    ]);
    expect(witness.lines).toContain(`info Managing all jwt in exclusive directory ${folder}`);
    mode.stop();
    expect(messaging.subjects).toEqual([]);
  });

  test("looks accounts up", async () => {
    await using server = await serve({ kind: "full" });
    const { ask, witness, messaging } = server;
    const lookup = (key: string): string => `$SYS.REQ.ACCOUNT.${key}.CLAIMS.LOOKUP`;
    expect(await ask(lookup(a.publicKey))).toBe(jwtOf(a));
    expect(await messaging.ask(account, lookup(b.publicKey), "")).toEqual([Buffer.alloc(0)]);
    expect(witness.lines).toContain(`debug DirResolver - Could not find account "${b.publicKey}"`);
    messaging.publish(account, lookup("foo"), "nobody.listens", "");
    await until("line", () => witness.lines.at(-1)!.startsWith("error"));
    expect(witness.lines.at(-1)).toBe(
      'error DirResolver - Error looking up account "foo": invalid public key',
    );
  });

  test("keeps what is pushed, and accounts follow", async () => {
    await using server = await serve({ kind: "full" });
    const { push, accounts, witness, ask, files } = server;
    await accounts.lookup(a.publicKey);
    const updated = { account: a.publicKey, code: 200, message: "jwt updated" };
    expect(await push(jwtOf(a, "2"))).toBe(done(updated));
    expect(witness.take()).toEqual(["update A 1", "update A 2"]);
    expect(await push(jwtOf(a, "2"))).toBe(done(updated));
    expect(witness.take()).toEqual([]);
    const subject = `$SYS.REQ.ACCOUNT.${b.publicKey}.CLAIMS.UPDATE`;
    expect(await ask(subject, jwtOf(b))).toBe(done({ ...updated, account: b.publicKey }));
    expect(await files()).toContain(`${b.publicKey}.jwt`);
    // Nobody has asked for it.
    expect(witness.take()).toEqual([]);
  });

  test("refuses what an operator has signed that is not trusted", async () => {
    await using server = await serve({ kind: "full" });
    const { push, ask, accounts, witness, folder } = server;
    await accounts.lookup(a.publicKey);
    const text = "jwt update resulted in error - account validation failed";
    for (const jwt of [accountJwt(a, otherOperator), accountJwt(a, a)]) {
      expect(await push(jwt)).toBe(failed(a.publicKey, text));
      const subject = `$SYS.ACCOUNT.${a.publicKey}.CLAIMS.UPDATE`;
      expect(await ask(subject, jwt)).toBe(failed(a.publicKey, text));
    }
    expect(await push(accountJwt(b, otherOperator))).toBe(failed(b.publicKey, text));
    expect((await readdir(folder)).length).toBe(2);
    expect(await Bun.file(join(folder, `${a.publicKey}.jwt`)).text()).toBe(jwtOf(a));
    expect(witness.take()).toEqual(["update A 1"]);
  });

  test("writes no files of other names", async () => {
    await using server = await serve({ kind: "full" });
    const { push, ask, files } = server;
    const user = newKey("U", 1).publicKey;
    const text = "jwt update resulted in error - invalid public key";
    for (const name of [user, "../../x", "", `${a.publicKey}\n`, "A"]) {
      const jwt = accountJwt(name, operator);
      expect(await push(jwt)).toBe(failed(name === "" ? null : name, text));
    }
    const answer = await ask("$SYS.REQ.ACCOUNT.foo.CLAIMS.UPDATE", accountJwt("foo", operator));
    expect(answer).toBe(failed("foo", text));
    expect((await files()).length).toBe(2);
  });

  test("lists accounts", async () => {
    await using server = await serve({ kind: "full" });
    await writeFile(join(server.folder, "foo.jwt"), jwtOf(a));
    const data = [a.publicKey, system.publicKey].sort();
    const expected = JSON.stringify({ data, server: SERVER });
    expect(await server.ask("$SYS.REQ.CLAIMS.LIST")).toBe(expected);
  });

  test("deletes for the operator alone, and only what may go", async () => {
    await using server = await serve({ kind: "full", allowDelete: true });
    const { ask, accounts, witness, files } = server;
    await accounts.lookup(a.publicKey);
    witness.take();
    const request = (jwt: string): Promise<string> => ask("$SYS.REQ.CLAIMS.DELETE", jwt);
    const o = operator.publicKey;
    const other = otherOperator.publicKey;
    const refused = (by: string, why: string): string =>
      failed(null, `delete accounts request by ${by} failed - ${why}`);
    expect(await request("junk")).toBe(refused("", "expected 3 chunks"));
    expect(await request(deletion([system.publicKey]))).toBe(
      refused(o, "not allowed to delete system account"),
    );
    const malformed: unknown[] = ["x", null, [""], ["x"], [1], [[a.publicKey]], {}];
    malformed.push([newKey("U", 1).publicKey], [`${a.publicKey}\n`], [a.publicKey, "../x"]);
    for (const listed of malformed) {
      expect(await request(deletion(listed))).toBe(refused(o, "malformed request"));
    }
    expect(await request(deletion([a.publicKey], otherOperator))).toBe(
      refused(other, "not trusted"),
    );
    expect(await request(deletion([a.publicKey], operator, { sub: other }))).toBe(
      refused(other, "not self signed"),
    );
    expect(witness.take()).toEqual([]);
    expect(await request(deletion([a.publicKey, b.publicKey]))).toBe(
      done({ code: 200, message: "deleted 2 accounts" }),
    );
    expect(witness.take()).toEqual(["expired A", "remove A"]);
    expect(await files()).toEqual([`${a.publicKey}.jwt.deleted`, `${system.publicKey}.jwt`].sort());
    // Lost in nats-server, which takes the same JWT for no news.
    await server.push(jwtOf(a));
    expect(witness.take()).toEqual(["update A 1"]);
  });

  test("deletes nothing unless it may", async () => {
    await using server = await serve({ kind: "full" });
    expect(await server.ask("$SYS.REQ.CLAIMS.DELETE", deletion([a.publicKey]))).toBe(
      failed(
        null,
        `delete accounts request by ${operator.publicKey} failed - delete must be enabled in server config`,
      ),
    );
  });

  test("sends all it has to those who have something else", async () => {
    await using server = await serve({ kind: "full" });
    await writeFile(join(server.folder, "foo.jwt"), "x");
    const sha256 = (text: string): Buffer => new Bun.CryptoHasher("sha256").update(text).digest();
    const [first, second] = [sha256(jwtOf(a)), sha256(systemJwt)];
    const hash = first.map((byte, i) => byte ^ second[i]!);
    const isLast = (answers: readonly Buffer[]): boolean => answers.at(-1)!.length === 0;
    const pack = (theirs: Uint8Array): Promise<Buffer[]> =>
      server.messaging.ask(account, "$SYS.REQ.CLAIMS.PACK", theirs, isLast);
    expect(await pack(hash)).toEqual([Buffer.alloc(0)]);
    const lines = [`${a.publicKey}|${jwtOf(a)}`, `${system.publicKey}|${systemJwt}`].sort();
    expect((await pack(Buffer.alloc(0))).map(String)).toEqual([...lines, ""]);
  });
});

describe("Two full directories", () => {
  test("come to hold the same, apart from what is not trusted", async () => {
    const messaging = new FakeMessaging();
    await using one = await serve({ kind: "full", intervalMs: 50 }, messaging);
    await using two = await serve({ kind: "full", intervalMs: 50 }, messaging);
    await two.accounts.lookup(a.publicKey);
    await writeFile(join(one.folder, `${c.publicKey}.jwt`), accountJwt(c, otherOperator));
    await one.mode.reload(one.options);
    await one.ask(`$SYS.REQ.ACCOUNT.${b.publicKey}.CLAIMS.UPDATE`, jwtOf(b));
    const newer = jwtOf(a, "2", {}, { iat: 1_700_000_001 });
    await writeFile(join(one.folder, `${a.publicKey}.jwt`), newer);
    await one.mode.reload(one.options);
    await until("a is newer", () => two.witness.events.includes("update A 2"));
    expect(await two.files()).toEqual(
      [a, b, system].map(({ publicKey }) => `${publicKey}.jwt`).sort(),
    );
    expect(two.witness.lines).toContain(
      "error DirResolver - Merging resulted in error: account validation failed",
    );
    expect(one.witness.lines.some((line) => line.includes("Checking store state"))).toBe(true);
  });

  test("ask each other for accounts that they lack", async () => {
    const messaging = new FakeMessaging();
    await using one = await serve({ kind: "full" }, messaging);
    await using two = await serve({ kind: "cache" }, messaging);
    await writeFile(join(one.folder, `${b.publicKey}.jwt`), jwtOf(b));
    await writeFile(join(one.folder, `${c.publicKey}.jwt`), accountJwt(c, otherOperator));
    expect(await two.accounts.lookup(b.publicKey)).toMatchObject({ id: "1" });
    expect(await two.files()).toContain(`${b.publicKey}.jwt`);
    expect(await two.accounts.lookup(c.publicKey)).toBeNull();
    expect(two.accounts.lookupError(c.publicKey)).toBe("account validation failed");
    expect(await two.files()).not.toContain(`${c.publicKey}.jwt`);
    const nobodys = newKey("A", 60).publicKey;
    expect(await two.accounts.lookup(nobodys)).toBeNull();
    expect(two.accounts.lookupError(nobodys)).toBe("account jwt not found");
  });
});

describe("A cache", () => {
  test("offers no lookups", async () => {
    await using server = await serve({ kind: "cache" });
    expect(server.messaging.subjects).toEqual(DIRECTORY_SUBJECTS);
    expect(server.witness.lines).toContain(
      `info Managing some jwt in exclusive directory ${server.folder}`,
    );
  });

  test("keeps only what is in use", async () => {
    await using server = await serve({ kind: "cache" });
    const { push, ask, accounts, witness, files } = server;
    const skipped = { account: b.publicKey, code: 200, message: "jwt update cache skipped" };
    expect(await push(jwtOf(b))).toBe(done(skipped));
    expect((await files()).length).toBe(2);
    await accounts.lookup(a.publicKey);
    const updated = { account: a.publicKey, code: 200, message: "jwt updated cache" };
    expect(await push(jwtOf(a, "2"))).toBe(done(updated));
    expect(witness.take()).toEqual(["update A 1", "update A 2"]);
    const update = (key: string, jwt: string): Promise<string> =>
      ask(`$SYS.REQ.ACCOUNT.${key}.CLAIMS.UPDATE`, jwt);
    const text = "jwt update cache resulted in error";
    expect(await update(a.publicKey, "x")).toBe(failed(a.publicKey, `${text} - expected 3 chunks`));
    expect(await push("x")).toBe(failed("n/a", `${text} - expected 3 chunks`));
    expect(await update(a.publicKey, accountJwt(a, otherOperator))).toBe(
      failed(a.publicKey, `${text} - account validation failed`),
    );
    const invalid = jwtOf(a, "3", { exports: [{ subject: "", type: "stream" }] });
    expect(await update(a.publicKey, invalid)).toBe(
      failed(
        a.publicKey,
        "jwt update cache validation failed - validation errors: [subject cannot be empty]",
      ),
    );
  });

  test("says that nobody has answered", async () => {
    await using server = await serve({ kind: "cache", timeoutMs: 50 });
    expect(await server.accounts.lookup(b.publicKey)).toBeNull();
    expect(server.accounts.lookupError(b.publicKey)).toBe("fetching jwt timed out");
  });
});

describe("Without a directory", () => {
  test("accounts that are loaded follow", async () => {
    await using server = await serve({ kind: "memory" });
    const { ask, accounts, messaging, witness } = server;
    expect(messaging.subjects).toEqual(DIRECTORY_SUBJECTS.slice(0, 2));
    const update = (key: string, jwt: string): Promise<string> =>
      ask(`$SYS.REQ.ACCOUNT.${key}.CLAIMS.UPDATE`, jwt);
    const skipped = { account: a.publicKey, code: 200, message: "jwt update skipped" };
    expect(await update(a.publicKey, jwtOf(a, "2"))).toBe(done(skipped));
    await accounts.lookup(a.publicKey);
    const updated = { account: a.publicKey, code: 200, message: "jwt updated" };
    expect(await update(a.publicKey, jwtOf(a, "2"))).toBe(done(updated));
    expect(witness.take()).toEqual(["update A 1", "update A 2"]);
    const text = "jwt update resulted in error";
    const faults: readonly [string, string, string][] = [
      [a.publicKey, "", "jwt update error - request body is empty"],
      [a.publicKey, "x", `${text} - expected 3 chunks`],
      [b.publicKey, jwtOf(a), `${text} - subject does not match jwt content`],
      [a.publicKey, userJwt(newKey("U", 1), a), `${text} - not account claim`],
      [a.publicKey, accountJwt(a, otherOperator), `${text} - account validation failed`],
      [a.publicKey, jwtOf(a, "3", {}, { exp: 1 }), `${text} - account validation failed`],
    ];
    for (const [key, jwt, description] of faults) {
      expect(await update(key, jwt)).toBe(failed(key, description));
    }
  });
});

test("Errors that quote markup are escaped as Go does", async () => {
  await using server = await serve({ kind: "full" });
  const subject = "$SYS.REQ.ACCOUNT.<b>&.CLAIMS.UPDATE";
  const answer = await server.ask(subject, jwtOf(a));
  expect(answer).toContain('"account":"\\u003cb\\u003e\\u0026"');
});

test("Requests beyond what may wait are dropped", async () => {
  await using server = await serve({ kind: "full" });
  const { messaging, witness, ask } = server;
  const big = "x".repeat(8 * 1024 * 1024);
  for (let i = 0; i < 20; i++) messaging.publish(account, "$SYS.REQ.CLAIMS.UPDATE", "", big);
  const line = "error Too many requests about accounts wait, more are dropped";
  await until("the line", () => witness.lines.includes(line));
  await until("all are done", () => witness.lines.filter((l) => l.includes("n/a")).length > 5);
  expect(witness.lines.filter((each) => each === line).length).toBe(1);
  expect(await ask("$SYS.REQ.CLAIMS.LIST")).toContain(a.publicKey);
});
