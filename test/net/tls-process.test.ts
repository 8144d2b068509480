/** TLS as a whole process has it: the system's authorities, and nothing loaded that is not needed. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { TlsClient } from "./tls-client.ts";
import { Pki } from "./tls-pki.ts";

const ROOT = resolve(import.meta.dir, "../..");
const BUN = join(ROOT, "node_modules/.bin/bun");
const GUARD = join(import.meta.dir, "fixtures/tell-loaded.ts");
const NOWHERE = "/nonexistent";

let pki: Pki;
let config: string;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  await pki.issue("client");
  config = pki.path("verify.conf");
  const files = `cert_file: "${pki.path("server.pem")}", key_file: "${pki.path("server.key")}"`;
  await writeFile(config, `tls { ${files}, verify: true }`);
});

afterAll(() => pki[Symbol.asyncDispose]());

async function isServed({ port }: ServerProcess): Promise<boolean> {
  const [cert, key] = ["client.pem", "client.key"].map((name) => readFileSync(pki.path(name)));
  using client = await TlsClient.connect(port, { cert: cert!, key: key! });
  return await client.isServed();
}

test("verify without ca_file: the system's authorities count", async () => {
  const env = { SSL_CERT_FILE: pki.path("ca.pem"), SSL_CERT_DIR: NOWHERE };
  await using server = await ServerProcess.start([...ours, ...LOOPBACK, "-c", config], env);
  expect(await isServed(server)).toBe(true);
});

test("verify without ca_file, where the system has none: everybody is refused", async () => {
  // The runtime brings authorities of its own, to which these are added.
  const env = {
    ...{ SSL_CERT_FILE: NOWHERE, SSL_CERT_DIR: NOWHERE },
    NODE_EXTRA_CA_CERTS: pki.path("ca.pem"),
  };
  await using server = await ServerProcess.start([...ours, ...LOOPBACK, "-c", config], env);
  expect(server.lines).toContain(
    "[WRN] TLS verification refuses everybody: no ca_file, and the system has no authorities",
  );
  expect(await isServed(server)).toBe(false);
  await server.loggedMatching(
    /\[ERR\] .* TLS handshake error: tls: failed to verify certificate: x509: certificate signed by unknown authority/,
  );
});

test("without TLS, none of it is loaded", async () => {
  const command = [BUN, "--preload", GUARD, join(ROOT, "src/main.ts"), ...LOOPBACK];
  const loaded = ({ lines }: ServerProcess): string[] =>
    lines.filter((line) => /^loaded .*\/(tls\/|certificates\.ts$)/.test(line));
  await using server = await ServerProcess.start(command);
  expect(server.lines.some((line) => line.startsWith("loaded net/"))).toBe(true);
  expect(loaded(server)).toEqual([]);
  await using other = await ServerProcess.start([...command, "-c", config]);
  expect(loaded(other)).toContain("loaded net/tls/settings.ts");
  expect(loaded(other)).toContain("loaded net/certificates.ts");
});
