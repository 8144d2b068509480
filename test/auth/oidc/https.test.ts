/** Providers over TLS: whose certificates count. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { DEFAULT_OIDC, type OidcOptions } from "../../../src/config/options/oidc.ts";
import { Pki } from "../../net/tls-pki.ts";
import { rawToken, signingKey } from "./identity-provider.ts";
import { ServiceUnderTest } from "./service.ts";

let pki: Pki;
let keys: string;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("idp", { extensions: ["subjectAltName=DNS:localhost"] });
  await pki.issue("other", { extensions: ["subjectAltName=DNS:other.example.com"] });
  keys = JSON.stringify({ keys: [(await signingKey("ES256", "k")).jwk] });
});

afterAll(() => pki[Symbol.asyncDispose]());

/** What is logged when keys are fetched from a server with that certificate. */
async function logOf(certificate: string, caFile: string): Promise<string> {
  await using server = Bun.serve({
    port: 0,
    hostname: "localhost",
    tls: {
      cert: Bun.file(pki.path(`${certificate}.pem`)),
      key: Bun.file(pki.path(`${certificate}.key`)),
    },
    fetch: () => new Response(keys),
  });
  const issuer = `https://localhost:${server.port}`;
  const options: OidcOptions = {
    ...DEFAULT_OIDC,
    issuer,
    keys: { kind: "url", url: `${issuer}/certs` },
    caFile: caFile === "" ? "" : pki.path(caFile),
  };
  using under = await ServiceUnderTest.start(options);
  await under.refusal(rawToken({ alg: "ES256", kid: "k" }, { iss: issuer }, "c2ln"));
  return under.log.join("\n");
}

test("keys come from a server whose certificate is of an authority that is trusted", async () => {
  expect(await logOf("idp", "ca.pem")).toMatch(/^info OIDC keys of \S+ loaded: 1$/);
});

test("and from no other", async () => {
  for (const [certificate, caFile, reason] of [
    ["idp", "", "unable to verify the first certificate"],
    ["idp", "other-ca.pem", "unable to verify the first certificate"],
    ["other", "ca.pem", "the certificate is for another server"],
  ] as const) {
    const log = await logOf(certificate, caFile);
    expect(log).toStartWith("warn OIDC keys of ");
    expect(log).toEndWith(` not loaded: ${reason}; its tokens are refused`);
  }
});

test("an authority's file that is gone is told of", async () => {
  expect(await logOf("idp", "gone.pem")).toContain("gone.pem: no such file or directory");
});
