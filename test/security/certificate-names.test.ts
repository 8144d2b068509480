/**
 * Who a certificate stands for: a user's distinguished name may have its parts in any order, but it
 * has to have all of them, no others, and the attributes that belong together together.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "../conformance/security/certificates.ts";
import { ours, peer } from "../process/processes.ts";
import { SecureWire } from "./secure-wire.ts";
import { connectLine, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(60_000);

let folder: string;

beforeAll(async () => {
  folder = await makeCertificates();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Certificate, name of the user in the configuration, and whether that is who it stands for. */
const NAMES: readonly [string, string, boolean][] = [
  ["client", "CN=dn,OU=Dev,O=Org Inc,C=US", true],
  ["client", "C=US,O=Org Inc,OU=Dev,CN=dn", true],
  ["client", "O=Org Inc,CN=dn,C=US,OU=Dev", true],
  ["client", "cn=dn, ou=Dev, o=Org Inc, c=US", true],
  ["client", "CN=dn,OU=Dev,O=Org Inc", false],
  ["client", "CN=dn", false],
  ["client", "dn", false],
  ["client", "CN=dn,OU=Dev,O=Org Inc,C=US,L=x", false],
  ["client", "CN=dn,OU=Dev,OU=Dev,O=Org Inc,C=US", false],
  ["client", "CN=dn+OU=Dev,O=Org Inc,C=US", false],
  ["client", "CN=DN,OU=Dev,O=Org Inc,C=US", false],
  ["client", "CN=dn,OU=Dev,O=Org Inc,C=DE", false],
  ["client", "OU=dn,CN=Dev,O=Org Inc,C=US", false],
  ["client", "CN=dn\\,OU=Dev,O=Org Inc,C=US", false],
  ["multi", "CN=multi,O=Multi+OU=Valued,C=US", true],
  ["multi", "CN=multi,OU=Valued+O=Multi,C=US", true],
  ["multi", "C=US,OU=Valued+O=Multi,CN=multi", true],
  ["multi", "O=Multi+OU=Valued,CN=multi", false],
  ["multi", "CN=multi+O=Multi,OU=Valued,C=US", false],
  ["multi", "CN=multi,O=Multi+OU=Valued+C=US", false],
  ["dc", "DC=com,DC=example,O=Org Inc,CN=dcuser", true],
  ["dc", "CN=dcuser,O=Org Inc,DC=example,DC=com", true],
  ["dc", "CN=dcuser,O=Org Inc,DC=com,DC=example", true],
  ["dc", "CN=dcuser,O=Org Inc,DC=com", false],
  ["dc", "CN=dcuser,O=Org Inc,DC=com,DC=com", false],
  ["email", "mail@example.com", true],
  ["email", "MAIL@example.com", false],
  ["email", "mail@example.com.evil", false],
  ["emails", "b@example.com", true],
  ["dns", "host.example.com", true],
  ["dns", "example.com", false],
  ["comma", 'CN=a\\"b\\",O=Comma\\, Inc', true],
  ["comma", "CN=a,O=Comma, Inc", false],
];

function configOf(...users: readonly string[]): string {
  return `
    tls { cert_file: "${pem("server.pem")}", key_file: "${pem("server.key")}"
          ca_file: "${pem("ca.pem")}", verify_and_map: true, timeout: 5 }
    authorization { timeout: 8, users = [ ${users.join("\n")} ] }`;
}

function pem(name: string): string {
  return join(folder, name);
}

/** Whether a client with that certificate is let in. */
async function isMapped(server: SecuredServer, certificate: string): Promise<boolean> {
  const wire = await SecureWire.connect(server.port, {
    cert: readFileSync(pem(`${certificate}.pem`)),
    key: readFileSync(pem("client.key")),
  });
  wire.send(`${connectLine()}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /, 8_000);
  wire.close();
  expect(wire.text).toMatch(/PONG\r\n$|-ERR 'Authorization Violation'/);
  return wire.text.endsWith("PONG\r\n");
}

const PROGRAMS: [string, readonly string[]][] = [["ours", ours]];
if (peer !== undefined) PROGRAMS.push(["nats-server", [peer]]);

test.each(PROGRAMS)("%s finds the user", async (_, program) => {
  await using server = await SecuredServer.start(configOf("{user: nobody}"), { program });
  for (const [certificate, user, isIt] of NAMES) {
    await server.reload(configOf(`{user: ${JSON.stringify(user)}}`));
    const where = [certificate, user];
    expect([where, await isMapped(server, certificate)]).toEqual([where, isIt]);
  }
});

describe("a user that certificates stand for", () => {
  test("cannot be had by name, without a certificate or with another's", async () => {
    const config = configOf(
      '{user: "mail@example.com", permissions: {publish: "mail"}}',
      '{user: "host.example.com", permissions: {publish: "host"}}',
    );
    await using server = await SecuredServer.start(config);
    const files = (name: string) => ({
      cert: readFileSync(pem(`${name}.pem`)),
      key: readFileSync(pem("client.key")),
    });
    const wire = await SecureWire.connect(server.port, files("dns"));
    const claim = connectLine({ user: "mail@example.com" });
    wire.send(`${claim}PUB mail 0\r\n\r\nPUB host 0\r\n\r\nPING\r\n`);
    await wire.waitFor("PONG\r\n");
    expect(wire.text).toContain('Violation for Publish to "mail"');
    expect(wire.text).not.toContain('Violation for Publish to "host"');
    wire.close();
    for (const name of ["foreign", "self-signed", "expired", "wrong-eku"]) {
      // With TLS 1.3 a client hears of it only after the handshake.
      const refused = await SecureWire.connect(server.port, files(name)).catch(() => null);
      if (refused === null) continue;
      refused.send(`${claim}PING\r\n`);
      expect([name, await refused.waitForEnd(8_000)]).toEqual([name, true]);
      expect([name, refused.text.includes("PONG\r\n")]).toEqual([name, false]);
      refused.close();
    }
    const none = await SecureWire.connect(server.port).catch(() => null);
    none?.send(`${claim}PING\r\n`);
    await none?.waitForEnd(8_000);
    expect(none?.text ?? "").not.toContain("PONG\r\n");
    none?.close();
    await server.expectSound();
  });
});
