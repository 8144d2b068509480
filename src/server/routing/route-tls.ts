/** TLS of the cluster: one block for those that come in and those that are dialled. */

import type { EffectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Logger } from "../../log/logger.ts";
import type { Certificates } from "../../net/certificates.ts";
import type { DialTls } from "../../net/dial/dial.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { TlsDialler } from "../../net/tls/dial-tls.ts";
import type { TlsSettings } from "../../net/tls/settings.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";

export class RouteTls {
  readonly #log: Logger;
  #certificates: Certificates | null = null;
  #settings: TlsSettings | null = null;
  #dialler: TlsDialler | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Null as long as there was never any TLS. */
  get listener(): ListenerTls | null {
    return this.#settings;
  }

  get dialler(): DialTls | null {
    return this.#dialler;
  }

  /**
   * Takes over other options and the certificates that they name.
   *
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async use({ tls, routes }: EffectiveCluster): Promise<void> {
    if (tls === null && this.#settings === null) return;
    const { Certificates } = await import("../../net/certificates.ts");
    const { TlsSettings } = await import("../../net/tls/settings.ts");
    const { TlsDialler } = await import("../../net/tls/dial-tls.ts");
    const { linkTlsMode } = await import("../../net/tls/link-mode.ts");
    this.#certificates ??= new Certificates(this.#log);
    this.#settings ??= new TlsSettings(this.#log, this.#certificates, "route");
    this.#dialler ??= new TlsDialler(this.#settings, this.#log);
    await this.#settings.use(tls === null ? null : linkTlsMode(tls));
    this.#dialler.names.save(routes.map((url) => parseGoUrl(url).hostname));
  }

  /** Follows the files of certificates no longer. */
  stop(): void {
    this.#certificates?.stop();
  }
}
