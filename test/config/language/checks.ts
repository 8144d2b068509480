/** What the real nats-server says about configuration files. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "nats-server: ";
const VALID = /^configuration file \S+ is valid \((sha256:[0-9a-f]{64})\)\n$/;
/** Begins what the reading of the language ends with, unlike what is found in its tree later. */
const UNREADABLE =
  /^(?:Parse error on|config is invalid|integer '|float '|expected |variable reference|error parsing include|json:|open |read )/;

export type Verdict =
  | { readonly kind: "valid"; readonly digest: string }
  /** The language was read, and something in the options is wrong. */
  | { readonly kind: "wrong" }
  | { readonly kind: "unreadable"; readonly headline: string };

export class Checks implements AsyncDisposable {
  readonly folder: string;
  readonly #binary: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    folder: string,
    binary: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.folder = folder;
    this.#binary = binary;
    this.#environment = environment;
  }

  static async create(
    binary: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Checks> {
    return new Checks(await mkdtemp(join(tmpdir(), "nats-config-")), binary, environment);
  }

  async write(path: string, text: string | Buffer): Promise<void> {
    await Bun.write(join(this.folder, path), text);
  }

  /** Checks a text as the file `a.conf` of the folder, which is the server's working directory. */
  async check(text: string | Buffer): Promise<Verdict> {
    await this.write("a.conf", text);
    return this.checkFile("a.conf");
  }

  async checkFile(path: string): Promise<Verdict> {
    const child = Bun.spawn([this.#binary, "-c", path, "-t"], {
      cwd: this.folder,
      env: { ...this.#environment },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const output = (await child.stderr.text()).replace(PREFIX, "");
    const digest = VALID.exec(output)?.[1];
    if (digest !== undefined) return { kind: "valid", digest };
    if (!UNREADABLE.test(output)) return { kind: "wrong" };
    return { kind: "unreadable", headline: output.slice(0, -1) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
