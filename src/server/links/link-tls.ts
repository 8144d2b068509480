/** TLS of one block for connections to other servers: those that come in and those that are dialled. */

import type { TlsOptions } from "../../config/options/tls.ts";
import type { Logger } from "../../log/logger.ts";
import type { Certificates } from "../../net/certificates.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { TlsDialler } from "../../net/tls/dial-tls.ts";
import type { ListenerWord } from "../../net/tls/handshake-words.ts";
import type { TlsSettings } from "../../net/tls/settings.ts";

/** What is loaded only once there is TLS. */
interface Parts {
  readonly certificates: Certificates;
  readonly settings: TlsSettings;
  makeDialler(): TlsDialler;
}

export class LinkTls {
  readonly #log: Logger;
  readonly #word: ListenerWord;
  /** Null as long as there was never any TLS. */
  #parts: Parts | null = null;

  /** @param word what the log calls the other servers. */
  constructor(log: Logger, word: ListenerWord) {
    this.#log = log;
    this.#word = word;
  }

  /** Null as long as there was never any TLS. */
  get listener(): ListenerTls | null {
    return this.#parts?.settings ?? null;
  }

  /** With names of its own that servers have to show. Null as long as there was never any TLS. */
  makeDialler(): TlsDialler | null {
    return this.#parts?.makeDialler() ?? null;
  }

  /**
   * Takes over another block and the certificates that it names.
   *
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async use(tls: TlsOptions | null): Promise<void> {
    if (tls === null && this.#parts === null) return;
    this.#parts ??= await this.#load();
    const { linkTlsMode } = await import("../../net/tls/link-mode.ts");
    await this.#parts.settings.use(tls === null ? null : linkTlsMode(tls));
  }

  /** Follows the files of certificates no longer. */
  stop(): void {
    this.#parts?.certificates.stop();
  }

  async #load(): Promise<Parts> {
    const { Certificates } = await import("../../net/certificates.ts");
    const { TlsSettings } = await import("../../net/tls/settings.ts");
    const { TlsDialler } = await import("../../net/tls/dial-tls.ts");
    const log = this.#log;
    const certificates = new Certificates(log);
    const settings = new TlsSettings(log, certificates, this.#word);
    return { certificates, settings, makeDialler: () => new TlsDialler(settings, log) };
  }
}
