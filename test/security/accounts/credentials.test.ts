/**
 * Tokens that are broken, foreign, expired or withdrawn let nobody in, on the wire and with everything
 * in place; the real server is asked as well, so that what is said here is true.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  accountJwt,
  genericJwt,
  newKey,
  resigned,
  SCOPED,
  signedToken,
  tokenPart,
  UNLIMITED,
  userJwt,
} from "../../support/jwt.ts";
import { findPeer, startConfigured } from "../../support/peer.ts";
import {
  enterWithToken,
  isIn,
  operator,
  operatorConfig,
  otherOperator,
  startTenants,
  type TokenLogin,
} from "./tenants.ts";

setDefaultTimeout(30_000);

const a = newKey("A", 10);
const signing = newKey("A", 11);
const foreign = newKey("A", 12);
const stranger = newKey("A", 13);
const withdrawn = newKey("U", 20);
const plain = newKey("U", 21);
const NOW = Math.floor(Date.now() / 1000);
const HOUR = 3600;
const TYPED = { typ: "JWT", alg: "ed25519-nkey" };

const CONFIG = operatorConfig({
  [a.publicKey]: accountJwt(a, operator, {
    signing_keys: [signing.publicKey],
    limits: { ...UNLIMITED, disallow_bearer: true },
    revocations: { [withdrawn.publicKey]: NOW - HOUR },
  }),
});

/** Claims of a user as text, with one part replaced: what JSON does not write, numbers above all. */
function rawUser(claims: string, nats = ""): () => string {
  const text = `{"jti":"T","iat":${NOW},"iss":"${a.publicKey}","sub":"${plain.publicKey}",${claims}"name":"u","nats":{"subs":-1,"data":-1,"payload":-1,${nats}"type":"user","version":2}}`;
  return () => signedToken(TYPED, text, a);
}

type Case = readonly [name: string, isLetIn: boolean, login: TokenLogin, account?: typeof a];

