/**
 * Flags and a file that say the same of TLS mean the same, and flags beside a file take nothing away
 * that the file demands.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "../conformance/security/certificates.ts";
import { SecureWire } from "./secure-wire.ts";
import { connectLine, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(40_000);

let folder: string;

beforeAll(async () => {
  folder = await makeCertificates();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function pem(name: string): string {
  return join(folder, name);
}

/** Hash of a certificate's key, as `pinned_certs` has it. */
function pinOf(name: string): string {
  const key = new X509Certificate(readFileSync(pem(`${name}.pem`))).publicKey;
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** With which certificates and versions clients get in, and what they are shown. */
async function probe({ port }: SecuredServer): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const certificate of ["none", "client", "second", "email", "foreign", "expired"]) {
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const key = ["client", "second"].includes(certificate) ? certificate : "client";
      const own =
        certificate === "none"
          ? {}
          : { cert: readFileSync(pem(`${certificate}.pem`)), key: readFileSync(pem(`${key}.key`)) };
      answers[`${certificate} ${version}`] = await answerTo(port, {
        ...own,
        minVersion: version,
        maxVersion: version,
      });
    }
  }
  return answers;
}

async function answerTo(
  port: number,
  options: NonNullable<Parameters<typeof SecureWire.connect>[1]>,
): Promise<string> {
  const wire = await SecureWire.connect(port, options).catch(() => null);
  if (wire === null) return "no handshake";
  wire.send(`${connectLine()}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /, 8_000);
  wire.close();
  if (wire.text.includes("PONG\r\n")) return `in, sees ${wire.serial} by ${wire.cipher}`;
  // Only the client of TLS 1.2 knows of it during the handshake.
  return wire.text.includes("-ERR") ? "refused" : "no handshake";
}

async function outcome(block: string, args: readonly string[]): Promise<Record<string, string>> {
  await using server = await SecuredServer.start(`${block}\nserver_name: s`, { args });
  expect(server.log).toContain("TLS required for client connections");
  const answers = await probe(server);
  if (args.length === 0) return answers;
  await server.reload(`${block}\nserver_name: s\ndebug: true`);
  // What flags say holds over a reload.
  expect(await probe(server)).toEqual(answers);
  return answers;
}

/** A block, and the flags that say the same; `<name>` stands for the file of that name. */
const SAME: readonly [string, string, string][] = [
  [
    "a certificate",
    "cert_file: <server.pem>, key_file: <server.key>",
    "--tls --tlscert=<server.pem> --tlskey=<server.key>",
  ],
  [
    "authorities",
    "cert_file: <server.pem>, key_file: <server.key>, ca_file: <ca.pem>",
    "--tls --tlscert <server.pem> --tlskey <server.key> --tlscacert <ca.pem>",
  ],
  [
    "verification",
    "cert_file: <server.pem>, key_file: <server.key>, ca_file: <ca.pem>, verify: true",
    "--tlsverify --tlscert=<server.pem> --tlskey=<server.key> --tlscacert=<ca.pem>",
  ],
];

function filled(text: string, quote = ""): string {
  return text.replace(/<([\w.-]+)>/g, (_, name: string) => `${quote}${pem(name)}${quote}`);
}

function argsOf(flags: string): string[] {
  return filled(flags).split(" ");
}

describe("flags and a file say the same", () => {
  test.each(SAME)("with %s", async (_, block, flags) => {
    const byFile = await outcome(`tls { ${filled(block, '"')} }`, []);
    expect(new Set(Object.values(byFile)).size).toBeGreaterThan(block.includes("verify") ? 1 : 0);
    expect(await outcome("", argsOf(flags))).toEqual(byFile);
  });
});

const OTHER = "--tls --tlscert=<server-new.pem> --tlskey=<server-new.key>";

describe("flags with another certificate take nothing away from a file", () => {
  test.each([
    ["verification", "ca_file: <ca.pem>, verify: true"],
    ["mapping", "ca_file: <ca.pem>, verify_and_map: true"],
    ["pinned certificates", "ca_file: <ca.pem>, verify: true, pinned_certs: ['<pin>']"],
    ["the oldest version", "min_version: '1.3'"],
    ["cipher suites", "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]"],
  ])("%s", async (name, settings) => {
    const users =
      name === "mapping" ? "authorization { users = [ {user: mail@example.com} ] }" : "";
    const rest = filled(settings.replace("<pin>", pinOf("second")), '"').replace(
      /'"(.*?)"'/g,
      "'$1'",
    );
    const blockOf = (certificate: string): string => {
      const pair = `cert_file: <${certificate}.pem>, key_file: <${certificate}.key>`;
      return `tls { ${filled(pair, '"')}, timeout: 5, ${rest} }\n${users}`;
    };
    const expected = await outcome(blockOf("server-new"), []);
    expect(await outcome(blockOf("server"), argsOf(OTHER))).toEqual(expected);
    const { serialNumber } = new X509Certificate(readFileSync(pem("server-new.pem")));
    expect(Object.values(expected).some((each) => each.includes(serialNumber))).toBe(true);
    // It makes a difference.
    const pair = "cert_file: <server-new.pem>, key_file: <server-new.key>";
    expect(await outcome(`tls { ${filled(pair, '"')} }`, [])).not.toEqual(expected);
  });
});
