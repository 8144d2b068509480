/** Tokens of accounts, sent to the real server's resolver: it and we say the same about each. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, jwtAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { decodeAccountClaims } from "../../src/trust/claims/decode.ts";
import { formatErrors } from "../../src/trust/claims/issues.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer, type ServerProcess, startConfigured } from "../support/peer.ts";
import { CLAIMS, EXPORTS, IMPORTS, READABLE, UNREADABLE } from "./claims-peer-cases.ts";

const peer = findPeer();
const OPERATOR = jwt.newKey("O", 1);
const SYSTEM = jwt.newKey("A", 2);
const SYSTEM_USER = jwt.newKey("U", 3);
const ACCOUNT = jwt.newKey("A", 4);
const OTHER = jwt.newKey("A", 5);

const HEADER = { typ: "JWT", alg: "ed25519-nkey" };
const ACTIVATION = { subject: "a.>", kind: "service" };
/** Stand in the cases for keys and tokens. */
const WORDS: Readonly<Record<string, string>> = {
  KEY: OTHER.publicKey,
  ME: ACCOUNT.publicKey,
  OPERATOR: OPERATOR.publicKey,
  TOKEN: jwt.activationJwt(ACCOUNT, OTHER, ACTIVATION),
  OTHER: jwt.activationJwt(SYSTEM, OTHER, ACTIVATION),
};

function filled(json: string): string {
  return json.replace(/"([A-Z]+)"/g, (all, word: string) =>
    Object.hasOwn(WORDS, word) ? `"${WORDS[word]}"` : all,
  );
}

/** An account's token whose part `nats` has these fields as well. */
function accountToken(nats: string): string {
  const kind = '{"type":"account","version":2';
  const part = nats === "{}" ? `${kind}}` : `${kind},${filled(nats).slice(1)}`;
  const common = `"iss":"${OPERATOR.publicKey}","sub":"${ACCOUNT.publicKey}","iat":1700000000`;
  return jwt.signedToken(HEADER, `{${common},"nats":${part}}`, OPERATOR);
}

function sharing(field: string, shares: string): string {
  const limits = JSON.stringify({ imports: -1, exports: -1, wildcards: true });
  return accountToken(`{"limits":${limits},"${field}":${shares}}`);
}

/** What is answered to whoever sends claims; "" when they are taken. */
async function verdict(token: string): Promise<string> {
  try {
    const validation = validateClaims(await decodeAccountClaims(token), Date.now() / 1000);
    if (validation.errors.length === 0) return "";
    return `jwt validation failed - ${formatErrors(validation)}`;
  } catch (error) {
    return `jwt update resulted in error - ${(error as Error).message}`;
  }
}

describe.skipIf(peer === undefined)("the real server says the same about", () => {
  let server: ServerProcess;
  let folder: string;
  let client: NatsConnection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nats-claims-peer-"));
    server = await startConfigured(
      peer!,
      `operator: ${jwt.operatorJwt(OPERATOR)}
       system_account: ${SYSTEM.publicKey}
       resolver: { type: full, dir: "${join(folder, "jwt")}" }
       resolver_preload: { ${SYSTEM.publicKey}: ${jwt.accountJwt(SYSTEM, OPERATOR)} }`,
    );
    const seed = new TextEncoder().encode(SYSTEM_USER.seed);
    const authenticator = jwtAuthenticator(jwt.userJwt(SYSTEM_USER, SYSTEM), seed);
    client = await connect({ port: server.port, authenticator });
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function expectSame(token: string): Promise<string> {
    const answer = await client.request("$SYS.REQ.CLAIMS.UPDATE", token, { timeout: 4000 });
    const { error } = answer.json<{ error?: { description: string } }>();
    const ours = await verdict(token);
    expect(ours).toBe(error?.description ?? "");
    return ours;
  }

  test.each(UNREADABLE)("claims that cannot be read: %s", async (nats) => {
    expect(await expectSame(accountToken(nats))).not.toBe("");
  });

  test.each(READABLE)("claims %s", async (nats) => {
    await expectSame(accountToken(nats));
  });

  test.each(EXPORTS)("exports %s", async (shares) => {
    await expectSame(sharing("exports", shares));
  });

  test.each(IMPORTS)("imports %s", async (shares) => {
    await expectSame(sharing("imports", shares));
  });

  test.each(CLAIMS)("the token of %s", async (claims) => {
    await expectSame(jwt.signedToken(HEADER, filled(claims), OPERATOR));
  });

  test.each(CLAIMS)("the token of the first layout of %s", async (claims) => {
    const header = { typ: "jwt", alg: "ed25519" };
    await expectSame(jwt.signedTokenV1(header, filled(claims), OPERATOR));
  });

  test("tokens that are none", async () => {
    const good = jwt.accountJwt(ACCOUNT, OPERATOR);
    const [header, claims, signature] = good.split(".") as [string, string, string];
    const headers = ["{}", "5", "x", "", '{"typ":5}', '{"typ":"x"}', '{"typ":"jWt","alg":"none"}'];
    const tokens = [
      ...headers.map((each) => jwt.signedToken(each, "{}", OPERATOR)),
      jwt.signedToken({ typ: "JWT", alg: "ed25519x" }, "{}", OPERATOR),
      jwt.signedToken({ typ: "JWT", alg: "HS256" }, "{}", OPERATOR),
      ...["", ".", "..", "...", "a.b", "a.b.c.d", "=.b.c", "\u00e4.b.c", "a.b.c", "aa.b.c"],
      ...[`${good}.`, `.${good}`, ` ${good}`, `${good}\n`, `${good}=`, `${good}A`, good],
      ...[`${header}.${claims}.`, `${header}.${claims}.${signature.slice(0, -4)}`],
      `${header}.${claims}=.${signature}`,
      `${header}.${claims}.${signature.slice(0, -1)}`,
      `${header}.${claims}\n.${signature}`,
      jwt.resigned(good),
      jwt.accountJwt(ACCOUNT, OTHER),
      jwt.accountJwt(ACCOUNT, SYSTEM_USER),
    ];
    for (const token of tokens) await expectSame(token);
  });
});
