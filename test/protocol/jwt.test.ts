/** JWTs are read, and verified with the key of whoever says to have signed them. */

import { describe, expect, test } from "bun:test";
import { decodeJwt, JwtError, undecoratedJwt } from "../../src/protocol/jwt.ts";
import {
  ACCOUNT,
  accountJwt,
  anyJwt,
  operatorJwt,
  publicKey,
  resigned,
  userJwt,
} from "../conformance/config/jwts.ts";

const HEADER = { typ: "JWT", alg: "ed25519-nkey" };

async function faultOf(token: string): Promise<string> {
  const fault = await decodeJwt(token).then(
    () => new Error("accepted"),
    (error: Error) => error,
  );
  if (fault.message !== "accepted") expect(fault).toBeInstanceOf(JwtError);
  return fault.message;
}

describe("a token", () => {
  test("says who signed what for whom", async () => {
    const jwt = await decodeJwt(accountJwt());
    expect(jwt).toMatchObject({ kind: "account", subject: ACCOUNT, name: "A" });
    expect(jwt.issuer).toMatch(/^O[A-Z2-7]{55}$/);
    expect(jwt).toMatchObject({ issuedAt: 1700000000, notBefore: 0, expiresAt: 0 });
  });

  test("gives the part that is about its kind", async () => {
    const { nats } = await decodeJwt(operatorJwt({ system_account: ACCOUNT }));
    expect(nats).toEqual({ type: "operator", version: 2, system_account: ACCOUNT });
  });

  test("may be of a user, or have expired", async () => {
    expect((await decodeJwt(userJwt())).kind).toBe("user");
    const claims = { exp: 5, sub: publicKey("U"), nats: { type: "user", version: 2 } };
    expect((await decodeJwt(anyJwt(HEADER, claims, "account"))).expiresAt).toBe(5);
  });

  test("is refused with any of its characters changed", async () => {
    const token = operatorJwt();
    for (let i = 0; i < token.length; i += 7) {
      const other = token[i] === "B" ? "C" : "B";
      expect(await faultOf(token.slice(0, i) + other + token.slice(i + 1))).not.toBe("accepted");
    }
  });

  test("is refused with another signature, and by another issuer", async () => {
    expect(await faultOf(resigned(userJwt()))).toBe("claim failed V2 signature verification");
    const claims = { iss: ACCOUNT, sub: publicKey("U"), nats: { type: "user", version: 2 } };
    const forged = anyJwt(HEADER, claims, "operator");
    expect(await faultOf(forged)).toBe("claim failed V2 signature verification");
  });

  test.each([
    { signing_keys: 5 },
    { signing_keys: [5] },
    { account_server_url: 7 },
    { system_account: {} },
    { strict_signing_key_usage: "yes" },
    { tags: 5 },
    { version: "2" },
  ])("is refused with a claim of the wrong type: %j", async (nats) => {
    expect(await faultOf(operatorJwt(nats))).toStartWith("json: cannot unmarshal ");
  });

  test("of an unknown kind is one, if its claims alone are signed", async () => {
    expect(await faultOf(operatorJwt({ type: "constructor" }))).toBe(
      "claim failed V1 signature verification",
    );
  });
});

describe("a file with a token", () => {
  test("may have lines of dashes around it", () => {
    const decorated = `----- BEGIN -----\n${operatorJwt()}\n------ END ------\n`;
    expect(undecoratedJwt(decorated)).toBe(operatorJwt());
  });

  test("may hold a seed behind the token", () => {
    const text = `---a---\ntoken\n---b---\n\n---c---\nseed\n---d---\n`;
    expect(undecoratedJwt(text)).toBe("token");
  });

  test("is taken as it is otherwise", () => {
    for (const text of ["token\n", "", "--a--\ntoken\n--b--\n", "---a---\nto ken\n---b---\n"]) {
      expect(undecoratedJwt(text)).toBe(text);
    }
  });

  test("takes no time for long lines of dashes", () => {
    const text = `${"-".repeat(50_000)} x\n`.repeat(3);
    const start = performance.now();
    expect(undecoratedJwt(text)).toBe(text);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
