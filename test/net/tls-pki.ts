/** Certificates for tests of TLS, made by openssl. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_TLS, type TlsOptions } from "../../src/config/options/tls.ts";

export interface CertificateWish {
  /** Common name; `/`-separated attributes are possible after it. */
  readonly subject?: string;
  /** Name of the certificate that signs; `ca` unless told. */
  readonly issuer?: string;
  readonly extensions?: readonly string[];
  readonly rsa?: boolean;
  /** What openssl is to make, where it is no usual key. */
  readonly key?: readonly string[];
  /** Valid until yesterday. */
  readonly isExpired?: boolean;
  readonly days?: number;
}

const CURVE = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const LONG_DAYS = 3650;

export class Pki implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** With two authorities, `ca` and `other-ca`. */
  static async make(): Promise<Pki> {
    const pki = new Pki(await mkdtemp(join(tmpdir(), "nats-pki-")));
    for (const name of ["ca", "other-ca"]) {
      await pki.#openssl([
        ...["req", "-x509", "-nodes", "-newkey", ...CURVE, "-days", String(LONG_DAYS)],
        ...["-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`],
      ]);
    }
    return pki;
  }

  /** Absolute, as options need it. */
  path(file: string): string {
    return join(this.#folder, file);
  }

  /** Makes `<name>.pem` and `<name>.key`. */
  async issue(name: string, wish: CertificateWish = {}): Promise<void> {
    const { subject = name, issuer = "ca", extensions = [], rsa, isExpired } = wish;
    const days = isExpired ? -1 : (wish.days ?? LONG_DAYS);
    const key = wish.key ?? (rsa ? ["rsa:2048"] : CURVE);
    await this.#openssl([
      ...["req", "-new", "-nodes", "-newkey", ...key, "-subj", `/CN=${subject}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.csr`],
    ]);
    await writeFile(this.path(`${name}.ext`), extensions.join("\n"));
    await this.#openssl([
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`],
      ...["-days", String(days), "-extfile", `${name}.ext`, "-out", `${name}.pem`],
    ]);
  }

  /** A block that shows the certificate of this name. */
  options(name: string, more: Partial<TlsOptions> = {}): TlsOptions {
    const files = { certFile: this.path(`${name}.pem`), keyFile: this.path(`${name}.key`) };
    return { ...DEFAULT_TLS, ...files, timeoutMs: 5000, ...more };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #openssl(args: readonly string[]): Promise<void> {
    const child = Bun.spawn(["openssl", ...args], {
      cwd: this.#folder,
      stdout: "ignore",
      stderr: "pipe",
    });
    const said = await new Response(child.stderr).text();
    if ((await child.exited) !== 0) throw new Error(`openssl ${args.join(" ")}:\n${said}`);
  }
}
