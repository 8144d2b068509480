/** Clients of a server that has an identity provider, over the wire and with the usual library. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Folder, LOOPBACK, ours, ServerProcess } from "../../process/processes.ts";
import { Wire } from "../../support/wire.ts";
import { IdentityProvider, rawToken, type SigningKey, signingKey } from "./identity-provider.ts";

const VIOLATION = "-ERR 'Authorization Violation'\r\n";

const provider = new IdentityProvider();
let key: SigningKey;
let folder: Folder;
let server: ServerProcess;

const ACCESS = `
  rules: [
    { when { groups: admins }, account: OPS, permissions { pub: ">", sub: ">" } }
    { when { groups: [red, blue] } }
  ]
  account: ORDERS
  permissions {
    publish: ["team.{{claim(groups)}}.>", "$JS.none"]
    subscribe { allow: ["team.{{claim(groups)}}.>", "_INBOX.>"], deny: "team.*.{{claim(sub)}}.secret" }
    allow_responses: true
  }`;

function configOf(access: string): string {
  return `
    accounts { ORDERS { users: [{ user: local, password: local-pass }] }, OPS {} }
    authorization {
      timeout: 5
      oidc { issuer: "${provider.issuer}", audience: nats, clock_skew: "0s", ${access} }
    }`;
}

beforeAll(async () => {
  key = await signingKey("ES256", "login");
  provider.keys = [key.jwk];
  folder = await Folder.make();
  await writeFile(folder.join("a.conf"), configOf(ACCESS));
  server = await ServerProcess.start([...ours, ...LOOPBACK, "-DV", "-c", folder.join("a.conf")]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  await provider.stop();
});

function token(groups: unknown, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return provider.token(key, { groups, ...more });
}

/** A raw client that has said CONNECT and PING, and has been answered. */
async function login(options: Readonly<Record<string, unknown>>): Promise<Wire> {
  const wire = await Wire.connect(server.port);
  await wire.send(`CONNECT ${JSON.stringify({ verbose: false, ...options })}\r\nPING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR .*\r\n/);
  return wire;
}

/** What comes after INFO. */
async function answerTo(options: Readonly<Record<string, unknown>>): Promise<string> {
  const wire = await login(options);
  wire.close();
  return wire.text.slice(wire.text.indexOf("\r\n") + 2);
}

async function library(text: string): Promise<NatsConnection> {
  return connect({ servers: `127.0.0.1:${server.port}`, token: text, reconnect: false });
}

describe("over the wire", () => {
  test("a token is asked for, and nothing is to be signed", async () => {
    const wire = await Wire.connect(server.port);
    await wire.waitFor("\r\n");
    wire.close();
    const info = JSON.parse(wire.text.slice(5));
    expect(info.auth_required).toBe(true);
    expect(info.nonce).toBeUndefined();
  });

  test("a good one lets its bearer in, as a token or a password", async () => {
    const good = await token("red");
    expect(await answerTo({ auth_token: good })).toBe("PONG\r\n");
    expect(await answerTo({ pass: good })).toBe("PONG\r\n");
    expect(await answerTo({ user: "anybody", pass: good })).toBe("PONG\r\n");
  });

  test("the other ways to log in stay", async () => {
    expect(await answerTo({ user: "local", pass: "local-pass" })).toBe("PONG\r\n");
    expect(await answerTo({ user: "local", pass: "wrong" })).toBe(VIOLATION);
    expect(await answerTo({ auth_token: "secret" })).toBe(VIOLATION);
    expect(await answerTo({})).toBe(VIOLATION);
  });

  test.each([
    ["is expired", { exp: 1 }],
    ["is for another audience", { aud: "other" }],
    ["is from an issuer that is not configured", { iss: "https://elsewhere" }],
    ["fits no rule", { groups: "green" }],
    ['has a claim "groups" that cannot be a token of a subject', { groups: ["red", "a.b"] }],
    ['has a claim "sub" that cannot be a token of a subject', { sub: "a.>" }],
  ])("a bad one does not, and only the log knows why: %s", async (reason, claims) => {
    const bad = await token("red", claims);
    expect(await answerTo({ auth_token: bad })).toBe(VIOLATION);
    await server.loggedMatching(
      new RegExp(`^\\[DBG\\] 127\\.0\\.0\\.1:\\d+ .*OIDC token ${reason}$`),
    );
  });

  test("a forged one does not", async () => {
    const claims = provider.claims({ groups: "admins" });
    for (const alg of ["none", "HS256", "ES256"]) {
      const forged = rawToken({ alg, kid: "login" }, claims, alg === "none" ? "" : "c2ln");
      expect(await answerTo({ auth_token: forged })).toBe(VIOLATION);
      // The user of the configuration does not help it.
      expect(await answerTo({ user: "local", pass: forged })).toBe(VIOLATION);
    }
  });

  test("a connection ends with its token", async () => {
    const wire = await login({ auth_token: await token("red", { exp: Date.now() / 1000 + 1.2 }) });
    expect(wire.text).toEndWith("PONG\r\n");
    expect(await wire.waitForEnd(3000)).toBe(true);
    expect(wire.text).toEndWith("PONG\r\n-ERR 'User Authentication Expired'\r\n");
  });

  test("a connection has the permissions of its token, and its account", async () => {
    const red = await login({ auth_token: await token(["red", "x"]) });
    const admin = await login({ auth_token: await token("admins") });
    const local = await login({ user: "local", pass: "local-pass" });
    await local.send("SUB > 1\r\nPING\r\n");
    await local.waitFor(/PONG\r\n[\s\S]*PONG\r\n/);
    await red.send("PUB team.red.a 1\r\n1\r\nPUB team.blue.a 1\r\n2\r\nPUB team.x.a 1\r\n3\r\n");
    await admin.send("PUB team.red.b 1\r\n4\r\n");
    await red.send("SUB team.blue.> 1\r\nSUB team.red.> 2\r\nPING\r\n");
    await red.waitFor(/PONG\r\n[\s\S]*PONG\r\n/);
    await admin.send("PING\r\n");
    await admin.waitFor(/PONG\r\n[\s\S]*PONG\r\n/);
    await local.send("PUB team.red.y.secret 1\r\n5\r\nPUB team.red.ann.secret 1\r\n6\r\nPING\r\n");
    await local.waitFor(/(?:PONG\r\n[\s\S]*){3}/);
    await red.waitFor("MSG ");
    expect(red.text.slice(red.text.indexOf("PONG\r\n"))).toBe(
      "PONG\r\n" +
        "-ERR 'Permissions Violation for Publish to \"team.blue.a\"'\r\n" +
        "-ERR 'Permissions Violation for Subscription to \"team.blue.>\"'\r\n" +
        "PONG\r\nMSG team.red.y.secret 2 1\r\n5\r\n",
    );
    expect(local.text.match(/MSG \S+/g)).toEqual([
      "MSG team.red.a",
      "MSG team.x.a",
      "MSG team.red.y.secret",
      "MSG team.red.ann.secret",
    ]);
    for (const wire of [red, admin, local]) wire.close();
  });
});

describe("with the usual library", () => {
  test("a token is a token", async () => {
    const [asker, answerer] = [
      await library(await token("red")),
      await library(await token("red")),
    ];
    answerer.subscribe("team.red.service", {
      callback: (_, message) => void message.respond(`hello ${message.string()}`),
    });
    await answerer.flush();
    const answer = await asker.request("team.red.service", "ann");
    expect(answer.string()).toBe("hello ann");
    await Promise.all([asker.close(), answerer.close()]);
  });

  test("a bad one is refused", async () => {
    await expect(library(await token("green"))).rejects.toThrow(/authorization violation/i);
  });
});

test("a reload decides again, and the log has no token", async () => {
  const red = await login({ auth_token: await token("red") });
  const admin = await login({ auth_token: await token("admins") });
  const before = server.lines.length;
  await writeFile(
    folder.join("a.conf"),
    configOf("rules: [{ when { groups: admins }, account: OPS, permissions { pub: now } }]"),
  );
  server.kill("SIGHUP");
  await server.loggedMatching(/^\[INF\] Reloaded server configuration/, before);
  expect(await red.waitForEnd()).toBe(true);
  expect(red.text).toEndWith(VIOLATION);
  await server.loggedMatching(/^\[INF\] Reloaded: authorization oidc$/, before);
  await server.loggedMatching(/OIDC token fits no rule$/, before);
  await server.loggedMatching(/"ORDERS\/user:\w+" - authentication error - /, before);
  await admin.send("PUB now 1\r\n1\r\nPUB later 1\r\n1\r\nPING\r\n");
  await admin.waitFor(/PONG\r\n[\s\S]*PONG\r\n/);
  expect(admin.text).toContain('Publish to "later"');
  expect(admin.text).not.toContain('Publish to "now"');
  admin.close();
  // No part of any token: header, claims or signature.
  expect(server.text).not.toMatch(/eyJ[\w-]{8}/);
  expect(server.text).not.toContain(Buffer.from('{"alg"').toString("base64url"));
});
