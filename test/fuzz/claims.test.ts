/** Tokens of all shapes: they are decoded and looked at, or refused for a reason, and soon. */

import { expect, test } from "bun:test";
import { JwtError } from "../../src/protocol/jwt.ts";
import { decodeClaims, decodeGenericClaims } from "../../src/trust/claims/decode.ts";
import { isAllowedFrom, timeWindow } from "../../src/trust/claims/restrictions.ts";
import { processUserPermissionsTemplate } from "../../src/trust/claims/user-template.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import * as jwt from "../support/jwt.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { TOKENS } from "../trust/claims-vectors.ts";

const ROUNDS = 1500;
/** Generous: the machine may be busy. */
const MS_MAX = 500;
const SIGNERS = [jwt.newKey("O", 1), jwt.newKey("A", 2), jwt.newKey("N", 3), jwt.newKey("U", 4)];
const TEXTS = Object.values(TOKENS).map((token) =>
  Buffer.from(token.split(".")[1]!, "base64url").toString(),
);
const KEYS = SIGNERS.map(({ publicKey }) => publicKey);
const SCRAPS = [
  ...["null", "true", "{}", "[]", "[null]", "-1", "1e309", "1.0", "18446744073709551616", '""'],
  ...['"\\ud800"', '"{{tag(x)}}"', '"a.>"', '"*"', '" "', '"user"', '"account"', '"headers"', "2"],
  ...['"__proto__"', "{,", '"', "\\", "\u0000", "\ufeff", "9223372036854775807"],
];
const VALUE = /-?\d[\d.]*|"(?:[^"\\]|\\.)*"|\{\}|\[\]|true|false/g;

/** The claims of a good token, with some values in another's place. */
function mutated(random: Prng): string {
  let json = random.pick(TEXTS);
  for (let count = random.below(4); count > 0; count--) {
    const values = [...json.matchAll(VALUE)];
    if (values.length === 0) break;
    const { 0: value, index } = random.pick(values);
    const scrap = random.chance(4) ? JSON.stringify(random.pick(KEYS)) : random.pick(SCRAPS);
    json = json.slice(0, index) + scrap + json.slice(index + value.length);
  }
  return json;
}

function damaged(random: Prng, token: string): string {
  const at = random.below(token.length);
  const scrap = random.pick([
    "",
    ".",
    "=",
    "\n",
    "A",
    "\u00e9",
    random.bytes(5).toString("latin1"),
  ]);
  return token.slice(0, at) + scrap + token.slice(at + random.below(4));
}

function anyToken(random: Prng): string {
  if (random.chance(8)) return random.bytes(random.below(300)).toString("latin1");
  const claims = mutated(random);
  const isOdd = random.chance(4);
  // Mostly as it should be: operators sign operators, accounts what is left.
  const usual = claims.includes('"operator"') ? SIGNERS[0]! : SIGNERS[1]!;
  const signer = isOdd ? random.pick(SIGNERS) : usual;
  const isFirst = isOdd ? random.chance(2) : /^.*"type":"\w+","iss"/.test(claims);
  const header = isFirst ? { typ: "jwt", alg: "ed25519" } : { typ: "JWT", alg: "ed25519-nkey" };
  const json = claims.replace(/"iss":"[^"]*"/, `"iss":"${signer.publicKey}"`);
  const sign = isFirst ? jwt.signedTokenV1 : jwt.signedToken;
  const token = sign(header, json, signer);
  return random.chance(4) ? damaged(random, token) : token;
}

/** All that is done with a token; what it may be refused with is an error of one kind. */
async function use(token: string): Promise<boolean> {
  const claims = await decodeClaims(token).catch((error: unknown) => {
    expect(error).toBeInstanceOf(JwtError);
    return null;
  });
  await decodeGenericClaims(token).catch((error: unknown) =>
    expect(error).toBeInstanceOf(JwtError),
  );
  if (claims === null) return false;
  const { all, errors, warnings, timeChecks } = validateClaims(claims, 1_700_000_000);
  expect(all.length).toBe(errors.length + warnings.length + timeChecks.length);
  if (!("src" in claims)) return true;
  isAllowedFrom(claims.src, "10.0.0.1");
  timeWindow(claims.times, claims.locale, 1_700_000_000_000);
  try {
    processUserPermissionsTemplate(claims, claims, { name: "a", tags: ["x:1"] });
  } catch (error) {
    expect((error as Error).message).toMatch(/^(generated invalid|template )/);
  }
  return true;
}

test("tokens are decoded or refused for a reason, and soon", async () => {
  await withSeed(async (random) => {
    let decoded = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const token = anyToken(random);
      const start = performance.now();
      if (await use(token)) decoded++;
      expect(performance.now() - start).toBeLessThan(MS_MAX);
    }
    expect(decoded).toBeGreaterThan(ROUNDS / 10);
  });
});

test("every beginning of a token is refused", async () => {
  for (let length = 0; length < TOKENS.USER.length; length++) {
    const fault = await decodeClaims(TOKENS.USER.slice(0, length)).then(
      () => "accepted",
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(JwtError);
  }
});

test("long tokens take no time that anyone notices", async () => {
  const signer = jwt.newKey("A", 2);
  const header = { typ: "JWT", alg: "ed25519-nkey" };
  const common = `"iss":"${signer.publicKey}","sub":"x"`;
  const user = '"type":"user","version":2';
  const long = (part: string, count: number): string => part.repeat(count).slice(0, -1);
  const parts = [
    `{${common},"nats":{${user},"tags":[${long('"a",', 150_000)}]}}`,
    `{${common},"nats":{${user},"tags":[${long(" 1,", 150_000)}]}}`,
    `{${common},"nats":{${user},"src":"${long("a,", 300_000)}"}}`,
    `{${common},"nats":{${long('"type":"user","version":2,', 25_000)}}}`,
    `{${common},"nats":{"x":${"[".repeat(9_000)}${"]".repeat(9_000)},${user}}}`,
    `{${common},"nats":{"x":"${long("\\n", 300_000)}n",${user}}}`,
    `{${common},"nats":{"subs":${"9".repeat(600_000)},${user}}}`,
    `{${common},"nats":{${" ".repeat(600_000)}${user}}}`,
    `{${common},"nats":{"x":${"9".repeat(600_000)},"type":"other"}}`,
  ];
  for (const claims of parts) {
    const token = jwt.signedToken(header, claims, signer);
    const start = performance.now();
    await use(token);
    expect(performance.now() - start).toBeLessThan(MS_MAX);
  }
});
