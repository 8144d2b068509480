/** What `oidc` blocks become, and what is wrong with them. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { lint } from "../../src/config/lint/lint.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { DEFAULT_OIDC, type OidcOptions } from "../../src/config/options/oidc.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import { contradictions } from "../../src/config/validate/validate.ts";
import { writeSharedFiles } from "../conformance/config/shared-files.ts";

const ISSUER = "https://idp.example.com/realms/acme";
const KEY = { kty: "EC", crv: "P-256", x: "AAAA", y: "BBBB", kid: "1" };

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-oidc-config-"));
  await writeSharedFiles(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(text: string): Promise<LoadedConfig> {
  const path = join(folder, `${files++}.conf`);
  await writeFile(path, text);
  return loadConfig(path, {});
}

async function providersOf(text: string): Promise<OidcOptions[]> {
  const { options, problems } = await load(text);
  expect(problems.filter(({ severity }) => severity !== "lint")).toEqual([]);
  return options.authorization!.oidc;
}

/** A provider of the issuer above, with more options. */
async function providerOf(text: string, around = ""): Promise<OidcOptions> {
  const file = `${around}\nauthorization { oidc { issuer: "${ISSUER}", ${text} } }`;
  return (await providersOf(file))[0]!;
}

/** Errors in a block, without the place. */
async function errorsIn(block: string, around = ""): Promise<string[]> {
  const { problems } = await load(`${around}\nauthorization { oidc ${block} }`);
  return problems.filter(({ severity }) => severity === "error").map(({ text }) => text);
}

function errorsOf(text: string, around = ""): Promise<string[]> {
  return errorsIn(`{ issuer: "${ISSUER}", ${text} }`, around);
}

describe("an oidc block", () => {
  test("needs an issuer, whose description tells the rest", async () => {
    const url = `${ISSUER}/.well-known/openid-configuration`;
    const keys = { kind: "discovery", url } as const;
    expect(await providerOf("")).toEqual({ ...DEFAULT_OIDC, issuer: ISSUER, keys });
    const [slash] = await providersOf('authorization { oidc { issuer: "https://a.b/" } }');
    expect(slash).toMatchObject({
      issuer: "https://a.b/",
      keys: { url: "https://a.b/.well-known/openid-configuration" },
    });
  });

  test("says everything there is to say", async () => {
    const text = `
      audience: [nats, other], jwks: "https://keys.example.com/certs", allow_insecure_http: true
      algorithms: [ES256, PS512], clock_skew: "5s", refresh: "1m", max_stale: "1h"
      name_claim: email, account_claim: org, allowed_accounts: [A, B]
      permissions { publish: "user.{{claim(sub)}}.>", subscribe { deny: x } }
      rules: [
        { when { groups: admins, level: 3, "a.b": [true, x] }, account: B, permissions { pub: ">" } }
        { account: A }
      ]`;
    expect(await providerOf(text, "accounts { A {}, B {} }")).toEqual({
      issuer: ISSUER,
      audience: ["nats", "other"],
      keys: { kind: "url", url: "https://keys.example.com/certs" },
      caFile: "",
      allowInsecure: true,
      algorithms: ["ES256", "PS512"],
      clockSkewMs: 5000,
      refreshMs: 60_000,
      maxStaleMs: 3_600_000,
      nameClaim: "email",
      account: "",
      accountClaim: "org",
      allowedAccounts: ["A", "B"],
      permissions: {
        publish: { allow: ["user.{{claim(sub)}}.>"], deny: null },
        subscribe: { allow: null, deny: ["x"] },
        responses: null,
      },
      rules: [
        {
          when: [
            { claim: "groups", values: ["admins"] },
            { claim: "level", values: [3] },
            { claim: "a.b", values: [true, "x"] },
          ],
          account: "B",
          permissions: { publish: { allow: [">"], deny: null }, subscribe: null, responses: null },
        },
        { when: [], account: "A", permissions: null },
      ],
    });
  });

  test("has keys of its own, or in a file", async () => {
    const path = join(folder, "keys.json");
    await writeFile(path, JSON.stringify({ keys: [KEY] }));
    expect((await providerOf(`jwks: "${path}"`)).keys).toEqual({ kind: "file", path });
    const text = "{kty: EC, crv: P-256, x: AAAA, y: BBBB, kid: '1'}";
    for (const [value, json] of [
      [text, KEY],
      [`[${text}]`, [KEY]],
      [`{keys: [${text}]}`, { keys: [KEY] }],
    ] as const) {
      const { keys } = await providerOf(`jwks: ${value}`);
      expect(keys.kind === "inline" && JSON.parse(keys.json)).toEqual(json);
    }
    // With keys at hand the issuer needs no address.
    const [bare] = await providersOf(`authorization { oidc { issuer: acme, jwks: ${text} } }`);
    expect(bare!.issuer).toBe("acme");
  });

  test("may be one of several", async () => {
    const text = 'authorization { oidc: [{issuer: "https://a"}, {issuer: "https://b"}] }';
    expect((await providersOf(text)).map(({ issuer }) => issuer)).toEqual([
      "https://a",
      "https://b",
    ]);
    expect(await errorsIn('[{issuer: "https://a"}, {issuer: "https://a"}]')).toEqual([
      'Duplicate issuer "https://a" detected',
    ]);
  });

  test("makes clients say who they are", async () => {
    const { options } = await load(`authorization { oidc { issuer: "${ISSUER}" } }`);
    expect(contradictions(options)).toEqual([]);
    const { asksForCredentials } = await import("../../src/config/validate/users.ts");
    expect(asksForCredentials(options)).toBe(true);
  });
});

