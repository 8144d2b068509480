/** TLS of the port for clients, which monitoring shares. Nothing is loaded for it before there is any. */

import type { Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import type { Certificates } from "../net/certificates.ts";
import type { TlsSettings } from "../net/tls/settings.ts";
import { tlsTimeoutMs } from "./effective-timeouts.ts";

export class ClientTls {
  readonly #log: Logger;
  #certificates: Certificates | undefined;
  #settings: TlsSettings | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Undefined as long as there was never any TLS. */
  get settings(): TlsSettings | undefined {
    return this.#settings;
  }

  /**
   * Takes over other options and the certificates that they name.
   *
   * @returns whether other certificates than before are in use.
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async use(options: Readonly<Options>): Promise<boolean> {
    const { tls, allowNonTls } = options;
    if (tls === null && this.#certificates === undefined) return false;
    const { Certificates } = await import("../net/certificates.ts");
    const { TlsSettings } = await import("../net/tls/settings.ts");
    this.#certificates ??= new Certificates(this.#log);
    this.#settings ??= new TlsSettings(this.#log, this.#certificates);
    const timeoutMs = tlsTimeoutMs(options);
    return await this.#settings.use(tls === null ? null : { options: tls, allowNonTls, timeoutMs });
  }

  /** Follows the files of certificates no longer. */
  stop(): void {
    this.#certificates?.stop();
  }
}
