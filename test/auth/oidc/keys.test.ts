/** Keys of providers: rotation, and providers that are away, slow, too large or somebody else. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OidcKeySource } from "../../../src/config/options/oidc.ts";
import { until } from "../../support/until.ts";
import { IdentityProvider, rawToken, type SigningKey, signingKey } from "./identity-provider.ts";
import { oidcOptions, optionsWith, ServiceUnderTest } from "./service.ts";

const UNKNOWN_KEY = "OIDC token is signed with a key that is not known";
const NO_KEYS = "OIDC token cannot be verified without keys";

let first: SigningKey;
let second: SigningKey;
let folder: string;

beforeAll(async () => {
  first = await signingKey("ES256", "first");
  second = await signingKey("ES256", "second");
  folder = await mkdtemp(join(tmpdir(), "nats-oidc-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("keys", () => {
  test("are found by the description of the issuer", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    const url = `${provider.issuer}/.well-known/openid-configuration`;
    const options = oidcOptions(provider, { keys: { kind: "discovery", url } });
    using under = await ServiceUnderTest.start(options);
    expect(await under.refusal(await provider.token(first))).toBe("");
    expect(provider.asked).toEqual(["/.well-known/openid-configuration", "/certs"]);
  });

  test("of a description for another issuer are not", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    const url = `${provider.issuer}/.well-known/openid-configuration`;
    const options = oidcOptions(provider, { keys: { kind: "discovery", url } });
    for (const [description, reason] of [
      [{ issuer: "https://elsewhere", jwks_uri: provider.jwksUrl }, "names another issuer"],
      [{ jwks_uri: provider.jwksUrl }, "names another issuer"],
      [null, "names another issuer"],
      [{ issuer: provider.issuer }, "names no jwks_uri"],
      [{ issuer: provider.issuer, jwks_uri: "http://192.0.2.1/certs" }, "begin with https://"],
      [{ issuer: provider.issuer, jwks_uri: "file:///etc/passwd" }, "begin with https://"],
    ] as const) {
      provider.answers.set("/.well-known/openid-configuration", () => Response.json(description));
      using under = await ServiceUnderTest.start(options);
      expect(await under.refusal(await provider.token(first))).toBe(NO_KEYS);
      expect(under.log.join()).toContain(reason);
    }
    expect(provider.readings).toBe(0);
  });

  test("may stand in a file, which is read anew", async () => {
    await using provider = new IdentityProvider();
    const path = join(folder, "keys.json");
    await writeFile(path, JSON.stringify({ keys: [first.jwk] }));
    const keys: OidcKeySource = { kind: "file", path };
    using under = await ServiceUnderTest.start(oidcOptions(provider, { keys }), { coolDownMs: 0 });
    expect(await under.refusal(await provider.token(first))).toBe("");
    expect(await under.refusal(await provider.token(second))).toBe(UNKNOWN_KEY);
    await writeFile(path, JSON.stringify(second.jwk));
    expect(await under.refusal(await provider.token(second))).toBe("");
    expect(await under.refusal(await provider.token(first))).toBe(UNKNOWN_KEY);
    expect(provider.asked).toEqual([]);
  });

  test("may stand in the options", async () => {
    await using provider = new IdentityProvider();
    const keys: OidcKeySource = { kind: "inline", json: JSON.stringify([first.jwk]) };
    const options = oidcOptions(provider, { keys, maxStaleMs: 0 });
    using under = await ServiceUnderTest.start(options, { coolDownMs: 0 });
    expect(await under.refusal(await provider.token(first))).toBe("");
    expect(await under.refusal(await provider.token(second))).toBe(UNKNOWN_KEY);
  });

  test("that are private, or of no use, are none", async () => {
    await using provider = new IdentityProvider();
    const secret = { kty: "oct", k: "c2VjcmV0", kid: "first" };
    const sets: [unknown, string][] = [
      [{ keys: [] }, "no public key"],
      [{ keys: [secret] }, "no public key"],
      [{ keys: [{ ...first.jwk, use: "enc" }] }, "no public key"],
      [{ keys: [{ ...first.jwk, y: undefined }] }, "no public key"],
      [{ keys: [{ kty: "RSA", n: "A".repeat(4096), e: "AQAB" }] }, "no public key"],
      [{ keys: [{ ...first.jwk, d: "AAAA" }] }, "a private key"],
      [{ keys: ["key"] }, "is no object"],
      [{ keys: {} }, "no set of keys"],
      ["keys", "no set of keys"],
      [{ keys: Array.from({ length: 101 }, () => first.jwk) }, "more than 100 keys"],
    ];
    for (const [set, reason] of sets) {
      provider.answers.set("/certs", () => Response.json(set));
      using under = await ServiceUnderTest.start(oidcOptions(provider));
      expect(await under.refusal(await provider.token(first))).toBe(NO_KEYS);
      expect(under.log.join()).toContain(reason);
    }
  });
});

describe("rotation", () => {
  test("is noticed by the first token of a new key", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider), { coolDownMs: 0 });
    expect(await under.refusal(await provider.token(first))).toBe("");
    provider.keys = [first.jwk, second.jwk];
    expect(await under.refusal(await provider.token(second))).toBe("");
    expect(await under.refusal(await provider.token(first))).toBe("");
    expect(provider.readings).toBe(2);
    provider.keys = [second.jwk];
    await under.refusal(rawToken({ alg: "ES256", kid: "x" }, provider.claims(), "c2ln"));
    expect(await under.refusal(await provider.token(first))).toBe(UNKNOWN_KEY);
    expect(under.log).toEqual([
      `info OIDC keys of "${provider.issuer}" loaded: 1`,
      `info OIDC keys of "${provider.issuer}" loaded: 2`,
      `info OIDC keys of "${provider.issuer}" loaded: 1`,
    ]);
  });

  test("is noticed without any token after a while", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using _ = await ServiceUnderTest.start(oidcOptions(provider, { refreshMs: 20 }));
    await until("keys are read again and again", () => provider.readings > 2);
  });

  test("does not let anybody hammer the provider", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider), { coolDownMs: 60_000 });
    await under.login(await provider.token(first));
    const flood = Array.from({ length: 500 }, (_, i) =>
      under.refusal(rawToken({ alg: "ES256", kid: `k${i}` }, provider.claims(), "c2ln")),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set([UNKNOWN_KEY]));
    expect(provider.readings).toBe(1);
    expect(await under.refusal(await provider.token(first))).toBe("");
  });

  test("is asked about once by all who wait for it", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider), { coolDownMs: 0 });
    await under.login(await provider.token(first));
    provider.keys = [second.jwk];
    const token = await provider.token(second);
    const all = await Promise.all(Array.from({ length: 100 }, () => under.refusal(token)));
    expect(new Set(all)).toEqual(new Set([""]));
    expect(provider.readings).toBe(2);
  });

  test("a key that is known to be there needs no question", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider), { coolDownMs: 0 });
    await under.login(await provider.token(first));
    for (let i = 0; i < 20; i++) {
      const forged = rawToken(
        { alg: "ES256", kid: "first" },
        provider.claims(),
        "c2ln".repeat(i + 1),
      );
      expect(await under.refusal(forged)).toBe("OIDC token has a wrong signature");
    }
    expect(provider.readings).toBe(1);
  });
});

describe("a provider that is away", () => {
  test("keeps nobody out as long as its keys are not too old", async () => {
    const provider = new IdentityProvider();
    provider.keys = [first.jwk];
    const options = oidcOptions(provider, { refreshMs: 10, maxStaleMs: 400 });
    const token = await provider.token(first);
    using under = await ServiceUnderTest.start(options, { retryMs: 10 });
    expect(await under.refusal(token)).toBe("");
    await provider.stop();
    await until("trouble is logged", () => under.log.some((line) => line.startsWith("warn")));
    expect(await under.refusal(token)).toBe("");
    await until("tokens are refused", () => under.log.some((line) => line.endsWith("refused")));
    expect(await under.connect({ auth_token: token })).toEqual({
      ok: false,
      reason: NO_KEYS,
      isTemporary: true,
    });
    const warnings = under.log.filter((line) => line.startsWith("warn"));
    expect(warnings.map((line) => line.replace(/.*; /, ""))).toEqual([
      expect.stringMatching(/^those of \d+s ago still count$/),
      "its tokens are refused",
    ]);
    await using again = new IdentityProvider(provider.port);
    again.keys = [first.jwk];
    await until("it is back", () => under.log.at(-1)!.startsWith("info"));
    expect(await under.refusal(token)).toBe("");
  });

  test("at the start is waited for by nobody but its clients", async () => {
    const gone = new IdentityProvider();
    const { port } = gone;
    const options = oidcOptions(gone);
    await gone.stop();
    using under = await ServiceUnderTest.start(options, { retryMs: 20, coolDownMs: 60_000 });
    expect(await under.refusal(await gone.token(first))).toBe(NO_KEYS);
    await using provider = new IdentityProvider(port);
    provider.keys = [first.jwk];
    await until("keys are there", () => under.log.at(-1)!.startsWith("info"));
    expect(await under.refusal(await provider.token(first))).toBe("");
  });

  test("or does not answer, is given up", async () => {
    await using provider = new IdentityProvider();
    const never = new Promise<Response>(() => {});
    const trickle = (): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await Bun.sleep(20);
            controller.enqueue(" ");
          },
        }),
      );
    for (const answer of [() => never, trickle]) {
      provider.answers.set("/certs", answer);
      using under = await ServiceUnderTest.start(oidcOptions(provider), { timeoutMs: 150 });
      expect(await under.refusal(await provider.token(first))).toBe(NO_KEYS);
      expect(under.log.join()).toContain("no answer within 150ms");
    }
  });

  test("is not waited for when the server stops", async () => {
    await using provider = new IdentityProvider();
    provider.answers.set("/certs", () => new Promise<Response>(() => {}));
    const under = await ServiceUnderTest.start(oidcOptions(provider), { timeoutMs: 60_000 });
    const refusal = under.refusal(await provider.token(first));
    await until("it is asked", () => provider.readings > 0);
    under.service.stop();
    expect(await refusal).toBe(NO_KEYS);
    expect(under.log).toEqual([]);
  });
});

describe("an answer", () => {
  async function troubleWith(answer: (request: Request) => Response): Promise<string> {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    provider.answers.set("/other", answer);
    provider.answers.set("/certs", answer);
    using under = await ServiceUnderTest.start(oidcOptions(provider), { bytesMax: 10_000 });
    const refusal = await under.refusal(await provider.token(first));
    return refusal === "" ? "" : under.log.join("\n");
  }

  test("that is too large is not read to its end", async () => {
    let sent = 0;
    const huge = (): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            sent += 1000;
            if (sent < 1e8) controller.enqueue(new Uint8Array(1000));
            else controller.close();
            await Bun.sleep(0);
          },
        }),
      );
    expect(await troubleWith(huge)).toContain("the answer is larger than 10000 bytes");
    expect(sent).toBeLessThan(1e7);
  });

  test("that is compressed is not unpacked", async () => {
    const bomb = Bun.gzipSync(new Uint8Array(1e6));
    const headers = { "content-encoding": "gzip" };
    expect(await troubleWith(() => new Response(bomb, { headers }))).toContain("is compressed");
  });

  test("that is an error, or no JSON, has no keys", async () => {
    expect(await troubleWith(() => new Response("{}", { status: 500 }))).toContain("is 500");
    expect(await troubleWith(() => new Response("{}", { status: 404 }))).toContain("is 404");
    expect(await troubleWith(() => new Response("<html>"))).toContain("is no JSON");
    expect(await troubleWith(() => new Response(""))).toContain("is no JSON");
  });

  test("that leads to another server is not followed", async () => {
    await using elsewhere = new IdentityProvider();
    elsewhere.keys = [first.jwk];
    const targets = [
      elsewhere.jwksUrl,
      `//127.0.0.1:${elsewhere.port}/certs`,
      "file:///etc/passwd",
    ];
    for (const location of targets) {
      const headers = { location };
      const answer = (): Response => new Response(null, { status: 302, headers });
      expect(await troubleWith(answer)).toContain("leads to another server");
    }
    expect(elsewhere.asked).toEqual([]);
  });

  test("that leads to another page of the same server is, but not for ever", async () => {
    const set = { keys: [first.jwk] };
    const once = ({ url }: Request): Response =>
      url.endsWith("/certs")
        ? new Response(null, { status: 307, headers: { location: "/other" } })
        : Response.json(set);
    expect(await troubleWith(once)).toBe("");
    const always = (): Response =>
      new Response(null, { status: 302, headers: { location: "/certs" } });
    expect(await troubleWith(always)).toContain("leads in circles");
  });
});

describe("a reload", () => {
  test("keeps the keys of a provider that is still the same", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider));
    const token = await provider.token(first);
    const login = await under.login(token);
    provider.answers.set("/certs", () => new Response("", { status: 503 }));
    await under.service.reconfigure(optionsWith(oidcOptions(provider, { account: "B" })));
    expect((await under.login(token)).account).toBe("B");
    const shown = { options: { auth_token: "" } as never };
    expect(under.service.recheck(login, shown)).toMatchObject({ ok: true, account: "B" });
  });

  test("decides again about clients that are in", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider));
    const token = await provider.token(first);
    const login = await under.login(token);
    const shown = { options: { auth_token: token, pass: "" } as never };
    await under.service.reconfigure(optionsWith(oidcOptions(provider, { audience: ["b"] })));
    expect(under.service.recheck(login, shown)).toMatchObject({
      reason: "OIDC token is for another audience",
    });
    const keys: OidcKeySource = { kind: "inline", json: JSON.stringify(second.jwk) };
    await under.service.reconfigure(optionsWith(oidcOptions(provider, { keys })));
    expect(await under.service.recheck(login, shown)).toMatchObject({ reason: UNKNOWN_KEY });
    await under.service.reconfigure(optionsWith(oidcOptions(provider, { algorithms: ["RS256"] })));
    expect(await under.service.recheck(login, shown)).toMatchObject({ ok: false });
    await under.service.reconfigure(optionsWith());
    expect(under.service.recheck(login, shown)).toMatchObject({
      reason: "OIDC token is from an issuer that is not configured",
    });
    expect(await under.connect({ auth_token: token })).toBeNull();
    await under.service.reconfigure(optionsWith(oidcOptions(provider)));
    expect(await under.service.recheck(login, shown)).toMatchObject({ ok: true, user: "ann" });
  });

  test("ends what a provider that is gone was asked", async () => {
    await using provider = new IdentityProvider();
    provider.keys = [first.jwk];
    using under = await ServiceUnderTest.start(oidcOptions(provider, { refreshMs: 20 }));
    await until("keys are read", () => provider.readings > 1);
    await under.service.reconfigure(optionsWith());
    const { readings } = provider;
    await Bun.sleep(80);
    expect(provider.readings).toBeLessThanOrEqual(readings + 1);
  });
});
