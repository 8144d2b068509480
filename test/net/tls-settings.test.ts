/** What handshakes are done with: made once, and anew when certificates or options change. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile } from "node:fs/promises";
import type { TlsOptions } from "../../src/config/options/tls.ts";
import { Logger } from "../../src/log/logger.ts";
import { CertificateError, Certificates } from "../../src/net/certificates.ts";
import type { ClientHello } from "../../src/net/tls/client-hello.ts";
import { TlsSettings } from "../../src/net/tls/settings.ts";
import { until } from "../support/until.ts";
import { Pki } from "./tls-pki.ts";

const POLL_MS = 10;
const HELLO: ClientHello = {
  versions: [0x0304, 0x0303],
  cipherSuites: [0x1301, 0xc02b],
  serverName: "",
  groups: [29],
  signatureSchemes: [0x0403],
};

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server");
  await pki.issue("next");
  await pki.issue("soon", { days: 10 });
  await pki.issue("expired", { isExpired: true });
  await pki.issue("used");
  await pki.issue("p224", { key: ["ec", "-pkeyopt", "ec_paramgen_curve:P-224"] });
  for (const bits of [512, 1023, 1024]) await pki.issue(`rsa-${bits}`, { key: [`rsa:${bits}`] });
});

afterAll(() => pki[Symbol.asyncDispose]());

interface Used extends Disposable {
  readonly certificates: Certificates;
  readonly settings: TlsSettings;
  readonly lines: string[];
  use(options: TlsOptions): Promise<void>;
}

function make(): Used {
  const lines: string[] = [];
  const log = new Logger((level, text) => lines.push(`${level} ${text}`), {
    debug: false,
    trace: false,
  });
  const certificates = new Certificates(log, POLL_MS);
  const settings = new TlsSettings(log, certificates);
  const use = async (options: TlsOptions): Promise<void> => {
    await settings.use({ options, allowNonTls: false, timeoutMs: 1000 });
  };
  return { certificates, settings, lines, use, [Symbol.dispose]: () => certificates.stop() };
}

const contextOf = ({ settings }: Used): object => settings.profile!.contextFor(HELLO)!.handle;

describe("contexts", () => {
  test("are the same for all handshakes", async () => {
    using used = make();
    await used.use(pki.options("server"));
    expect(used.settings.profile).toBe(used.settings.profile);
    expect(contextOf(used)).toBe(contextOf(used));
  });

  test("are made anew when files are replaced", async () => {
    using used = make();
    const copy = async (name: string): Promise<void> => {
      await copyFile(pki.path(`${name}.key`), pki.path("used.key"));
      await copyFile(pki.path(`${name}.pem`), pki.path("used.pem"));
    };
    await copy("server");
    await used.use(pki.options("used"));
    const before = contextOf(used);
    await copy("next");
    await until("other certificates", () => used.lines.some((line) => /Reloaded: tls/.test(line)));
    expect(contextOf(used)).not.toBe(before);
    expect(contextOf(used)).toBe(contextOf(used));
  });

  test("are made anew for other options; the limit stays unless it is another", async () => {
    using used = make();
    const options = pki.options("server", { connectionRateLimit: 10 });
    await used.use(options);
    const before = used.settings.profile!;
    await used.use({ ...options, minVersion: "1.3" });
    const after = used.settings.profile!;
    expect(after).not.toBe(before);
    expect(after.limit).toBe(before.limit);
    await used.use({ ...options, connectionRateLimit: 20 });
    expect(used.settings.profile!.limit).not.toBe(before.limit);
  });

  test("are none without TLS", async () => {
    using used = make();
    expect(used.settings.profile).toBeNull();
    await used.use(pki.options("server"));
    await used.settings.use(null);
    expect(used.settings.profile).toBeNull();
  });

  test("that the library does not take leave the old ones in use", async () => {
    using used = make();
    await used.use(pki.options("server"));
    const before = used.settings.profile;
    const options = pki.options("server", { curvePreferences: ["no-such-curve"] });
    const attempt = used.settings.use({ options, allowNonTls: false, timeoutMs: 1000 });
    await expect(attempt).rejects.toThrow(CertificateError);
    expect(used.settings.profile).toBe(before);
  });

  test("that the library does not take leave the old authorities in use, and the old files", async () => {
    using used = make();
    const copy = async (name: string): Promise<void> => {
      await copyFile(pki.path(`${name}.key`), pki.path("used.key"));
      await copyFile(pki.path(`${name}.pem`), pki.path("used.pem"));
    };
    await copy("server");
    await used.use(pki.options("used", { verify: true, caFile: pki.path("ca.pem") }));
    const before = used.settings.profile!;
    const other = pki.options("next", { verify: true, caFile: pki.path("other-ca.pem") });
    await expect(used.use({ ...other, curvePreferences: ["no-such-curve"] })).rejects.toThrow();
    await Bun.sleep(POLL_MS * 5);
    expect(used.settings.profile).toBe(before);
    expect(used.lines).toEqual([]);
    await copy("next");
    await until("other certificates", () => used.lines.some((line) => /Reloaded: tls/.test(line)));
    expect(used.settings.profile).not.toBe(before);
    expect(used.settings.profile!.authorities).toEqual(before.authorities);
  });

  test("on a curve that TLS has no use for are refused in plain words", async () => {
    using used = make();
    const refused = used.use(pki.options("p224"));
    await expect(refused).rejects.toThrow(
      "error parsing X509 certificate/key pair: tls: unsupported certificate curve (P-224)",
    );
  });
});

describe("warnings", () => {
  test.each([
    ["soon", /^warn TLS certificate ".*soon\.pem" expires on \d{4}-\d\d-\d\d$/],
    ["expired", /^warn TLS certificate ".*expired\.pem" has expired on \d{4}-\d\d-\d\d$/],
    [
      "rsa-512",
      /^warn TLS .*rsa-512\.pem" has an RSA key of 512 bits, too short for most clients$/,
    ],
    ["rsa-1023", /^warn TLS .*" has an RSA key of 1023 bits, too short for most clients$/],
  ])("%s", async (name, line) => {
    using used = make();
    await used.use(pki.options(name));
    expect(used.lines).toEqual([expect.stringMatching(line)]);
  });

  test("none of a key that is long enough", async () => {
    using used = make();
    await used.use(pki.options("rsa-1024"));
    expect(used.lines).toEqual([]);
  });

  test("none of a date that is far away", async () => {
    using used = make();
    await used.use(pki.options("server"));
    expect(used.lines).toEqual([]);
    const { notAfter } = used.settings.profile!.contextFor(HELLO)!;
    expect(notAfter).toBeGreaterThan(Date.now() + 3649 * 86_400_000);
    expect(notAfter).toBeLessThan(Date.now() + 3651 * 86_400_000);
  });
});
