/** Certificates that follow their files. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_TLS, type TlsOptions } from "../../src/config/options/tls.ts";
import { Logger } from "../../src/log/logger.ts";
import { CertificateError, Certificates, type TlsMaterial } from "../../src/net/certificates.ts";
import { until } from "../support/server.ts";

const POLL_MS = 10;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-certificates-"));
  for (const name of ["old", "new"]) await makePair(name);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);

async function makePair(name: string): Promise<void> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", path(`${name}-key.pem`), "-out", path(`${name}.pem`)];
  const args = ["openssl", "req", "-x509", ...curve, ...files, "-subj", `/CN=${name}`];
  expect(await Bun.spawn(args, { stderr: "ignore" }).exited).toBe(0);
}

interface Watched extends Disposable {
  readonly certificates: Certificates;
  readonly lines: string[];
  readonly tls: TlsOptions;
  readonly adopted: readonly TlsMaterial[];
  /** Set by tests: what is adopted is of no use. */
  isPicky: boolean;
  readonly use: (tls: TlsOptions) => Promise<boolean>;
}

let uses = 0;

/** Certificates that use copies of the old pair. */
async function watchOld(): Promise<Watched> {
  const [certFile, keyFile] = [path(`${++uses}-cert.pem`), path(`${uses}-key.pem`)];
  await put("old.pem", certFile);
  await put("old-key.pem", keyFile);
  const lines: string[] = [];
  const log = new Logger((level, text) => lines.push(`${level} ${text}`), {
    debug: false,
    trace: false,
  });
  const certificates = new Certificates(log, POLL_MS);
  const tls = { ...DEFAULT_TLS, certFile, keyFile };
  const adopted: TlsMaterial[] = [];
  const watched: Watched = {
    ...{ certificates, lines, tls, adopted, isPicky: false },
    use: (options) =>
      certificates.use(options, (material) => {
        if (watched.isPicky) throw new CertificateError("of no use");
        adopted.push(material);
      }),
    [Symbol.dispose]: () => certificates.stop(),
  };
  await watched.use(tls);
  return watched;
}

/** As careful programs do it: the file is there in one piece, or not at all. */
async function put(name: string, to: string): Promise<void> {
  await writeFile(`${to}.part`, await readFile(path(name)));
  await rename(`${to}.part`, to);
}

async function expectInUse({ adopted }: Watched, name: string): Promise<void> {
  const [pair] = adopted.at(-1)!.pairs;
  expect(pair?.certificate.toString()).toBe(await readFile(path(`${name}.pem`), "utf8"));
  expect(pair?.key.toString()).toBe(await readFile(path(`${name}-key.pem`), "utf8"));
}

describe("certificates", () => {
  test("are what the files hold", async () => {
    using watched = await watchOld();
    await expectInUse(watched, "old");
    expect(watched.adopted[0]!.authorities).toBeNull();
  });

  test("are replaced when their files are, and not by half of a pair", async () => {
    using watched = await watchOld();
    const { certFile, keyFile } = watched.tls;
    await put("new.pem", certFile);
    await until("complaint", () => watched.lines.length === 1);
    expect(watched.lines[0]).toBe(
      "error The TLS files have changed, the old ones stay in use: error parsing X509 " +
        "certificate/key pair: tls: private key does not match public key",
    );
    await expectInUse(watched, "old");

    await put("new-key.pem", keyFile);
    await until("new pair", () => watched.lines.length === 2);
    expect(watched.lines[1]).toBe(`info Reloaded: tls files "${certFile}", "${keyFile}"`);
    await expectInUse(watched, "new");
  });

  test("stay when a file goes, or is no certificate any more; one complaint each", async () => {
    using watched = await watchOld();
    await rm(watched.tls.certFile);
    await until("complaint", () => watched.lines.length === 1);
    expect(watched.lines[0]).toEndWith("no such file or directory");
    await Bun.sleep(POLL_MS * 5);
    expect(watched.lines).toHaveLength(1);
    await writeFile(watched.tls.certFile, "nonsense");
    await until("complaint", () => watched.lines.length === 2);
    expect(watched.lines[1]).toContain("failed to find any PEM data in certificate input");
    await expectInUse(watched, "old");
  });

  test("follow links whose target changes", async () => {
    using watched = await watchOld();
    const { certFile, keyFile } = watched.tls;
    await Promise.all([rm(certFile), rm(keyFile)]);
    await symlink(path("new.pem"), certFile);
    await symlink(path("new-key.pem"), keyFile);
    await until("new pair", () => watched.lines.some((line) => line.startsWith("info")));
    await expectInUse(watched, "new");
  });

  test("that are no good are refused, and change nothing", async () => {
    using watched = await watchOld();
    const other = { ...watched.tls, caFile: path("nope.pem") };
    const refused = watched.use(other).catch((error: Error) => error);
    expect(await refused).toBeInstanceOf(CertificateError);
    await expectInUse(watched, "old");
    expect(await watched.use(watched.tls)).toBe(false);
  });

  test("that are not adopted are not followed either; the old ones are", async () => {
    using watched = await watchOld();
    const { certFile, keyFile } = watched.tls;
    const other = { ...watched.tls, certFile: path("new.pem"), keyFile: path("new-key.pem") };
    watched.isPicky = true;
    const refused = watched.use(other).catch((error: Error) => error);
    expect(await refused).toBeInstanceOf(CertificateError);
    watched.isPicky = false;
    // That nothing has changed is known by what counts as another material.
    expect(await watched.use(watched.tls)).toBe(false);

    watched.isPicky = true;
    await Promise.all([put("new.pem", certFile), put("new-key.pem", keyFile)]);
    const complaint = "error The TLS files have changed, the old ones stay in use: of no use";
    await until("complaint", () => watched.lines.includes(complaint));
    expect(watched.lines.filter((line) => line.startsWith("info"))).toEqual([]);
    await expectInUse(watched, "old");
  });

  test("are forgotten with their block", async () => {
    using watched = await watchOld();
    expect(watched.certificates.forget()).toBe(true);
    expect(watched.certificates.forget()).toBe(false);
    await put("new.pem", watched.tls.certFile);
    await Bun.sleep(POLL_MS * 5);
    expect(watched.lines).toEqual([]);
    expect(watched.adopted).toHaveLength(1);
  });
});
