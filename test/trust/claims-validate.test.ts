/** Rules for claims that the real server's answers do not show, or that crash it. */

import { describe, expect, test } from "bun:test";
import type { AccountClaims } from "../../src/trust/claims/claims.ts";
import { decodeAccountClaims, decodeClaims } from "../../src/trust/claims/decode.ts";
import { formatErrors, formatIssues, isBlocked } from "../../src/trust/claims/issues.ts";
import { SubjectIndex } from "../../src/trust/claims/subject-index.ts";
import { isContainedIn } from "../../src/trust/claims/subjects.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import * as jwt from "../support/jwt.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const NOW = 1_700_000_000;
const OPERATOR = jwt.newKey("O", 1);
const ACCOUNT = jwt.newKey("A", 2);
const USER = jwt.newKey("U", 3);
const SERVER = jwt.newKey("N", 4);

async function issuesOf(token: string): Promise<readonly string[]> {
  return validateClaims(await decodeClaims(token), NOW).all;
}

function account(nats: object): Promise<AccountClaims> {
  return decodeAccountClaims(jwt.accountJwt(ACCOUNT, OPERATOR, nats));
}

describe("an operator", () => {
  test.each<[object, string]>([
    [{ account_server_url: "example.com" }, 'account server url "example.com" requires a protocol'],
    [
      { account_server_url: "http://[" },
      "error parsing account server url: parse \"http://[\": missing ']' in host",
    ],
    [
      { operator_service_urls: ["", "nats://u:p@a"] },
      'operator service url "nats://u:p@a" - credentials are not supported',
    ],
    [
      { operator_service_urls: ["tls://a/b"] },
      'operator service url "tls://a/b" - paths are not supported',
    ],
    [
      { operator_service_urls: ["http://a"] },
      "operator service url \"http://a\" - protocol not supported (only 'nats', 'tls', 'ws', 'wss' only)",
    ],
    [{ signing_keys: ["x"] }, "x is not an operator public key"],
    [{ system_account: "x" }, "x is not an account public key"],
    [
      { assert_server_version: "2.10" },
      "assert server version error: asserted server version must be of the form <major>.<minor>.<update>",
    ],
    [
      { assert_server_version: "2.x.1" },
      "assert server version error: asserted server version cant parse x to int",
    ],
    [
      { assert_server_version: "2.-1.0" },
      "assert server version error: asserted server version can'b contain negative values: 2.-1.0",
    ],
  ])("may not have %j", async (nats, issue) => {
    expect(await issuesOf(jwt.operatorJwt(OPERATOR, nats))).toEqual([issue]);
  });

  test("may have everything that is right", async () => {
    const nats = {
      account_server_url: "https://example.com",
      operator_service_urls: ["NATS://a:4222", "wss://b", "tls://[::1]:5"],
      signing_keys: [OPERATOR.publicKey],
      system_account: ACCOUNT.publicKey,
      assert_server_version: "2.10.0",
    };
    expect(await issuesOf(jwt.operatorJwt(OPERATOR, nats))).toEqual([]);
  });
});

describe("an answer of a callout service", () => {
  const answer = (nats: object, claims: jwt.CommonClaims = {}, subject = USER): string =>
    jwt.authorizationResponseJwt(subject, ACCOUNT, nats, { aud: SERVER.publicKey, ...claims });

  test.each<[string, string]>([
    [answer({ jwt: "x" }, {}, ACCOUNT), "Subject must be a user public key"],
    [answer({ jwt: "x" }, { aud: USER.publicKey }), "Audience must be a server public key"],
    [answer({}), "Error or Jwt is required"],
    [answer({ jwt: "x", error: "y" }), "Only Error or Jwt can be set"],
    [
      answer({ jwt: "x", issuer_account: USER.publicKey }),
      "issuer_account is not an account public key",
    ],
    [answer({ error: "y" }, { exp: 5 }), "claim is expired"],
  ])("%#", async (token, issue) => {
    expect(await issuesOf(token)).toEqual([issue]);
  });

  test("is good with either", async () => {
    expect(await issuesOf(answer({ jwt: "x", issuer_account: ACCOUNT.publicKey }))).toEqual([]);
    expect(await issuesOf(answer({ error: "y" }))).toEqual([]);
  });
});

