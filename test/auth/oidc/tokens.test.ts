/** Which tokens are good: signatures, algorithms, and the claims that say for whom and until when. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { exportSPKI, SignJWT } from "jose";
import { DEFAULT_OIDC } from "../../../src/config/options/oidc.ts";
import { IdentityProvider, rawToken, type SigningKey, signingKey } from "./identity-provider.ts";
import { oidcOptions, ServiceUnderTest } from "./service.ts";

const provider = new IdentityProvider();
let rsa: SigningKey;
let ec: SigningKey;
let ed: SigningKey;
let under: ServiceUnderTest;

beforeAll(async () => {
  rsa = await signingKey("RS256", "rsa");
  ec = await signingKey("ES256", "ec");
  ed = await signingKey("EdDSA", "ed");
  provider.keys = [rsa.jwk, ec.jwk, ed.jwk];
  under = await ServiceUnderTest.start(oidcOptions(provider));
});

afterAll(async () => {
  under.service.stop();
  await provider.stop();
});

function now(): number {
  return Math.floor(Date.now() / 1000);
}

describe("a good token", () => {
  test("of each algorithm lets its bearer in", async () => {
    for (const key of [rsa, ec, ed]) {
      const exp = now() + 100;
      const login = await under.login(await provider.token(key, { exp }));
      expect(login).toMatchObject({
        account: "$G",
        user: "ann",
        subject: "ann",
        permissions: null,
        issuer: provider.issuer,
        expiresAtMs: exp * 1000 + DEFAULT_OIDC.clockSkewMs,
      });
    }
  });

  test("may stand in place of a password, with any user or none", async () => {
    const token = await provider.token(ec);
    for (const user of ["", "ann", "somebody"]) {
      expect(await under.connect({ user, pass: token })).toMatchObject({ ok: true, user: "ann" });
    }
    const both = { auth_token: await provider.token(ec, { sub: "bob" }), pass: token };
    expect(await under.connect(both)).toMatchObject({ user: "bob" });
  });

  test("may be for several audiences", async () => {
    const token = await provider.token(ec, { aud: ["other", "nats"] });
    expect(await under.refusal(token)).toBe("");
  });

  test("may name no key when one key fits, or several that are tried", async () => {
    const first = await signingKey("ES256", undefined);
    const second = await signingKey("ES256", "second");
    await using own = new IdentityProvider();
    own.keys = [first.jwk, second.jwk];
    using service = await ServiceUnderTest.start(oidcOptions(own));
    for (const key of [first, second]) {
      const token = await own.token({ ...key, kid: undefined });
      expect(await service.refusal(token)).toBe("");
    }
    const strange = await own.token({ ...ec, kid: undefined });
    expect(await service.refusal(strange)).toBe("OIDC token has a wrong signature");
  });

  test("may be signed otherwise where that is configured", async () => {
    const pss = await signingKey("PS384", "pss");
    await using own = new IdentityProvider();
    own.keys = [pss.jwk, ec.jwk];
    const options = oidcOptions(own, { algorithms: ["PS384"] });
    using service = await ServiceUnderTest.start(options);
    expect(await service.refusal(await own.token(pss))).toBe("");
    expect(await service.refusal(await own.token(ec))).toBe(
      "OIDC token is signed in a way that is not allowed",
    );
  });

  test("is taken by the provider that it is from", async () => {
    await using other = new IdentityProvider();
    const key = await signingKey("ES256", "other");
    other.keys = [key.jwk];
    using service = await ServiceUnderTest.start([
      oidcOptions(provider),
      oidcOptions(other, { account: "B" }),
    ]);
    expect((await service.login(await provider.token(ec))).account).toBe("$G");
    expect((await service.login(await other.token(key))).account).toBe("B");
    // The key of one is worth nothing for the other.
    const mixed = await other.token(key, { iss: provider.issuer });
    expect(await service.refusal(mixed)).toBe("OIDC token is signed with a key that is not known");
  });
});

describe("what is no token of a provider", () => {
  test("is left to the other ways to log in", async () => {
    const nats = rawToken({ typ: "JWT", alg: "ed25519-nkey" }, provider.claims(), "c2ln");
    const first = rawToken({ typ: "JWT", alg: "ed25519" }, provider.claims(), "c2ln");
    for (const text of [
      "",
      "secret",
      "a.b.c",
      "s3.cr.et",
      nats,
      first,
      rawToken([], {}),
      "$2a$.x",
    ]) {
      expect([text, await under.connect({ auth_token: text })]).toEqual([text, null]);
      expect([text, await under.connect({ user: "ann", pass: text })]).toEqual([text, null]);
    }
  });
});

describe("a bad signature", () => {
  test("of another key is refused", async () => {
    const stranger = await signingKey("ES256", "stranger");
    const token = await provider.token({ ...stranger, kid: "ec" });
    expect(await under.refusal(token)).toBe("OIDC token has a wrong signature");
  });

  test("of claims that were changed is refused", async () => {
    const [header, , signature] = (await provider.token(rsa)).split(".");
    const claims = rawToken({}, provider.claims({ sub: "admin" })).split(".")[1];
    const token = `${header}.${claims}.${signature}`;
    expect(await under.refusal(token)).toBe("OIDC token has a wrong signature");
  });

  test("cut off, or none at all, is refused", async () => {
    const token = await provider.token(ec);
    const unsigned = token.slice(0, token.lastIndexOf(".") + 1);
    for (const bad of [token.slice(0, -2), `${token}AA`, unsigned]) {
      expect(await under.refusal(bad)).toStartWith("OIDC token has a wrong signature");
    }
    for (const bad of [`${token}.x`, `${token}=`, `${token} `, unsigned.slice(0, -1)]) {
      expect(await under.refusal(bad)).toStartWith("OIDC token is ");
    }
  });
});

describe("confusion of algorithms", () => {
  const NOT_ALLOWED = "OIDC token is signed in a way that is not allowed";

  test("no algorithm is none", async () => {
    for (const alg of ["none", "None", "NONE", ""]) {
      for (const signature of ["", "c2ln"]) {
        const token = rawToken({ alg, kid: "rsa" }, provider.claims(), signature);
        expect(await under.refusal(token)).toBe(NOT_ALLOWED);
      }
    }
  });

  test("a public key is no shared secret", async () => {
    const publicKey = await crypto.subtle.importKey(
      "jwk",
      rsa.jwk,
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      true,
      ["verify"],
    );
    const secrets = [await exportSPKI(publicKey), rsa.jwk.n!, JSON.stringify(rsa.jwk)];
    for (const secret of secrets) {
      const token = await new SignJWT(provider.claims())
        .setProtectedHeader({ alg: "HS256", kid: "rsa" })
        .sign(Buffer.from(secret));
      expect(await under.refusal(token)).toBe(NOT_ALLOWED);
    }
  });

  test("a key is for its own algorithm", async () => {
    const claims = provider.claims();
    for (const [alg, kid] of [
      ["RS256", "ec"],
      ["ES256", "rsa"],
      ["EdDSA", "rsa"],
      ["RS256", "ed"],
    ]) {
      const token = rawToken({ alg, kid }, claims, "c2lnbmF0dXJl");
      expect(await under.refusal(token)).toBe(
        "OIDC token is signed with a key that is not for its algorithm",
      );
    }
    for (const alg of ["RS512", "PS256", "ES384", "ES256K", "RSA1_5", "dir"]) {
      const token = rawToken({ alg, kid: "rsa" }, claims, "c2ln");
      expect(await under.refusal(token)).toBe(NOT_ALLOWED);
    }
  });

  test("a key that the token brings along is not looked at", async () => {
    const own = await signingKey("ES256", "own");
    const asked = provider.readings;
    for (const header of [
      { jwk: own.jwk },
      { jku: `${provider.issuer}/mine` },
      { x5u: `${provider.issuer}/mine` },
    ]) {
      const token = await provider.token({ ...own, kid: "ec" }, {}, header);
      expect(await under.refusal(token)).toBe("OIDC token has a wrong signature");
    }
    expect(provider.asked).not.toContain("/mine");
    expect(provider.readings).toBe(asked);
  });

  test("a header that has to be understood is not ignored", async () => {
    const token = await provider.token(ec, {}, { crit: ["b64"], b64: true });
    expect(await under.refusal(token)).toBe(
      "OIDC token has a header that is critical, and not understood",
    );
  });

  test("a short RSA key is not used", async () => {
    const pair = await crypto.subtle.generateKey(
      {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256",
      },
      true,
      ["sign", "verify"],
    );
    const jwk = { ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid: "short" };
    await using own = new IdentityProvider();
    own.keys = [jwk as never];
    using service = await ServiceUnderTest.start(oidcOptions(own));
    const unsigned = rawToken({ alg: "RS256", kid: "short" }, own.claims()).slice(0, -1);
    const signature = await crypto.subtle.sign(
      "RSASSA-PKCS1-v1_5",
      pair.privateKey,
      Buffer.from(unsigned),
    );
    const token = `${unsigned}.${Buffer.from(signature).toString("base64url")}`;
    expect(await service.refusal(token)).toBe(
      "OIDC token is signed with a key that cannot be used",
    );
  });
});

describe("claims", () => {
  async function refusalOf(claims: Record<string, unknown>): Promise<string> {
    return under.refusal(await provider.token(ec, claims));
  }

  test("say who has made the token, exactly", async () => {
    const unknown = "OIDC token is from an issuer that is not configured";
    for (const iss of [undefined, null, "", `${provider.issuer}/`, [provider.issuer], 1]) {
      expect([iss, await refusalOf({ iss })]).toEqual([iss, unknown]);
    }
  });

  test("say whom it is for", async () => {
    for (const aud of [undefined, null, "", "NATS", "nats ", [], ["other"]]) {
      expect([aud, await refusalOf({ aud })]).toEqual([aud, "OIDC token is for another audience"]);
    }
    for (const aud of [1, { nats: true }, ["nats", 1]]) {
      expect(await refusalOf({ aud })).toBe('OIDC token has a claim "aud" that is no text');
    }
  });

  test("say until when, and have to", async () => {
    expect(await refusalOf({ exp: undefined })).toBe("OIDC token never expires");
    expect(await refusalOf({ exp: null })).toBe("OIDC token never expires");
    expect(await refusalOf({ exp: now() - 31 })).toBe("OIDC token is expired");
    expect(await refusalOf({ exp: now() - 28 })).toBe("");
    expect(await refusalOf({ exp: 0 })).toBe("OIDC token is expired");
    expect(await refusalOf({ exp: -1 })).toBe("OIDC token is expired");
    expect(await refusalOf({ exp: 2 ** 53 })).toBe('OIDC token has a claim "exp" too large');
    for (const exp of ["9999999999", true, [], {}]) {
      expect(await refusalOf({ exp })).toBe('OIDC token has a claim "exp" that is no time');
    }
  });

  test("say since when", async () => {
    expect(await refusalOf({ nbf: now() + 33 })).toBe("OIDC token is not valid yet");
    expect(await refusalOf({ nbf: now() + 28 })).toBe("");
    expect(await refusalOf({ nbf: "soon" })).toBe('OIDC token has a claim "nbf" that is no time');
    expect(await refusalOf({ iat: now() + 33 })).toBe("OIDC token is from the future");
    expect(await refusalOf({ iat: now() + 28 })).toBe("");
    expect(await refusalOf({ iat: undefined })).toBe("");
  });

  test("that are numbers beyond all numbers are none", async () => {
    const json = JSON.stringify(provider.claims()).replace(/"exp":\d+/, '"exp":1e309');
    expect(await under.refusal(await signRaw(ec, json))).toBe(
      'OIDC token has a claim "exp" that is no time',
    );
  });

  test("that come twice count as they come last, for everyone who reads them", async () => {
    const json = JSON.stringify(provider.claims());
    const twice = `${json.slice(0, -1)},"exp":1}`;
    expect(await under.refusal(await signRaw(ec, twice))).toBe("OIDC token is expired");
    const issuer = `{"iss":"https://elsewhere",${json.slice(1)}`;
    expect(await under.refusal(await signRaw(ec, issuer))).toBe("");
  });

  test("have to be an object in UTF-8", async () => {
    for (const json of ["[]", "null", '"text"', "{", ""]) {
      expect(await under.refusal(await signRaw(ec, json))).not.toBe("");
    }
  });

  test("name the user, on one line", async () => {
    expect(await refusalOf({ sub: undefined })).toBe('OIDC token has no claim "sub"');
    const unfit = [
      "",
      "a\nb",
      "a\u0000",
      "a\u202e",
      "\ud800",
      "x".repeat(257),
      ["a"],
      {},
      true,
      1.5,
    ];
    for (const sub of unfit) {
      expect([sub, await refusalOf({ sub })]).toEqual([
        sub,
        'OIDC token has a claim "sub" that is no name',
      ]);
    }
    expect((await under.login(await provider.token(ec, { sub: 17 }))).user).toBe("17");
  });
});

test("a token that is too large is not even read", async () => {
  const token = await provider.token(ec, { padding: "x".repeat(16_384) });
  expect(await under.refusal(token)).toBe("OIDC token is larger than 16384 bytes");
});

test("no refusal repeats what the token says", async () => {
  const secret = "s3cr3t-value";
  const claims = { sub: `${secret}\n`, aud: [secret, "nats"], iss: provider.issuer };
  const token = await provider.token(ec, claims);
  const reason = await under.refusal(token);
  expect(reason).not.toBe("");
  expect(reason).not.toContain(secret);
});

async function signRaw(key: SigningKey, payload: string): Promise<string> {
  const unsigned = rawToken({ alg: key.alg, kid: key.kid }, payload).slice(0, -1);
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    key.privateKey,
    Buffer.from(unsigned),
  );
  return `${unsigned}.${Buffer.from(signature).toString("base64url")}`;
}
