/**
 * Certificates and keys in use, which follow their files: whoever renews them replaces the files, and
 * need not tell the server.
 *
 * Files are looked at every few seconds rather than watched: renewed ones often come by a rename, or
 * by a link to another folder, of which a watcher of the file hears nothing.
 */

import { type TlsFileFault, tlsFileFaults } from "../config/files/tls-files.ts";
import { readWholeFile } from "../config/files/whole-file.ts";
import type { TlsOptions } from "../config/options/tls.ts";
import type { Logger } from "../log/logger.ts";
import { goQuoteText } from "../protocol/go-quote.ts";

/** What a listener shows to its peers, and whom it trusts: contents of PEM files. */
export interface TlsMaterial {
  readonly pairs: readonly { readonly certificate: Buffer; readonly key: Buffer }[];
  /** Authorities that peers' certificates must come from; null for the system's. */
  readonly authorities: Buffer | null;
}

/**
 * Takes over other material, at once and altogether.
 *
 * @throws CertificateError when it is of no use after all; nothing has changed then.
 */
export type Adopt = (material: TlsMaterial) => void;

const POLL_MS = 5000;

/** Files cannot be used; the message is nats-server's. */
export class CertificateError extends Error {}

export class Certificates {
  readonly #log: Logger;
  readonly #pollMs: number;
  #options: TlsOptions | null = null;
  #adopt: Adopt | null = null;
  #material: TlsMaterial | null = null;
  /** What the files looked like when they were read last, whatever came of it. */
  #seen = "";
  #timer: Timer | undefined;

  constructor(log: Logger, pollMs = POLL_MS) {
    this.#log = log;
    this.#pollMs = pollMs;
  }

  /**
   * Reads the files of a block, and follows them from then on.
   *
   * @param adopt gets what they hold, now and whenever they have changed.
   * @returns whether another material is in use now.
   * @throws CertificateError when they are no good; what was in use before stays in use.
   */
  async use(options: TlsOptions, adopt: Adopt): Promise<boolean> {
    const seen = await stampOf(options);
    const material = await readMaterial(options);
    adopt(material);
    const isOther = !Bun.deepEquals(this.#material, material);
    this.#material = material;
    this.#options = options;
    this.#adopt = adopt;
    this.#seen = seen;
    if (this.#timer === undefined) this.#waitForNextLook();
    return isOther;
  }

  /**
   * Follows no files any more: there is no TLS.
   *
   * @returns whether any material was in use.
   */
  forget(): boolean {
    const hadAny = this.#material !== null;
    this.stop();
    this.#options = null;
    this.#adopt = null;
    this.#material = null;
    return hadAny;
  }

  /** Looks no more. What is in use stays. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #waitForNextLook(): void {
    const timer = setTimeout(async () => {
      await this.#look();
      // It may have been stopped in the meantime.
      if (this.#timer === timer) this.#waitForNextLook();
    }, this.#pollMs);
    timer.unref();
    this.#timer = timer;
  }

  /** Takes over what has changed. A pair that does not fit may be half written: it is looked at again. */
  async #look(): Promise<void> {
    const options = this.#options;
    if (options === null) return;
    const seen = await stampOf(options);
    if (seen === this.#seen) return;
    this.#seen = seen;
    const names = filesOf(options).map((path) => goQuoteText(path));
    try {
      const material = await readMaterial(options);
      if (this.#options !== options) return;
      this.#adopt?.(material);
      this.#material = material;
      this.#log.info(`Reloaded: tls files ${names.join(", ")}`);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      this.#log.error(`The TLS files have changed, the old ones stay in use: ${error.message}`);
    }
  }
}

function filesOf({ certFile, keyFile, certs, caFile }: TlsOptions): string[] {
  const pairs = [{ certFile, keyFile }, ...certs];
  const paths = [...pairs.flatMap((pair) => [pair.certFile, pair.keyFile]), caFile];
  return paths.filter((path) => path !== "");
}

/** Differs as soon as any of the files was written or replaced. */
async function stampOf(options: TlsOptions): Promise<string> {
  const stamps = filesOf(options).map(async (path) => {
    try {
      const { mtimeMs, size, ino } = await Bun.file(path).stat();
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      return "missing";
    }
  });
  return (await Promise.all(stamps)).join("\n");
}

/** What is checked is what is used: each file is read once. */
async function readMaterial(options: TlsOptions): Promise<TlsMaterial> {
  const contents = new Map<string, Buffer>();
  const faults: TlsFileFault[] = [];
  const read = async (path: string): Promise<Buffer | Error> => {
    const content = contents.get(path) ?? (await readWholeFile(path));
    if (!(content instanceof Error)) contents.set(path, content);
    return content;
  };
  for await (const fault of tlsFileFaults(options, read)) faults.push(fault);
  if (faults.length > 0) throw new CertificateError(faults.map(({ text }) => text).join("; "));
  const { certFile, caFile } = options;
  const pairs = certFile === "" ? options.certs : [options];
  return {
    pairs: pairs.map((pair) => ({
      certificate: contents.get(pair.certFile)!,
      key: contents.get(pair.keyFile)!,
    })),
    authorities: contents.get(caFile) ?? null,
  };
}