describe("a mistake", () => {
  test.each([
    ["", "oidc requires an issuer to be specified"],
    ["issuer: ''", "issuer has no value"],
    ["issuer: 1", "interface conversion: interface {} is int64, not string"],
    ["issuer: acme", "oidc issuer, without jwks, cannot be used: it is no URL"],
    [
      'issuer: "http://idp.example.com"',
      "oidc issuer, without jwks, cannot be used: it has to begin with https://",
    ],
  ])("about the issuer is told: %s", async (text, error) => {
    expect(await errorsIn(`{ ${text} }`)).toEqual([error]);
  });

  const PATH = "/no/such/keys.json";
  test.each([
    ["audience: ''", "audience has no value"],
    ["audience: []", "audience has no value"],
    ["audience: 7", "error parsing audience: unsupported type int64"],
    ["jwks: ''", "jwks has no value"],
    ["jwks: 7", "Expected jwks to be a URL, a file or a set of keys, got int64"],
    ['jwks: "ftp://a/b"', "oidc jwks cannot be used: it has to begin with https://"],
    ['jwks: "http://a/b"', "oidc jwks cannot be used: it has to begin with https://"],
    [
      'jwks: "http://localhost.evil.com/b"',
      "oidc jwks cannot be used: it has to begin with https://",
    ],
    ['jwks: "https://u:p@a/b"', "oidc jwks cannot be used: it must not have a user or password"],
    ['jwks: "https://"', "oidc jwks cannot be used: it is no URL"],
    [`jwks: "${PATH}"`, `error reading jwks: open ${PATH}: no such file or directory`],
    ["jwks: []", "jwks cannot be used: it has no public key for signatures"],
    ["jwks: {kty: oct, k: AAAA}", "jwks cannot be used: it has no public key for signatures"],
    [
      "jwks: {kty: EC, crv: P-256, x: A, y: B, d: C}",
      "jwks cannot be used: it holds a private key, which nobody may see",
    ],
    [`ca_file: "${PATH}"`, `error reading ca_file: open ${PATH}: no such file or directory`],
    ["algorithms: []", "algorithms has no values"],
    ["algorithms: [none]", 'algorithm "none" cannot be used'],
    ["algorithms: [HS256]", 'algorithm "HS256" cannot be used'],
    ["clock_skew: 30", "interface conversion: interface {} is int64, not string"],
    ["clock_skew: '2h'", "clock_skew must be between 0s and 1h"],
    ["clock_skew: '-1s'", "clock_skew must be between 0s and 1h"],
    ["refresh: '1ms'", "refresh must be between 1s and 24h"],
    ["refresh: '25h'", "refresh must be between 1s and 24h"],
    ["refresh: '1h', max_stale: '1m'", "max_stale must not be shorter than refresh"],
    ["name_claim: ''", "name_claim has no value"],
    ["account: A", 'oidc account "A" not found in configured accounts'],
    ["rules: [{account: A}]", 'oidc account "A" not found in configured accounts'],
    ["account_claim: org", "account_claim requires allowed_accounts"],
    ["account_claim: org, allowed_accounts: []", "account_claim requires allowed_accounts"],
    ["allowed_accounts: ['$G']", "allowed_accounts requires an account_claim"],
    [
      "account_claim: org, account: '$G', allowed_accounts: ['$G']",
      "oidc cannot have an account and an account_claim",
    ],
    ["rules: {}", "Expected rules field to be an array, got map[]"],
    ["rules: [x]", "Expected rule entry to be a map/struct, got x"],
    ["rules: [{when: x}]", "Expected when to be a map/struct, got string"],
    ["rules: [{when {}}]", "when has no claims"],
    ["rules: [{when {groups: []}}]", 'claim "groups" has no values'],
    [
      "rules: [{when {a {b: c}}}]",
      'claim "a" must be compared with a text, an integer or a boolean, got map[string]interface {}',
    ],
    ["rules: [{wen {a: b}}]", 'Unknown field "wen" parsing oidc rule'],
    ["isuer: x", 'Unknown field "isuer" parsing oidc'],
    ["permissions: x", "Expected permissions to be a map/struct, got x"],
    ["permissions {publish: 'a..b'}", 'subject "a..b" is not a valid subject'],
  ])("is told: %s", async (text, error) => {
    expect(await errorsOf(text)).toEqual([error]);
  });

  const SPELLING = "a template is written {{claim(NAME)}}, without spaces";
  test.each([
    ["a.{{claim(sub}}", SPELLING],
    ["a.{{claim()}}", SPELLING],
    ["a.{{sub}}", SPELLING],
    ["a.{{claim(sub)}", SPELLING],
    ["a.claim(sub)}}", SPELLING],
    ["a.{{tag(sub)}}", SPELLING],
    ["a.{{{claim(sub)}}}.{{", SPELLING],
    ["a.*{{claim(sub)}}", "a claim and a wildcard cannot share a token"],
    ["a.{{claim(sub)}}>", "a claim and a wildcard cannot share a token"],
  ])("in a template is told: %s", async (subject, reason) => {
    const text = `subject "${subject}" cannot be used: ${reason}`;
    expect(await errorsOf(`permissions { publish: "${subject}" }`)).toEqual([text]);
    expect(await errorsOf(`rules: [{permissions { sub { deny: ["${subject}"] } }}]`)).toEqual([
      text,
    ]);
  });

  test("of the whole block is told", async () => {
    expect(await errorsIn(": yes_please")).toEqual([
      "Expected oidc to be a map/struct, or a list of them, got string",
    ]);
    expect(await errorsIn(": [x]")).toEqual(["Expected oidc to be a map/struct, got x"]);
    const { problems } = await load(
      `cluster { authorization { oidc { issuer: "${ISSUER}" } }, listen: "127.0.0.1:-1" }`,
    );
    expect(problems.map(({ text }) => text)).toContain(
      "Cluster authorization does not support tokens",
    );
  });

  test("against other options is told at the start", async () => {
    const oidc = [{ ...DEFAULT_OIDC, issuer: ISSUER, account: "A" }];
    const { options } = await load("authorization { token: x }");
    const authorization = { ...options.authorization!, token: "", oidc };
    expect(contradictions(resolveOptions({ authorization }))).toEqual([
      'oidc account "A" not found in configured accounts',
    ]);
    const trustedKeys = ["OCATRT4DMDJQKPJTPHPAQNXTNIYEQ3UPJTHEPVAQKJFZKQ5ZEQHHEBEN"];
    expect(contradictions(resolveOptions({ authorization, trustedKeys }))).toContain(
      "oidc not compatible with Trusted Operator",
    );
  });
});

