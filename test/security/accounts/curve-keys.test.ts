/**
 * Questions to an auth callout are sealed when a curve key is configured: never for a key that anybody
 * could open, and never open because something is missing.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { encodePublicNkey } from "../../../src/protocol/nkeys.ts";
import { authorizationResponseJwt, KINDS, newKey, userJwt } from "../../support/jwt.ts";
import type { Wire } from "../../support/wire.ts";
import { enterAs, isIn, settle, startTenants } from "./tenants.ts";

setDefaultTimeout(20_000);

const SECRET = "hunter2-is-no-password";
const issuer = newKey("A", 1);
const curve = newKey("X", 2);
/** Points with which every secret agrees on the same. */
const ZERO = encodePublicNkey(KINDS.X, Buffer.alloc(32));
const ONE = encodePublicNkey(KINDS.X, Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]));

function configOf(xkey: string): string {
  return `accounts {
    AUTH { users [{user: svc, password: x}] }
    APP {}
    $SYS {}
  }
  authorization {
    timeout: 2
    auth_callout { issuer: ${issuer.publicKey}, account: AUTH, auth_users: [svc], ${xkey} }
  }`;
}

/** A service that gives an answer to the first question, and what becomes of who has come. */
async function visit(
  xkey: string,
  answer: (question: string) => string,
): Promise<{ readonly heard: string; readonly isLetIn: boolean }> {
  await using server = await startTenants(configOf(xkey));
  const service = await enterAs(server.port, "svc");
  expect(isIn(service)).toBe(true);
  await service.send("SUB $SYS.REQ.USER.AUTH 1\r\n");
  await settle(service);
  const answering = answerOnce(service, answer);
  const visitor = await enterAs(server.port, "u", { pass: SECRET });
  const isLetIn = isIn(visitor);
  service.close();
  await answering;
  visitor.close();
  return { heard: service.text, isLetIn };
}

async function answerOnce(service: Wire, answer: (question: string) => string): Promise<void> {
  const isAsked = await service.waitFor(/MSG \$SYS\.REQ\.USER\.AUTH 1 \S+ .*\r\n.+\r\n$/s, 4_000);
  if (!isAsked) return;
  const { text } = service;
  const reply = /MSG \$SYS\.REQ\.USER\.AUTH 1 (\S+) /.exec(text)![1]!;
  const payload = answer(text.slice(text.indexOf(reply)));
  await service.send(`PUB ${reply} ${payload.length}\r\n${payload}\r\n`);
}

/** What an honest service without a curve key would say. */
function letIn(question: string): string {
  const claims = Buffer.from(/\.([\w-]+)\.[\w-]+\r\n/.exec(question)?.[1] ?? "", "base64url");
  const text = claims.toString();
  const user = /"user_nkey":"(\w+)"/.exec(text)?.[1] ?? newKey("U").publicKey;
  const server = /"server_id":\{[^}]*"id":"(\w+)"/.exec(text)?.[1] ?? "";
  const jwt = userJwt(user, issuer, {}, { aud: "APP" });
  return authorizationResponseJwt(user, issuer, { jwt }, { aud: server });
}

describe("a question to an auth callout", () => {
  test("is in clear when no curve key is configured, and its answer counts", async () => {
    const { heard, isLetIn } = await visit("", letIn);
    expect(
      Buffer.from(/\.([\w-]+)\.[\w-]+\r\n/.exec(heard)![1]!, "base64url").toString(),
    ).toContain(SECRET);
    expect(isLetIn).toBe(true);
  });

  test.each([
    ["zeros", ZERO],
    ["one", ONE],
  ])("is not sent for a curve key of %s", async (_, key) => {
    const { heard, isLetIn } = await visit(`xkey: ${key}`, letIn);
    expect(heard).not.toContain("MSG $SYS.REQ.USER.AUTH");
    expect(isLetIn).toBe(false);
  });

  test.each([
    ["in clear", letIn],
    ["of nothing", () => ""],
    ["of zeros", () => "\0".repeat(200)],
    ["that only looks sealed", () => `xkv1${"\0".repeat(200)}`],
  ])("that is sealed takes no answer %s", async (_, answer) => {
    const { heard, isLetIn } = await visit(`xkey: ${curve.publicKey}`, answer);
    expect(heard).toContain("xkv1");
    expect(heard).toContain("Nats-Server-Xkey");
    expect(heard).not.toContain(SECRET);
    expect(heard).not.toContain(Buffer.from(SECRET).toString("base64url").slice(2, 20));
    expect(isLetIn).toBe(false);
  });
});
