/** Cipher suites and curves that this server's TLS library does not have. */

import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { CURVES, isAvailable } from "../../src/config/schema/tls-names.ts";
import { writeSharedFiles } from "../conformance/config/shared-files.ts";
import { Folder } from "../process/processes.ts";

const RC4 = "TLS_RSA_WITH_RC4_128_SHA";
const GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";

async function load(options: string): Promise<LoadedConfig> {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, `tls {\n${options}\n}\n`);
  return await loadConfig(path, {});
}

test("are left out of a list, with a word about it", async () => {
  const { options, problems } = await load(
    `cipher_suites: [${RC4}, ${GCM}], allow_insecure_cipher_suites: true\n` +
      "curve_preferences: [SecP384r1MLKEM1024, X25519, SecP256r1MLKEM768, CurveP256]",
  );
  expect(options.tls).toMatchObject({
    cipherSuites: [GCM],
    curvePreferences: ["X25519", "CurveP256"],
  });
  const lines = problems.map(({ severity, place, text }) => [
    severity,
    place!.source.lineAt(place!.offset),
    text,
  ]);
  const why = "left out, as this server's TLS library does not have it";
  expect(lines).toEqual([
    ["lint", 2, `${why}: ${RC4}`],
    ["lint", 3, `${why}: SecP384r1MLKEM1024, SecP256r1MLKEM768`],
  ]);
});

test("cannot be all there is", async () => {
  const { problems } = await load("Curve_Preferences: [SecP256r1MLKEM768]");
  expect(problems).toMatchObject([
    {
      severity: "error",
      text: "Curve_Preferences holds nothing that this server's TLS library has: SecP256r1MLKEM768",
    },
  ]);
});

test("are no matter beside what nats-server refuses", async () => {
  const { problems } = await load(`cipher_suites: [${RC4}]`);
  expect(problems.map(({ text }) => text)).toEqual([
    `insecure cipher suites configured without 'allow_insecure_cipher_suites' option set: ${RC4}`,
  ]);
});

test("are known: the runtime takes all other curves, and none of these", async () => {
  await using folder = await Folder.make();
  await writeSharedFiles(folder.path);
  const [cert, key] = await Promise.all(
    ["cert", "key"].map((name) => Bun.file(folder.join(`${name}.pem`)).text()),
  );
  const taken = CURVES.filter((name) => {
    const tls = { cert: cert!, key: key!, ecdhCurve: name.replace(/^CurveP/, "P-") };
    try {
      Bun.listen({ hostname: "127.0.0.1", port: 0, tls, socket: { data() {} } }).stop(true);
      return true;
    } catch {
      return false;
    }
  });
  expect(taken).toEqual(CURVES.filter(isAvailable));
});