/** The nonce is signed as it should be. */
const token = (jwt: string): TokenLogin => ({ user: plain, altered: () => jwt });
const CASES: readonly Case[] = [
  ["as it should be", true, {}],
  ["of a signing key", true, { nats: { issuer_account: a.publicKey } }, signing],

  ["none", false, { options: { jwt: undefined } }],
  ["null", false, { options: { jwt: null } }],
  ["empty", false, token("")],
  ["dots", false, token("..")],
  ["a thousand dots", false, token(".".repeat(1000))],
  ["without a signature", false, { altered: (jwt) => jwt.replace(/\.[^.]*$/, "") }],
  ["with an empty signature", false, { altered: (jwt) => jwt.replace(/[^.]*$/, "") }],
  ["with half a signature", false, { altered: (jwt) => jwt.slice(0, -43) }],
  ["with a signature of zeros", false, { altered: resigned }],
  ["with a signature that goes on", false, { altered: (jwt) => `${jwt}AAAA` }],
  ["without its beginning", false, { altered: (jwt) => jwt.slice(4) }],
  ["without an end of its claims", false, { altered: (jwt) => jwt.replace(/.{20}\.[^.]*$/, ".A") }],
  ["with a header of null", false, token(signedToken("null", { nats: {} }, a))],
  ["with claims of null", false, token(signedToken(TYPED, "null", a))],
  ["with claims of a list", false, token(signedToken(TYPED, "[]", a))],
  ["with nothing in its claims", false, token(signedToken(TYPED, {}, a))],
  [
    "with null for what is of nats",
    false,
    token(signedToken(TYPED, { iss: a.publicKey, sub: plain.publicKey, nats: null }, a)),
  ],
  [
    "without an algorithm",
    false,
    { altered: (jwt) => jwt.replace(/^[^.]*/, tokenPart({ typ: "JWT", alg: "none" })) },
  ],
  ["of no kind", false, token(genericJwt(a, {}))],
  ["of an account", false, token(accountJwt(a, operator))],
  ["deep as a well", false, token(signedToken(TYPED, `${"[".repeat(1000)}${"]".repeat(1000)}`, a))],

  ["with the nonce not signed", false, { options: { sig: undefined } }],
  ["with null for the nonce's signature", false, { options: { sig: null } }],
  ["with an empty signature of the nonce", false, { signed: () => "" }],
  [
    "with half a signature of the nonce",
    false,
    { signed: (sig) => sig.subarray(32).toString("base64url") },
  ],
  [
    "with zeros for the nonce's signature",
    false,
    { signed: () => Buffer.alloc(64).toString("base64url") },
  ],
  [
    "with too much for the nonce's signature",
    false,
    { signed: (sig) => Buffer.concat([sig, sig]).toString("base64url") },
  ],
  ["with letters for the nonce's signature", false, { signed: () => "*** not base64 ***" }],
  ["of a bearer where that is not allowed", false, { nats: { bearer_token: true } }],

  ["that has expired", false, { claims: { exp: NOW - 1 } }],
  ["that expires in an hour", true, { claims: { exp: NOW + HOUR } }],
  ["that does not count yet", false, { claims: { nbf: NOW + HOUR } }],
  ["that is revoked", false, { user: withdrawn, claims: { iat: NOW - HOUR } }],

  ["of an account nobody knows", false, {}, stranger],
  ["of an account of another operator", false, {}, foreign],
  [
    "of a stranger in the name of the account",
    false,
    { nats: { issuer_account: a.publicKey } },
    stranger,
  ],
  ["of a signing key in nobody's name", false, {}, signing],
  ["whose user is an account", false, { claims: { sub: a.publicKey } }],
  ["whose user is an operator", false, { claims: { sub: operator.publicKey } }],
  ["whose user is no key", false, { claims: { sub: "U" } }],
  ["that says somebody else has signed", false, { claims: { iss: stranger.publicKey } }],
  ["of its own user", false, token(userJwt(plain, plain))],
  ["of the operator", false, token(userJwt(plain, operator))],

  ["that says the same in other words", true, token(rawUser("")())],
  ["that is issued anew after it was revoked", true, { user: withdrawn, claims: { iat: NOW } }],
  ["that expires beyond exact numbers", true, token(rawUser(`"exp":9007199254740993,`)())],
  ["that expires beyond all numbers", false, token(rawUser(`"exp":9223372036854775808,`)())],
  ["that expires at infinity", false, token(rawUser(`"exp":1e309,`)())],
  ["that expires at no number", false, token(rawUser(`"exp":NaN,`)())],
  ["that may have no number of subscriptions", false, token(rawUser("", `"subs":NaN,`)())],
  ["that may have infinitely many subscriptions", false, token(rawUser("", `"subs":1e309,`)())],
  [
    "that may have too many subscriptions to count",
    false,
    token(rawUser("", `"subs":9223372036854775808,`)()),
  ],
  ["that may have half a subscription", false, token(rawUser("", `"subs":0.5,`)())],
  ["that may have a word of subscriptions", false, token(rawUser("", `"subs":"1",`)())],
  [
    "of a scoped key that it does not have",
    false,
    { nats: { ...SCOPED, issuer_account: a.publicKey } },
    foreign,
  ],
];

const peer = findPeer();
const PROGRAMS = peer === undefined ? ["ours"] : ["ours", "nats-server"];

describe.each(PROGRAMS)("a user's token, %s", (program) => {
  test("lets in only who it should", async () => {
    await using server =
      program === "ours" ? await startTenants(CONFIG) : await startConfigured(peer!, CONFIG);
    const found = await Promise.all(
      CASES.map(async ([name, , login, account = a]) => {
        const wire = await enterWithToken(server.port, account, login);
        const isInside = isIn(wire);
        if (!isInside) expect([name, await wire.waitForEnd(4_000)]).toEqual([name, true]);
        wire.close();
        return [name, isInside];
      }),
    );
    expect(found).toEqual(CASES.map(([name, isLetIn]) => [name, isLetIn]));
  });
});

test("of the other operator's accounts none is taken over", async () => {
  const config = operatorConfig({ [foreign.publicKey]: accountJwt(foreign, otherOperator) });
  const server = await startTenants(config).catch((error: unknown) => error as Error);
  if (server instanceof Error) return;
  await using running = server;
  const wire = await enterWithToken(running.port, foreign);
  expect(isIn(wire)).toBe(false);
  wire.close();
});
