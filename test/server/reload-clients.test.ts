/** What a reload means to clients that are connected, wherever they are on their way in. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Pki } from "../net/tls-pki.ts";
import { SecureWire } from "../security/secure-wire.ts";
import { connectLine, login, SecuredServer } from "../security/secured-server.ts";

setDefaultTimeout(20_000);

/** bcrypt hashes of nothing anybody knows, that take a second or two, and half an hour, to compare. */
const SLOW_HASH = `$2a$14$${"a".repeat(53)}`;
const ENDLESS_HASH = `$2a$24$${"a".repeat(53)}`;
const MESSAGE = /MSG \S+ \d+(?: \S+)? \d+\r\n/;

let pki: Pki;
let files: string;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  await pki.issue("client", { subject: "bob" });
  files = `cert_file: "${pki.path("server.pem")}", key_file: "${pki.path("server.key")}"`;
});

afterAll(() => pki[Symbol.asyncDispose]());

/** A client before its handshake, which has read INFO. */
async function beforeHandshake(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  await new Promise((resolve) => socket.once("data", resolve));
  return socket;
}

test("a client that has yet to do its handshake may still do it", async () => {
  const configOf = (more: string): string => `tls { ${files}, timeout: 10 }
    authorization { users: [ {user: a, password: b} ] }
    ${more}`;
  await using server = await SecuredServer.start(configOf(""));
  const plain = await beforeHandshake(server.port);
  await server.reload(configOf("max_control_line: 5000"));
  const socket = connectTls({ socket: plain, rejectUnauthorized: false });
  let text = "";
  const isAnswered = new Promise((resolve) => {
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.includes("PONG\r\n")) resolve(true);
    });
    socket.on("close", () => resolve(false));
  });
  socket.on("error", () => {});
  socket.write(`${connectLine({ user: "a", pass: "b" })}PING\r\n`);
  expect([await isAnswered, text]).toEqual([true, "PONG\r\n"]);
  socket.destroy();
  // Who comes without credentials is not let in by the same way.
  const stranger = await beforeHandshake(server.port);
  await server.reload(configOf(""));
  const secure = connectTls({ socket: stranger, rejectUnauthorized: false });
  secure.on("error", () => {});
  secure.write("PING\r\n");
  const answer = await new Promise((resolve) => secure.once("data", resolve));
  expect(String(answer)).toBe("-ERR 'Authorization Violation'\r\n");
  secure.destroy();
});

test("a client that never sent CONNECT gets the permissions of who it turns out to be", async () => {
  const tls = `tls { ${files}, ca_file: "${pki.path("ca.pem")}", verify_and_map: true, timeout: 10 }`;
  await using server = await SecuredServer.start(tls);
  const own = {
    cert: readFileSync(pki.path("client.pem")),
    key: readFileSync(pki.path("client.key")),
  };
  const early = await SecureWire.connect(server.port, own);
  early.send("SUB > 1\r\nSUB open 2\r\nPING\r\n");
  await early.waitFor("PONG\r\n");
  const permissions = '{ subscribe: "open", publish: ["secret", "open"] }';
  await server.reload(`${tls}
    authorization { users: [ {user: "CN=bob", permissions: ${permissions}} ] }`);
  expect(await early.waitFor('-ERR \'Permissions Violation for Subscription to ">"')).toBe(true);
  const other = await SecureWire.connect(server.port, own);
  other.send(`${connectLine()}PUB secret 1\r\nx\r\nPUB open 1\r\ny\r\nPING\r\n`);
  await other.waitFor("PONG\r\n");
  await early.waitFor(MESSAGE);
  expect(early.text.match(new RegExp(MESSAGE, "g"))).toEqual(["MSG open 2 1\r\n"]);
  // And it may go on as that user.
  early.send("PUB secret 1\r\nx\r\nPUB other 1\r\nx\r\nPING\r\n");
  await early.waitFor(/PONG\r\n.*PONG\r\n/s);
  expect(early.text).toContain('Permissions Violation for Publish to "other"');
  expect(early.text).not.toContain('Permissions Violation for Publish to "secret"');
  early.close();
  other.close();
});

test("nobody waits for others' passwords", async () => {
  const configOf = (users: string): string => `authorization { timeout: 0.5, users: [
    {user: honest, password: h}, ${users} ] }`;
  const slow = ["slow1", "slow2", "slow3"];
  const before = slow.map((name) => `{user: ${name}, password: ${name}}`).join();
  await using server = await SecuredServer.start(configOf(`${before}, {user: gone, password: g}`));
  const waiting = await Promise.all(slow.map((user) => login(server.port, { user, pass: user })));
  const gone = await login(server.port, { user: "gone", pass: "g" });
  const honest = await login(server.port, { user: "honest", pass: "h" });
  await honest.send("SUB news 1\r\nPING\r\n");
  await honest.waitFor(/PONG\r\n.*PONG\r\n/s);
  const [first, ...rest] = slow;
  const after = [
    `{user: ${first}, password: "${ENDLESS_HASH}"}`,
    ...rest.map((name) => `{user: ${name}, password: "${SLOW_HASH}"}`),
  ].join();
  await writeFile(server.configFile, configOf(after));
  server.process.kill("SIGHUP");
  expect(await gone.waitForEnd()).toBe(true);
  // Whoever is being decided on does nothing meanwhile.
  for (const wire of waiting) await wire.send("PUB news 1\r\nx\r\n");
  await server.process.loggedMatching(/^\[INF\] Reloaded server configuration/);
  await honest.send("PING\r\n");
  await honest.waitFor(/(?:PONG\r\n.*){3}/s);
  expect(honest.text).not.toMatch(MESSAGE);
  server.expectNoFault();
});

test("requests that were received before may be answered after it", async () => {
  const configOf = (responses: string): string => `authorization { users: [
    {user: asker, password: a},
    {user: service, password: s, permissions: {subscribe: "ask", allow_responses: ${responses}}} ] }`;
  const responses = '{max: 2, expires: "1m"}';
  await using server = await SecuredServer.start(configOf(responses));
  const service = await login(server.port, { user: "service", pass: "s" });
  const asker = await login(server.port, { user: "asker", pass: "a" });
  await service.send("SUB ask 1\r\nPING\r\n");
  await service.waitFor(/PONG\r\n.*PONG\r\n/s);
  await asker.send("SUB answer 1\r\nPUB ask answer 1\r\nx\r\n");
  await service.waitFor(MESSAGE);
  await server.reload(configOf(responses));
  await service.send("PUB answer 1\r\n1\r\nPUB other 1\r\n1\r\nPING\r\n");
  await service.waitFor(/(?:PONG\r\n.*){3}/s);
  expect(await asker.waitFor("MSG answer 1 1\r\n1\r\n")).toBe(true);
  expect(service.text).toContain("-ERR 'Permissions Violation for Publish to \"other\"'");
  // Another right to answer begins anew.
  await server.reload(configOf('{max: 3, expires: "1m"}'));
  await service.send("PUB answer 1\r\n2\r\n");
  expect(await service.waitFor("-ERR 'Permissions Violation for Publish to \"answer\"'")).toBe(
    true,
  );
});