describe("advice", () => {
  const OPEN = "every client with a token of this issuer may publish and subscribe to everything";
  const FOR_ANYBODY = "tokens that the issuer has made for any other application are good here too";
  const CLEAR = "clients send their tokens in clear, and whoever sees one can use it";

  async function adviceOn(text: string, listen = "127.0.0.1:4222"): Promise<string[]> {
    const loaded = await load(
      `listen: "${listen}"\nauthorization { oidc { issuer: "${ISSUER}", ${text} } }`,
    );
    return lint(loaded).map((each) => each.text);
  }

  test("is given where tokens are good for more than is said", async () => {
    expect(await adviceOn("")).toEqual([OPEN, FOR_ANYBODY].sort());
    expect(await adviceOn("audience: a")).toEqual([OPEN]);
    expect(await adviceOn("audience: a, permissions {pub: b}")).toEqual([
      "every client with a token of this issuer may subscribe to everything",
    ]);
    expect(await adviceOn("audience: a, rules: [{when {b: c}}]")).toEqual([
      "clients that this rule fits may publish and subscribe to everything",
    ]);
    expect(
      await adviceOn("audience: a, permissions {pub: a, sub: b}, allow_insecure_http: true"),
    ).toEqual(["whoever is between this server and the provider can forge tokens"]);
    expect(
      await adviceOn("audience: a, permissions {pub: a, sub: b}, rules: [{}, {when {b: c}}]"),
    ).toEqual(["no token gets as far as this rule: one before it fits them all"]);
    expect(await adviceOn("audience: a, permissions {pub: a, sub: b}", "0.0.0.0:4222")).toEqual([
      CLEAR,
    ]);
    const users = `authorization { password: x, oidc { issuer: "${ISSUER}" } }`;
    expect(lint(await load(users)).map((each) => each.text)).not.toContain(
      "a password without a user lets nobody in here, and everybody in nats-server",
    );
  });

  test("is not given for what is safe", async () => {
    expect(await adviceOn("audience: a, permissions {pub: a, sub: b}")).toEqual([]);
    expect(
      await adviceOn("audience: a, rules: [{when {b: c}, permissions {pub: a, sub: b}}]"),
    ).toEqual([]);
  });
});

describe("conf/oidc.conf", () => {
  const path = resolve(import.meta.dir, "../../conf/oidc.conf");

  test("is valid, and gives no reason for advice", async () => {
    const loaded = await loadConfig(path, {
      TLS_CERT: join(folder, "cert.pem"),
      TLS_KEY: join(folder, "key.pem"),
    });
    const errors = loaded.problems.filter(({ severity }) => severity !== "lint");
    expect(errors.map(({ text }) => text)).toEqual([]);
    expect(lint(loaded).map(({ text }) => text)).toEqual([]);
    expect(loaded.options.authorization!.oidc[0]!.rules).toHaveLength(2);
  });

  test("says how to start it", async () => {
    const text = await readFile(path, "utf8");
    expect(text).toContain("nats-server -c conf/oidc.conf");
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});
