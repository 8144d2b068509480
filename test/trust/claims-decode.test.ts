/** Tokens made elsewhere and damaged ones: what is read of them, and why they are refused. */

import { describe, expect, test } from "bun:test";
import { JwtError } from "../../src/protocol/jwt.ts";
import {
  decodeAccountClaims,
  decodeActivationClaims,
  decodeAuthorizationResponse,
  decodeClaims,
  decodeGenericClaims,
  decodeOperatorClaims,
  decodeUserClaims,
} from "../../src/trust/claims/decode.ts";
import { encodeClaims } from "../../src/trust/claims/encode.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import * as jwt from "../support/jwt.ts";
import { KEYS, TOKENS } from "./claims-vectors.ts";

const OPERATOR = jwt.newKey("O", 1);
const ACCOUNT = jwt.newKey("A", 2);
const USER = jwt.newKey("U", 3);
const SERVER = jwt.newKey("N", 4);

async function faultOf(decoding: Promise<unknown>): Promise<string> {
  const fault = await decoding.then(
    () => new JwtError("accepted"),
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(JwtError);
  return (fault as Error).message;
}

describe("a token of another implementation", () => {
  test("of an operator", async () => {
    const claims = await decodeOperatorClaims(TOKENS.OPERATOR);
    expect(claims).toMatchObject({
      kind: "operator",
      version: 2,
      issuer: KEYS.O,
      subject: KEYS.O,
      name: "op",
      audience: "NATS",
      expiresAt: 0,
      signingKeys: [KEYS.OS],
      accountServerUrl: "https://example.com/jwt/v1",
      operatorServiceUrls: ["nats://localhost:4222"],
      systemAccount: KEYS.A,
      assertServerVersion: "",
      strictSigningKeyUsage: true,
    });
    expect(claims.token).toBe(TOKENS.OPERATOR);
  });

  test("of an account", async () => {
    const claims = await decodeAccountClaims(TOKENS.ACCOUNT);
    expect(claims).toMatchObject({
      kind: "account",
      issuer: KEYS.OS,
      subject: KEYS.A,
      expiresAt: 4_000_000_000,
      tags: ["team:a"],
      revocations: new Map([[KEYS.U, 1_600_000_000]]),
      defaultPermissions: {
        publish: { allow: null, deny: ["secret"] },
        subscribe: null,
        responses: null,
      },
      authorization: { authUsers: [KEYS.U], allowedAccounts: [KEYS.B], xkey: "" },
      trace: null,
    });
    expect(claims.mappings).toEqual([
      {
        subject: "a",
        destinations: [
          { subject: "b", weight: 40, cluster: "" },
          { subject: "c", weight: 60, cluster: "east" },
        ],
      },
    ]);
  });

  test("of an account, with its limits", async () => {
    const { limits } = await decodeAccountClaims(TOKENS.ACCOUNT);
    expect(limits).toMatchObject({ subs: 10, data: -1, payload: 2048, imports: 5, exports: 6 });
    expect(limits).toMatchObject({ wildcards: true, conn: 100, leaf: 2, disallowBearer: true });
    expect(limits.jetstream).toMatchObject({ memoryStorage: 1024, diskStorage: -1, streams: 3 });
  });

  test("of an account, with its shares and keys", async () => {
    const { imports, exports, signingKeys } = await decodeAccountClaims(TOKENS.ACCOUNT);
    const [imported] = imports;
    expect(imported).toMatchObject({ subject: "help.me", localSubject: "ask", kind: "service" });
    expect(imported).toMatchObject({ account: KEYS.B, share: true, to: "" });
    expect(imported!.activation).toMatchObject({ importSubject: "help.>", subject: KEYS.A });
    expect(exports[0]).toMatchObject({ subject: "news.*", accountTokenPosition: 2 });
    expect(exports[0]).toMatchObject({ responseType: "singleton", responseTypeText: "" });
    expect(exports[1]).toMatchObject({ responseType: "stream", responseThresholdMs: 5 });
    expect(exports[1]!.latency).toEqual({ sampling: 25, subject: "lat" });
    expect([...signingKeys.keys()].sort()).toEqual([KEYS.B, KEYS.AS].sort());
    expect(signingKeys.get(KEYS.B)).toBeNull();
    const { role, template } = signingKeys.get(KEYS.AS)!;
    expect(role).toBe("worker");
    expect(template.limits).toEqual({ subs: 7, data: -1, payload: -1 });
    expect(template.permissions.publish).toEqual({ allow: ["orders.{{name()}}"], deny: [] });
  });

  test("of a user", async () => {
    const claims = await decodeUserClaims(TOKENS.USER);
    expect(claims).toMatchObject({
      issuer: KEYS.A,
      subject: KEYS.U,
      notBefore: 1_500_000_000,
      tags: ["x:1"],
      permissions: {
        publish: { allow: ["a.>"], deny: ["a.b"] },
        subscribe: { allow: ["c q"], deny: null },
        responses: { maxMsgs: 3, expiresMs: 60_000 },
      },
      limits: { subs: 5, data: 6, payload: 7 },
      src: ["10.0.0.0/8"],
      times: [{ start: "08:00:00", end: "18:00:00" }],
      locale: "Europe/Berlin",
      bearerToken: true,
      proxyRequired: false,
      allowedConnectionTypes: ["STANDARD", "WEBSOCKET"],
      issuerAccount: "",
      hasEmptyPermissions: false,
    });
  });

  test("of a user of a signing key", async () => {
    const claims = await decodeUserClaims(TOKENS.SCOPED);
    expect(claims).toMatchObject({ issuer: KEYS.AS, issuerAccount: KEYS.A });
    expect(claims.hasEmptyPermissions).toBe(true);
    expect(claims.permissions).toEqual({ publish: null, subscribe: null, responses: null });
    expect(claims.limits).toEqual({ subs: 0, data: 0, payload: 0 });
  });

  test("of an activation, and of an answer", async () => {
    const activation = await decodeActivationClaims(TOKENS.ACTIVATION);
    expect(activation).toMatchObject({ issuer: KEYS.B, subject: KEYS.A, importKind: "service" });
    const answer = await decodeAuthorizationResponse(TOKENS.RESPONSE);
    expect(answer).toMatchObject({ audience: KEYS.N, jwt: TOKENS.USER, error: "" });
  });

  test("of no kind, which only some may be", async () => {
    const claims = await decodeGenericClaims(TOKENS.GENERIC);
    expect(claims).toMatchObject({ kind: "thing", nats: { colour: "red" }, subject: KEYS.A });
    const reason = "claim failed V1 signature verification";
    expect(await faultOf(decodeClaims(TOKENS.GENERIC))).toBe(reason);
  });

  test("of the first layout", async () => {
    const user = await decodeUserClaims(TOKENS.USER_V1);
    expect(user).toMatchObject({ kind: "user", version: 1, issuer: KEYS.A });
    expect(user.limits).toEqual({ subs: 5, data: -1, payload: -1 });
    const operator = await decodeOperatorClaims(TOKENS.OPERATOR_V1);
    expect(operator).toMatchObject({ version: 1, signingKeys: [KEYS.OS] });
    const generic = await decodeGenericClaims(TOKENS.USER_V1);
    expect(generic).toMatchObject({ kind: "user", version: 1 });
  });

  test("is valid", async () => {
    for (const [name, token] of Object.entries(TOKENS)) {
      if (name === "GENERIC") continue;
      expect(validateClaims(await decodeClaims(token), 1_800_000_000).all).toEqual([]);
    }
  });
});

describe("a token of another kind is refused", () => {
  const decoders = {
    "not operator claim": decodeOperatorClaims,
    "not account claim": decodeAccountClaims,
    "not user claim": decodeUserClaims,
    "not activation claim": decodeActivationClaims,
    "not an authorization request claim": decodeAuthorizationResponse,
  };
  const kinds = ["OPERATOR", "ACCOUNT", "USER", "ACTIVATION", "RESPONSE"] as const;

  test.each(Object.entries(decoders))("%s", async (reason, decode) => {
    const reasons = [];
    for (const kind of kinds) reasons.push(await faultOf(decode(TOKENS[kind])));
    expect(reasons.filter((each) => each === "accepted")).toHaveLength(1);
    expect(new Set(reasons)).toEqual(new Set([reason, "accepted"]));
  });
});

describe("the first layout", () => {
  test("has no limits that it does not give", async () => {
    const token = jwt.jwtV1("user", USER, ACCOUNT, { pub: { allow: ["a"] } });
    const claims = await decodeUserClaims(token);
    expect(claims.limits).toEqual({ subs: -1, data: -1, payload: -1 });
    expect(claims.hasEmptyPermissions).toBe(false);
  });

  test("has some claims elsewhere", async () => {
    const moved = { tags: ["a"], issuer_account: ACCOUNT.publicKey };
    const user = await decodeUserClaims(jwt.jwtV1("user", USER, ACCOUNT, {}, moved));
    expect(user).toMatchObject({ tags: ["a"], issuerAccount: ACCOUNT.publicKey });
    const nats = { subject: "a", type: "stream" };
    const token = jwt.jwtV1("activation", ACCOUNT, ACCOUNT, nats, moved);
    const activation = await decodeActivationClaims(token);
    expect(activation).toMatchObject({ importSubject: "a", importKind: "stream" });
    expect(activation.issuerAccount).toBe(ACCOUNT.publicKey);
  });

  test("knows nothing of what came later", async () => {
    const nats = {
      signing_keys: ["x"],
      mappings: { a: 5 },
      limits: { mem_storage: "x" },
      trace: 1,
    };
    const claims = await decodeAccountClaims(jwt.jwtV1("account", ACCOUNT, OPERATOR, nats));
    expect(claims.signingKeys).toEqual(new Map([["x", null]]));
    expect(claims).toMatchObject({ mappings: [], trace: null });
  });

  test("is signed otherwise", async () => {
    const header = { typ: "jwt", alg: "ed25519" };
    const claims = { iss: ACCOUNT.publicKey, sub: USER.publicKey, type: "user", nats: {} };
    const reason = "claim failed V1 signature verification";
    expect(await faultOf(decodeClaims(jwt.signedToken(header, claims, ACCOUNT)))).toBe(reason);
    expect(await faultOf(decodeGenericClaims(jwt.signedToken(header, claims, ACCOUNT)))).toBe(
      reason,
    );
  });
});

describe("numbers", () => {
  test.each([
    ["-1", -1],
    ["-0", 0],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740993", 2 ** 53],
    ["9223372036854775807", 2 ** 63],
    ["-9223372036854775808", -(2 ** 63)],
  ])("%s is a limit", async (digits, value) => {
    const { limits } = await decodeUserClaims(withSubs(digits));
    expect(limits.subs).toBe(value);
  });

  test.each(["9223372036854775808", "-9223372036854775809", "1e309", "1.0", "1e2", '"NaN"', "{}"])(
    "%s is none",
    async (text) => {
      expect(await faultOf(decodeUserClaims(withSubs(text)))).toStartWith("json: cannot unmarshal");
    },
  );

  function withSubs(text: string): string {
    const nats = `{"type":"user","version":2,"subs":${text}}`;
    const claims = `{"iss":"${ACCOUNT.publicKey}","sub":"${USER.publicKey}","nats":${nats}}`;
    return jwt.signedToken({ typ: "JWT", alg: "ed25519-nkey" }, claims, ACCOUNT);
  }
});

describe("a token that nobody should trust", () => {
  test.each(["none", "None", "HS256", "ed25519-", ""])("has the algorithm %j", async (alg) => {
    const [, claims, signature] = TOKENS.USER.split(".");
    const header = jwt.tokenPart({ typ: "JWT", alg });
    const reason = `unexpected ${JSON.stringify(alg)} algorithm`;
    expect(await faultOf(decodeClaims(`${header}.${claims}.${signature}`))).toBe(reason);
    expect(await faultOf(decodeGenericClaims(`${header}.${claims}.`))).toBe(reason);
  });

  test("is longer than any has to be", async () => {
    const token = "a".repeat(1024 * 1024 + 1);
    expect(await faultOf(decodeClaims(token))).toBe(
      "token size 1048577 exceeds maximum of 1048576 bytes: token too large",
    );
  });

  test("is signed by a key of a kind that may not", async () => {
    const prefixes = "unable to validate expected prefixes -";
    expect(await faultOf(decodeClaims(jwt.userJwt(USER, OPERATOR)))).toBe(`${prefixes} [account]`);
    expect(await faultOf(decodeClaims(jwt.userJwt(USER, USER)))).toBe(`${prefixes} [account]`);
    const account = jwt.accountJwt(ACCOUNT, USER);
    expect(await faultOf(decodeClaims(account))).toBe(`${prefixes} [account operator]`);
    const request = jwt.genericJwt(ACCOUNT, { type: "authorization_request", version: 2 });
    expect(await faultOf(decodeClaims(request))).toBe(`${prefixes} [server]`);
    // Read without regard to its kind it only has to be signed.
    expect((await decodeGenericClaims(account)).subject).toBe(ACCOUNT.publicKey);
  });

  test("is nested deeper than anything is", async () => {
    for (const nested of ["[".repeat(300_000), "[".repeat(150_000) + "]".repeat(150_000)]) {
      const token = jwt.signedToken({ typ: "JWT", alg: "ed25519" }, `{"a":${nested}}`, ACCOUNT);
      expect(await faultOf(decodeClaims(token))).toBe("exceeded max depth");
    }
  });

  test("has names that mean something to JavaScript", async () => {
    const nats = '{"type":"account","version":2,"__proto__":{"limits":5},"constructor":1}';
    const claims = `{"iss":"${OPERATOR.publicKey}","sub":"${ACCOUNT.publicKey}","nats":${nats}}`;
    const header = { typ: "JWT", alg: "ed25519-nkey" };
    const account = await decodeAccountClaims(jwt.signedToken(header, claims, OPERATOR));
    expect(account.limits.subs).toBe(0);
    expect(account.mappings).toEqual([]);
  });
});

describe("a token of the server's own", () => {
  test("is read as it was written", async () => {
    const common = { aud: "x<&>", iat: 1_700_000_000, iss: SERVER.publicKey, sub: "s", exp: 5 };
    const nats = { user_nkey: USER.publicKey, client_info: { name: "<b>" } };
    const token = await encodeClaims("authorization_request", common, nats, (text) =>
      SERVER.sign(text),
    );
    const claims = await decodeClaims(token);
    expect(claims).toMatchObject({
      kind: "authorization_request",
      version: 2,
      audience: "x<&>",
      issuer: SERVER.publicKey,
      expiresAt: 5,
      userNkey: USER.publicKey,
      nats: { client_info: { name: "<b>" } },
    });
    expect(claims.id).toMatch(/^[A-Z2-7]{52}$/);
    expect(validateClaims(claims, 5).all).toEqual([]);
  });

  test("has an id of its claims, but not of its kind", async () => {
    const common = { iat: 1_700_000_000, iss: SERVER.publicKey, sub: "s" };
    const idOf = async (fields: typeof common, nats: object): Promise<string> =>
      (
        await decodeClaims(
          await encodeClaims("authorization_request", fields, { ...nats }, (text) =>
            SERVER.sign(text),
          ),
        )
      ).id;
    const id = await idOf(common, {});
    expect(await idOf(common, { a: 1 })).toBe(id);
    expect(await idOf({ ...common, sub: "t" }, {})).not.toBe(id);
  });
});
