/**
 * TLS of gateways: one block for those that come in, and for other clusters that are dialled. A cluster
 * of the configuration may have a block of its own to be dialled by.
 */

import type { EffectiveGateway } from "../../config/options/effective-gateway.ts";
import type { Logger } from "../../log/logger.ts";
import type { DialTls } from "../../net/dial/dial.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { TlsDialler } from "../../net/tls/dial-tls.ts";
import { LinkTls } from "../links/link-tls.ts";

/** Clusters whose names for certificates are kept. Of more, the first one's are forgotten. */
const DIALLERS_MAX = 2048;

export class GatewayTls {
  readonly #log: Logger;
  readonly #main: LinkTls;
  /** Blocks of their own, by cluster. */
  readonly #own = new Map<string, LinkTls>();
  readonly #diallers = new Map<string, TlsDialler>();

  constructor(log: Logger) {
    this.#log = log;
    this.#main = new LinkTls(log, "gateway");
  }

  /** Null as long as there was never any TLS. */
  get listener(): ListenerTls | null {
    return this.#main.listener;
  }

  /**
   * Takes over other blocks and the certificates that they name.
   *
   * @throws CertificateError when they are no good; those of later blocks have not changed then.
   */
  async use({ tls, remotes }: EffectiveGateway): Promise<void> {
    await this.#main.use(tls);
    for (const { name, tls: block } of remotes) {
      // One that is not its own is the very block around it.
      if (block === tls) this.#drop(name);
      else await this.#useOwn(name).use(block);
    }
    this.#diallers.clear();
  }

  /**
   * For a cluster that is dialled; null where there was never any TLS for it.
   *
   * @param hosts of its URLs: names that certificates may have to show.
   */
  dialler(cluster: string, hosts: readonly string[]): DialTls | null {
    const dialler = this.#diallers.get(cluster) ?? this.#make(cluster);
    dialler?.names.save(hosts);
    return dialler;
  }

  /** Follows the files of certificates no longer. */
  stop(): void {
    this.#main.stop();
    for (const own of this.#own.values()) own.stop();
  }

  #make(cluster: string): TlsDialler | null {
    const dialler = (this.#own.get(cluster) ?? this.#main).makeDialler();
    if (dialler === null) return null;
    if (this.#diallers.size === DIALLERS_MAX) {
      const [first] = this.#diallers.keys();
      this.#diallers.delete(first!);
    }
    this.#diallers.set(cluster, dialler);
    return dialler;
  }

  #useOwn(name: string): LinkTls {
    const own = this.#own.get(name) ?? new LinkTls(this.#log, "gateway");
    this.#own.set(name, own);
    return own;
  }

  #drop(name: string): void {
    this.#own.get(name)?.stop();
    this.#own.delete(name);
  }
}