describe("time", () => {
  test("is up after the last second, and comes with the first", async () => {
    const claims = await decodeClaims(jwt.userJwt(USER, ACCOUNT, {}, { exp: NOW, nbf: NOW }));
    expect(validateClaims(claims, NOW).all).toEqual([]);
    expect(validateClaims(claims, NOW + 1).timeChecks).toEqual(["claim is expired"]);
    expect(validateClaims(claims, NOW - 1).timeChecks).toEqual(["claim is not yet valid"]);
    expect(isBlocked(validateClaims(claims, NOW))).toBe(false);
    expect(isBlocked(validateClaims(claims, NOW + 1))).toBe(true);
    expect(formatIssues(validateClaims(claims, NOW + 1))).toBe("&{Issues:[claim is expired]}");
  });

  test("of an activation in an import does not count", async () => {
    const nats = { subject: "a", kind: "stream" };
    const token = jwt.activationJwt(ACCOUNT, ACCOUNT, nats, { exp: 5 });
    const imported = { subject: "a", type: "stream", account: ACCOUNT.publicKey, token };
    const claims = await account({ imports: [imported], limits: { imports: -1 } });
    expect(validateClaims(claims, NOW).all).toEqual([]);
    expect(await issuesOf(token)).toEqual(["claim is expired"]);
  });
});

describe("an account", () => {
  test("with null among its shares is refused, which crashes nats-server", async () => {
    const claims = await account({ exports: [null], limits: { exports: 1 } });
    const validation = validateClaims(claims, NOW);
    expect(validation.errors).toEqual(["null export is not allowed"]);
    expect(formatErrors(validation)).toBe("validation errors: [null export is not allowed]");
  });

  test("that has signed itself should not set limits", async () => {
    const token = jwt.accountJwt(ACCOUNT, ACCOUNT);
    const { errors, warnings } = validateClaims(await decodeClaims(token), NOW);
    expect(errors).toEqual([]);
    expect(warnings).toEqual(["self-signed account JWTs shouldn't contain operator limits"]);
  });

  test("may use the older form of local subjects", async () => {
    const imported = { subject: "a", to: "b", type: "service", account: ACCOUNT.publicKey };
    const claims = await account({ imports: [imported], limits: { imports: -1 } });
    const { errors, warnings } = validateClaims(claims, NOW);
    expect(errors).toEqual([]);
    expect(warnings).toEqual(["the field to has been deprecated (use LocalSubject instead)"]);
  });

  test("is looked at in time, whatever it shares", async () => {
    const name = (i: number): string => `a.${"b.".repeat(i % 5)}${i}`;
    const all = (field: string, subject: (i: number) => string, more: object): object => ({
      [field]: Array.from({ length: 8_000 }, (_, i) => ({ subject: subject(i), ...more })),
      limits: { imports: -1, exports: -1, wildcards: true },
    });
    const service = { type: "service" };
    const many = [
      all("exports", name, service),
      all("exports", () => "a", service),
      all("imports", name, { ...service, account: "x" }),
      all("imports", () => "*", { ...service, account: "x" }),
      { exports: [{ subject: "a.".repeat(200_000), type: "stream" }] },
    ];
    for (const nats of many) {
      const claims = await account(nats);
      const start = performance.now();
      expect(validateClaims(claims, NOW).all.length).toBeLessThanOrEqual(1000);
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});

test("an index of subjects finds what a comparison with each finds", async () => {
  await withSeed((random: Prng) => {
    const token = (): string => random.pick(["a", "b", "*", ">"]);
    const subject = (): string => Array.from({ length: random.between(1, 4) }, token).join(".");
    for (let round = 0; round < 300; round++) {
      const added = Array.from({ length: random.between(0, 12) }, subject);
      const index = new SubjectIndex();
      for (const each of added) index.add(each);
      const asked = subject();
      const named = (matches: readonly { subject: string; count: number }[]): string[] =>
        matches.flatMap((match) => new Array<string>(match.count).fill(match.subject)).sort();
      expect(named(index.containing(asked))).toEqual(
        added.filter((each) => isContainedIn(asked, each)).sort(),
      );
      expect(named(index.contained(asked, 100))).toEqual(
        added.filter((each) => isContainedIn(each, asked)).sort(),
      );
    }
  });
});
