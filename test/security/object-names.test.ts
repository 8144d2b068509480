/** Names that JavaScript's objects have of themselves mean nothing, wherever a client or a file has them. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { Folder, ours, peer } from "../process/processes.ts";
import { Wire } from "../support/wire.ts";
import { isLetIn, login, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(20_000);

const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
  "then",
] as const;

/** Every name is a user with a password and a permission of its own; one of them is not there. */
const ABSENT = "valueOf";
const THERE = NAMES.filter((name) => name !== ABSENT);
const USERS = `
  no_auth_user: ""
  authorization { users = [
    ${THERE.map(
      (name) => `{user: "${name}", password: "pass of ${name}", permissions: {
        publish: "may.${name}", subscribe: ["may.>", "${name}.* ${name}"] }}`,
    ).join("\n")}
  ] }`;

describe("users with such names", () => {
  test("log in with their own password only, and nobody else does", async () => {
    await using server = await SecuredServer.start(USERS);
    for (const user of NAMES) {
      for (const other of NAMES) {
        const expected = user === other && user !== ABSENT;
        const options = { user, pass: `pass of ${other}` };
        expect([options, await isLetIn(server.port, options)]).toEqual([options, expected]);
      }
      expect([user, await isLetIn(server.port, { user })]).toEqual([user, false]);
      expect([user, await isLetIn(server.port, { user, pass: "undefined" })]).toEqual([
        user,
        false,
      ]);
      const nkey = { nkey: user, sig: user };
      expect([nkey, await isLetIn(server.port, nkey)]).toEqual([nkey, false]);
      expect(await isLetIn(server.port, { auth_token: user })).toBe(false);
    }
    await server.expectSound();
  });

  test("have their own permissions", async () => {
    await using server = await SecuredServer.start(USERS);
    for (const user of THERE) {
      const wire = await login(server.port, { user, pass: `pass of ${user}` });
      const publish = NAMES.map((name) => `PUB may.${name} 0\r\n\r\n`).join("");
      const subscribe = NAMES.map((name) => `SUB ${name}.* ${name} ${name}\r\n`).join("");
      await wire.send(`${publish}${subscribe}PING\r\n`);
      await wire.waitFor(/PONG\r\n.*PONG\r\n/s);
      for (const name of NAMES) {
        expect([name, wire.text.includes(`Publish to "may.${name}"`)]).toEqual([
          name,
          name !== user,
        ]);
        const refusal = `Subscription to "${name}.*" using queue "${name}"`;
        expect([name, wire.text.includes(refusal)]).toEqual([name, name !== user]);
      }
      wire.close();
    }
  });

  test("stay apart over a reload", async () => {
    await using server = await SecuredServer.start(USERS);
    const [kept, gone] = [THERE[0]!, THERE[1]!];
    const wires = [
      await login(server.port, { user: kept, pass: `pass of ${kept}` }),
      await login(server.port, { user: gone, pass: `pass of ${gone}` }),
    ];
    await server.reload(
      `authorization { users = [ {user: "${kept}", password: "pass of ${kept}"} ] }`,
    );
    expect(await wires[1]!.waitForEnd()).toBe(true);
    expect(wires[0]!.ended).toBe(false);
    wires[0]!.close();
  });
});

describe("CONNECT with such fields", () => {
  const VALUES = ['{"user":"a","pass":"b","verbose":true,"echo":false}', "null", "1", '"x"', "[]"];

  test.each(NAMES)("%s changes nothing, and lets nobody in", async (name) => {
    await using server = await SecuredServer.start("authorization { user: a, password: b }");
    for (const value of VALUES) {
      for (const spelling of [name, `\\u005f${name.slice(1)}`]) {
        const wrong = await Wire.connect(server.port);
        await wrong.send(`CONNECT {"verbose":false,"${spelling}":${value}}\r\nPING\r\n`);
        expect(await wrong.waitForEnd()).toBe(true);
        expect(wrong.text).toEndWith("-ERR 'Authorization Violation'\r\n");
      }
      const right = await Wire.connect(server.port);
      const fields = `"user":"a","pass":"b","verbose":false,"pedantic":false,"${name}":${value}`;
      await right.send(
        `CONNECT {${fields}}\r\nSUB ${name} ${name}\r\nPUB ${name} 0\r\n\r\nPING\r\n`,
      );
      expect(await right.waitFor("PONG\r\n")).toBe(true);
      expect(right.text).toEndWith(` \r\nMSG ${name} ${name} 0\r\n\r\nPONG\r\n`);
      right.close();
    }
    await server.expectSound();
  });
});

/** Files with such a name in one place after the other. */
function filesWith(name: string): string[] {
  return [
    `${name}: 1`,
    `${name} { port: 1 }`,
    `${name}: { users: [{user: a, password: b}] }\nauthorization { user: a, password: b }`,
    `authorization { ${name}: { user: a, password: b } }`,
    `authorization { ${name}: x, user: a, password: $${name} }`,
    `authorization { user: a, password: $${name} }`,
    `authorization { users: [{user: a, password: b, permissions: { ${name}: ">" }}] }`,
    `authorization { users: [{user: a, password: b, permissions: $${name}}] }`,
    `authorization { ${name} = {publish: "a"}, users: [{user: a, password: b, permissions: $${name}}] }`,
    `authorization { users: [{user: a, password: b, ${name}: c}] }`,
    `authorization { users: [{user: a, password: b, allowed_connection_types: [${name}]}] }`,
    `authorization { default_permissions: { publish: { ${name}: "a" } } }`,
    `accounts { ${name}: { users: [{user: a, password: b}] } }`,
    `accounts { ${name}: {}, B: { ${name}: 1 } }`,
    `tls { ${name}: 1 }`,
    `server_tags: ["${name}"], server_name: "${name}"`,
    `mappings { ${name}: ${name} }`,
    `include "${name}"`,
  ];
}

async function check(command: readonly string[], text: string, folder: Folder): Promise<number> {
  const file = folder.join("a.conf");
  await writeFile(file, text);
  const child = Bun.spawn([...command, "-t", "-c", file], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  await child.exited;
  expect(said).not.toMatch(/TypeError|RangeError|Uncaught|at \S+ \(/);
  return child.exitCode ?? -1;
}

describe.skipIf(peer === undefined)(
  "a configuration is as right or wrong as for nats-server",
  () => {
    test.each(["__proto__", "constructor", "toString"])("with %s", async (name) => {
      await using folder = await Folder.make();
      for (const text of filesWith(name)) {
        const theirs = await check([peer!], text, folder);
        expect([text, await check(ours, text, folder)]).toEqual([text, theirs]);
      }
    });
  },
);
