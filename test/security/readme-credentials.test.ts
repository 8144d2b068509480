/** The blocks of the documentation on credentials, each with the published clients. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  nkeyAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { CLIENTS } from "../interop/clients.ts";
import { LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { credentials, isRefused, join, optionsOf } from "./readme.ts";
import { SecuredServer } from "./secured-server.ts";

setDefaultTimeout(30_000);

const SINGLE_USER = `
authorization {
  user:        derek
  password: T0pS3cr3t
  timeout:  1
}`;

const TOKEN = `
authorization {
  #cleartext is supported but it is recommended you encrypt tokens with util/mkpasswd/mkpasswd.go
  token:   S3Cr3T0k3n!
  timeout: 1
}`;

const HASHED_TOKEN = `
authorization {
  # You can generate the token using /util/mkpasswd/mkpasswd.go
  token:    $2a$11$UP3xizk94sWF9SHF/wkklOfBT9jphTGNrhZqz2OHoBdk9yO1kvErG
  timeout: 1
}`;

const HASHED_PASSWORD = `
  authorization {
    user: derek
    password: $2a$11$3kIDaCxw.Glsl1.u5nKa6eUnNDLV5HV9tIuUp7EHhMt6Nm9myW1aS
  }`;

/** Hashes of the documentation, and what they are hashes of. */
const HASHES: readonly [string, string][] = [
  ["$2a$11$UP3xizk94sWF9SHF/wkklOfBT9jphTGNrhZqz2OHoBdk9yO1kvErG", "S3Cr3T0k3n!"],
  ["$2a$11$bXz1Mi5xM.rRUnYRT0Vb2el6sSzVrqA0DJKdt.5Itj1C1K4HT9FDG", "D#6)e0ht^@61kU5!^!owrX"],
  ["$2a$11$W2zko751KUvVy59mUTWmpOdWjpEm5qhcCZRd05GjI/sSOT.xtiHyG", "T0pS3cr3t"],
  ["$2a$11$3kIDaCxw.Glsl1.u5nKa6eUnNDLV5HV9tIuUp7EHhMt6Nm9myW1aS", "#IclkRPHUpsTmACWzmIGXr"],
  ["$2a$11$UaoHwUEqHaMwqo6L4kM2buOBnGFnSCWxNXY87hl.kCERqKK8WAXM.", "top_secret"],
];

describe.each(CLIENTS)("$name", (client) => {
  test("a single user, in the URL, as options and by an authenticator", async () => {
    await using server = await SecuredServer.start(SINGLE_USER);
    const url = `nats://derek:T0pS3cr3t@${server.address}`;
    for (const options of [
      optionsOf(url),
      { user: "derek", pass: "T0pS3cr3t" },
      { authenticator: usernamePasswordAuthenticator("derek", "T0pS3cr3t") },
    ]) {
      await using connection = await join(client, server, options);
      await connection.flush();
    }
    expect(await isRefused(client, server, { user: "derek", pass: "wrong" })).toBe(true);
    expect(await isRefused(client, server, { user: "john", pass: "T0pS3cr3t" })).toBe(true);
    expect(await isRefused(client, server)).toBe(true);
  });

  test("a token, in the URL, as an option and by an authenticator", async () => {
    await using server = await SecuredServer.start(TOKEN);
    for (const options of [
      optionsOf(`nats://'S3Cr3T0k3n!'@${server.address}`),
      { token: "S3Cr3T0k3n!" },
      { authenticator: tokenAuthenticator("S3Cr3T0k3n!") },
    ]) {
      await using connection = await join(client, server, options);
      await connection.flush();
    }
    expect(await isRefused(client, server, { token: "S3Cr3T0k3n" })).toBe(true);
    expect(await isRefused(client, server)).toBe(true);
  });

  test("a token and a password that are hashed", async () => {
    await using byToken = await SecuredServer.start(HASHED_TOKEN);
    await using connection = await join(client, byToken, { token: "S3Cr3T0k3n!" });
    await connection.flush();
    expect(await isRefused(client, byToken, { token: "wrong" })).toBe(true);
    await using byPassword = await SecuredServer.start(HASHED_PASSWORD);
    const options = { user: "derek", pass: "#IclkRPHUpsTmACWzmIGXr" };
    await using other = await join(client, byPassword, options);
    await other.flush();
    expect(await isRefused(client, byPassword, { user: "derek", pass: "wrong" })).toBe(true);
  });

  test("keys that sign", async () => {
    const [user, stranger] = [nkeys.createUser(), nkeys.createUser()];
    const config = `authorization { users = [ {nkey: ${user.getPublicKey()}} ] }`;
    await using server = await SecuredServer.start(config);
    const authenticator = nkeyAuthenticator(user.getSeed());
    await using connection = await join(client, server, { authenticator });
    await connection.flush();
    const other = { authenticator: nkeyAuthenticator(stranger.getSeed()) };
    expect(await isRefused(client, server, other)).toBe(true);
    expect(await isRefused(client, server)).toBe(true);
  });

  test("clients come back when their password has changed", async () => {
    const configOf = (pass: string): string =>
      `authorization { users = [ {user: derek, password: "${pass}"}, {user: other, password: x} ] }`;
    let pass = "first";
    await using server = await SecuredServer.start(configOf(pass));
    await using connection = await join(client, server, {
      authenticator: credentials(() => ({ user: "derek", pass })),
      reconnect: true,
      reconnectTimeWait: 50,
      maxReconnectAttempts: -1,
    });
    await using other = await join(client, server, { user: "other", pass: "x" });
    const received: string[] = [];
    connection.subscribe("news", {
      callback: (_, message) => void received.push(message.string()),
    });
    await connection.flush();
    const seen: string[] = [];
    void (async () => {
      for await (const { type } of connection.status()) seen.push(type);
    })();
    pass = "second";
    await server.reload(configOf(pass));
    const deadline = performance.now() + 8_000;
    while (!seen.includes("reconnect") && performance.now() < deadline) await Bun.sleep(10);
    expect(seen).toContain("reconnect");
    await connection.flush();
    // Whose password is the same stays.
    expect(other.isClosed()).toBe(false);
    other.publish("news", "of today");
    await other.flush();
    while (received.length === 0 && performance.now() < deadline) await Bun.sleep(10);
    expect(received).toEqual(["of today"]);
    expect(await isRefused(client, server, { user: "derek", pass: "first" })).toBe(true);
  });
});

test("every hash of the documentation belongs to its password", async () => {
  const users = HASHES.map(([hash], i) => `{user: u${i}, password: ${hash}}`);
  await using server = await SecuredServer.start(
    `authorization { users = [ ${users.join("\n")} ] }`,
  );
  const [client] = CLIENTS;
  for (const [i, [, pass]] of HASHES.entries()) {
    await using connection = await join(client!, server, { user: `u${i}`, pass });
    await connection.flush();
  }
});

test.each([
  [["--user", "derek", "--pass", "T0pS3cr3t"], { user: "derek", pass: "T0pS3cr3t" }],
  [["-auth", "S3Cr3T0k3n!"], { token: "S3Cr3T0k3n!" }],
])("on the command line: %j", async (args, options) => {
  await using server = await ServerProcess.start([...ours, ...LOOPBACK, ...args]);
  const address = { address: `127.0.0.1:${server.port}` } as SecuredServer;
  for (const client of CLIENTS) {
    await using connection = await join(client, address, options);
    await connection.flush();
    expect(await isRefused(client, address)).toBe(true);
  }
});
