/** Tokens of users, shown to the real server at login: it and we take and refuse the same ones. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeUserClaims } from "../../src/trust/claims/decode.ts";
import { formatIssues, isBlocked } from "../../src/trust/claims/issues.ts";
import { isAllowedFrom, timeWindow } from "../../src/trust/claims/restrictions.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import { LoginPeer } from "../auth/login-peer.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer } from "../support/peer.ts";

const peer = findPeer();
const OPERATOR = jwt.newKey("O", 1);
const ACCOUNT = jwt.newKey("A", 2);
const USER = jwt.newKey("U", 3);
const BEARER = { bearer_token: true };
const LAST_YEAR = 1_700_000_000;
const IN_THE_FUTURE = 4_000_000_000;
describe.skipIf(peer === undefined)("the real server does the same with", () => {
  let server: LoginPeer;

  beforeAll(async () => {
    const account = jwt.accountJwt(ACCOUNT, OPERATOR);
    server = await LoginPeer.start(
      peer!,
      `operator: ${jwt.operatorJwt(OPERATOR)}
       resolver: MEMORY
       resolver_preload: { ${ACCOUNT.publicKey}: ${account} }`,
    );
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** Null when the token is taken; else what the log says of its claims, or nothing. */
  async function verdict(token: string): Promise<string | null> {
    try {
      const user = await decodeUserClaims(token);
      const validation = validateClaims(user, Date.now() / 1000);
      if (isBlocked(validation)) return `User JWT no longer valid: ${formatIssues(validation)}`;
      const { src, times, locale } = user;
      const isHere =
        isAllowedFrom(src, "127.0.0.1") && timeWindow(times, locale, Date.now()).allowed;
      return isHere ? null : "";
    } catch {
      // The log says no more than that there is no token.
      return "";
    }
  }

  async function expectSame(token: string): Promise<void> {
    const { isIn, lines } = await server.login({ jwt: token });
    const ours = await verdict(token);
    expect(isIn).toBe(ours === null);
    if (ours) expect(lines).toContain(ours);
  }

  test.each([
    {},
    { src: ["127.0.0.0/8"] },
    { src: ["127.0.0.1/32"] },
    { src: ["127.0.0.2/32"] },
    { src: ["10.0.0.0/8", "127.0.0.1/31"] },
    { src: "10.0.0.0/8, 127.0.0.1/32" },
    { src: ["0.0.0.0/0"] },
    { src: ["::/0"] },
    { src: ["::ffff:127.0.0.0/104"] },
    { src: ["::ffff:127.0.0.0/96"] },
    { src: ["::ffff:127.0.0.0/95"] },
    { src: ["127.0.0.1/08"] },
    { src: ["127.0.0.1"] },
    { src: ["127.0.0.1/33"] },
    { src: ["127.0.0.01/8"] },
    { src: ["fe80::1%lo/8"] },
    { src: ["127.0.0.0/8 "] },
    { src: [] },
    { src: null },
    { times: [] },
    { times: [{}] },
    { times: [null] },
    { times: [{ start: "00:00:00", end: "23:59:59" }] },
    { times: [{ start: "0:00:00", end: "23:59:59.9" }] },
    { times: [{ start: "00:00:00", end: "24:00:00" }] },
    { times: [{ start: "00:00", end: "23:59:60" }] },
    { times: [{ start: "00:00:01", end: "00:00:00" }], times_location: "Asia/Tokyo" },
    { times: [{ start: "12:00:00", end: "12:00:00" }] },
    { times_location: "Nowhere/Land" },
    { times_location: "europe/berlin" },
    { times_location: "US/Eastern" },
    { times_location: "+01:00" },
    { times_location: "../etc" },
    { times_location: "UTC" },
    { pub: { allow: ["a b"] } },
    { sub: { allow: ["a b"], deny: ["a..b"] } },
    { pub: { allow: [""] } },
    { issuer_account: "x" },
    { issuer_account: ACCOUNT.publicKey },
    { subs: 5, data: 2 ** 53, payload: 1e15 },
  ])("a user with %j", async (nats) => {
    await expectSame(jwt.userJwt(USER, ACCOUNT, { ...BEARER, ...nats }));
  });

  test("users whose time has come, and has not", async () => {
    for (const exp of [LAST_YEAR, IN_THE_FUTURE, -1, 0]) {
      // nats-server lets a time before 1970 in, and ends the connection at once.
      if (exp >= 0) await expectSame(jwt.userJwt(USER, ACCOUNT, BEARER, { exp }));
      await expectSame(jwt.userJwt(USER, ACCOUNT, BEARER, { nbf: exp, exp: 5 }));
      await expectSame(jwt.userJwt(USER, ACCOUNT, BEARER, { nbf: exp }));
    }
    await expectSame(jwt.userJwt(USER, ACCOUNT, { ...BEARER, src: ["x"] }, { exp: 5 }));
  });

  test("tokens of others", async () => {
    const tokens = [
      jwt.userJwt(USER, OPERATOR, BEARER),
      jwt.userJwt(USER, USER, BEARER),
      jwt.resigned(jwt.userJwt(USER, ACCOUNT, BEARER)),
      jwt.jwtV1("user", USER, ACCOUNT, BEARER),
      jwt.jwtV1("user", USER, ACCOUNT, { ...BEARER, src: "10.0.0.0/8,127.0.0.0/8" }),
      jwt.jwtV1("user", USER, ACCOUNT, { ...BEARER, src: "10.0.0.0/8" }),
      jwt.jwtV1("user", USER, ACCOUNT, BEARER, { exp: 5 }),
    ];
    for (const token of tokens) await expectSame(token);
  });
});
