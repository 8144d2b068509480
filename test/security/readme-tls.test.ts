/** The blocks of the documentation on TLS, each with the published clients. */

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rm, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import type { ConnectionOptions } from "@nats-io/transport-node";
import { makeCertificates } from "../conformance/security/certificates.ts";
import { CLIENTS } from "../interop/clients.ts";
import { LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { until } from "../support/until.ts";
import { credentials, isRefused, join, Violations } from "./readme.ts";
import { SecuredServer } from "./secured-server.ts";

setDefaultTimeout(40_000);

const folder = await makeCertificates();

afterAll(() => rm(folder, { recursive: true, force: true }));

function file(name: string): string {
  return joinPath(folder, name);
}

async function openssl(...args: string[]): Promise<void> {
  const child = Bun.spawn(["openssl", ...args], { cwd: folder, stdout: "ignore", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(said);
}

/** A certificate for a client, of the authority that the server trusts. */
async function makeClient(name: string, subject: string, extension = ""): Promise<void> {
  await writeFile(file(`${name}.ext`), `extendedKeyUsage=clientAuth\n${extension}\n`);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl(
    "req",
    "-new",
    ...key,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
    "-subj",
    subject,
  );
  const signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "7"];
  await openssl(
    "x509",
    "-req",
    "-in",
    `${name}.csr`,
    ...signer,
    "-extfile",
    `${name}.ext`,
    "-out",
    `${name}.pem`,
  );
}

await makeClient("mail-in-name", "/CN=user/emailAddress=user@example.com");
await makeClient("mail-beside", "/CN=user", "subjectAltName=email:user@example.com");
await makeClient("nats-io", "/OU=NATS.io/CN=example.com");
await makeClient("cncf", "/OU=CNCF/CN=example.com");
await makeClient("stranger", "/OU=Else/CN=example.com");

/** The documentation's block, with the files of this test. */
function withFiles(block: string): string {
  return block.replace(/"\.\/configs\/certs\/([\w-]+)\.pem"/g, (_, name: string) => {
    const made: Record<string, string> = {
      "server-cert": "server.pem",
      "server-key": "server.key",
      ca: "ca.pem",
    };
    return `"${file(made[name]!)}"`;
  });
}

const PAIR = `
  cert_file: "./configs/certs/server-cert.pem"
  key_file:  "./configs/certs/server-key.pem"`;
const SIMPLE = withFiles(`
# Simple TLS config file

tls {${PAIR}
  timeout:    2
}

authorization {
  user:     derek
  password: $2a$11$W2zko751KUvVy59mUTWmpOdWjpEm5qhcCZRd05GjI/sSOT.xtiHyG
  timeout:  1
}`);
const MUTUAL = withFiles(`
tls {${PAIR}
  ca_file:   "./configs/certs/ca.pem"
  verify:    true
}`);
const MAPPED = withFiles(`
tls {${PAIR}
  ca_file:   "./configs/certs/ca.pem"

  # Require a client certificate and map user id from certificate.
  verify_and_map: true
}`);
const BY_MAIL = `${MAPPED}
authorization {
  users = [
    {user: "user@example.com", permissions: { publish: "foo" }}
  ]
}`;
const BY_NAME = `${MAPPED}
authorization {
  users = [
    { user = "CN=example.com,OU=NATS.io" }
    { user = "CN=example.com,OU=CNCF", permissions = {
	publish {
	  allow = ["public.>"]
	}
	subscribe {
	  allow = ["public.>"]
	}
      }
    }
  ]
}`;
const DEREK = { user: "derek", pass: "T0pS3cr3t" };

function trusting(more: ConnectionOptions["tls"] = {}): ConnectionOptions {
  return { tls: { caFile: file("ca.pem"), ...more } };
}

function certified(name: string): ConnectionOptions {
  return trusting({ certFile: file(`${name}.pem`), keyFile: file(`${name}.key`) });
}

/** Whether the connection is refused for a reason of TLS. */
async function isUntrusted(promise: Promise<{ close(): Promise<void> }>): Promise<boolean> {
  try {
    await (await promise).close();
    return false;
  } catch (error) {
    expect(String(error)).not.toMatch(/authorization violation/i);
    return true;
  }
}

describe.each(CLIENTS)("$name", (client) => {
  test("simple TLS, with a user", async () => {
    await using server = await SecuredServer.start(SIMPLE);
    await using connection = await join(client, server, { ...trusting(), ...DEREK });
    expect(connection.info?.tls_required).toBe(true);
    connection.subscribe("a", { callback: (_, message) => void message.respond("b") });
    expect((await connection.request("a", "", { timeout: 4_000 })).string()).toBe("b");
    expect(await isRefused(client, server, { ...trusting(), ...DEREK, pass: "x" })).toBe(true);
    expect(
      await isUntrusted(join(client, server, { tls: { caFile: file("other-ca.pem") }, ...DEREK })),
    ).toBe(true);
  });

  test("certificates of clients", async () => {
    await using server = await SecuredServer.start(MUTUAL);
    await using connection = await join(client, server, certified("client"));
    await connection.flush();
    expect(await isUntrusted(join(client, server, trusting()))).toBe(true);
    const foreign = trusting({ certFile: file("foreign.pem"), keyFile: file("client.key") });
    expect(await isUntrusted(join(client, server, foreign))).toBe(true);
  });

  test("the handshake first", async () => {
    const block = withFiles(`tls {${PAIR}\n handshake_first: true\n}`);
    await using server = await SecuredServer.start(block);
    await using connection = await join(client, server, trusting({ handshakeFirst: true }));
    await connection.flush();
    const fallback = withFiles(`tls {${PAIR}\n handshake_first: "100ms"\n}`);
    await using either = await SecuredServer.start(fallback);
    for (const handshakeFirst of [true, false]) {
      await using other = await join(client, either, trusting({ handshakeFirst }));
      await other.flush();
    }
  });

  test("users by the e-mail address in their certificate", async () => {
    await using server = await SecuredServer.start(BY_MAIL);
    await using connection = await join(client, server, certified("mail-beside"));
    const violations = new Violations(connection);
    connection.publish("foo");
    connection.publish("bar");
    await connection.flush();
    await Bun.sleep(50);
    expect(violations.seen).toEqual(["publish bar"]);
    // The documentation speaks of the subject too, where nats-server no longer looks for one.
    expect(await isRefused(client, server, certified("mail-in-name"))).toBe(true);
    expect(await isRefused(client, server, certified("stranger"))).toBe(true);
    const claim = { ...certified("stranger"), user: "user@example.com" };
    expect(await isRefused(client, server, claim)).toBe(true);
  });

  test("users by distinguished names", async () => {
    await using server = await SecuredServer.start(BY_NAME);
    await using all = await join(client, server, certified("nats-io"));
    await using some = await join(client, server, certified("cncf"));
    for (const [connection, expected] of [
      [all, []],
      [some, ["publish private.a", "subscription private.a"]],
    ] as const) {
      const violations = new Violations(connection);
      for (const subject of ["public.a", "private.a"]) {
        connection.publish(subject);
        connection.subscribe(subject, { callback: () => {} });
      }
      await connection.flush();
      await Bun.sleep(50);
      expect(violations.seen.toSorted()).toEqual([...expected]);
    }
    expect(await isRefused(client, server, certified("stranger"))).toBe(true);
  });

  test("TLS for those who want it", async () => {
    const block = withFiles(`allow_non_tls: true\ntls {${PAIR}\n}`);
    await using server = await SecuredServer.start(block);
    await using plain = await join(client, server, { tls: null });
    await using secure = await join(client, server, trusting());
    const { promise, resolve } = Promise.withResolvers<string>();
    plain.subscribe("a", { callback: (_, message) => resolve(message.string()) });
    await plain.flush();
    secure.publish("a", "over TLS");
    expect(await promise).toBe("over TLS");
  });

  test("the command line", async () => {
    const pair = [`--tlscert=${file("server.pem")}`, `--tlskey=${file("server.key")}`];
    await using server = await ServerProcess.start([...ours, ...LOOPBACK, "-D", "--tls", ...pair]);
    const { lines } = server;
    expect(lines.indexOf("[INF] TLS required for client connections")).toBeGreaterThan(
      lines.findIndex((line) => line.startsWith("[INF] Listening for client connections")),
    );
    const address = { address: `127.0.0.1:${server.port}` } as SecuredServer;
    await using connection = await join(client, address, trusting());
    await connection.flush();
    await server.loggedMatching(/^\[DBG\] 127\.0\.0\.1:\d+ - cid:5 - Client connection created$/);
    await server.loggedMatching(/ - Starting TLS client connection handshake$/);
    await server.loggedMatching(/ - TLS handshake complete$/);
    await server.loggedMatching(/ - TLS version 1\.[23], cipher suite TLS_[A-Z0-9_]+$/);
    const mutual = ["--tlsverify", ...pair, `--tlscacert=${file("ca.pem")}`];
    await using strict = await ServerProcess.start([...ours, ...LOOPBACK, ...mutual]);
    const other = { address: `127.0.0.1:${strict.port}` } as SecuredServer;
    await using known = await join(client, other, certified("client"));
    await known.flush();
    expect(await isUntrusted(join(client, other, trusting()))).toBe(true);
  });

  test("clients come back when the certificate and their password have changed", async () => {
    await using server = await SecuredServer.start(SIMPLE);
    let pass = DEREK.pass;
    await using connection = await join(client, server, {
      ...trusting(),
      authenticator: credentials(() => ({ user: "derek", pass })),
      reconnect: true,
      reconnectTimeWait: 50,
      maxReconnectAttempts: -1,
    });
    const seen: string[] = [];
    void (async () => {
      for await (const { type } of connection.status()) seen.push(type);
    })();
    pass = "another";
    const next = SIMPLE.replace("server.pem", "server-new.pem").replace(
      "server.key",
      "server-new.key",
    );
    await server.reload(next.replace(/\$2a\S+/, pass));
    await until("a connection again", () => seen.includes("reconnect"), 8_000);
    await connection.flush();
    expect(await isRefused(client, server, { ...trusting(), ...DEREK })).toBe(true);
  });
});
