/** The names that those have to show in their certificates who are dialled. */

import { isIP } from "node:net";

export interface ServerName {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  /** The certificate was another one's. */
  onMismatch(): void;
}

export class ServerNames {
  /** "" while there is none. */
  #saved = "";

  /** Keeps the first one that is no address, for those that are dialled by their address. */
  save(hosts: Iterable<string>): void {
    for (const host of hosts) {
      if (this.#saved === "" && isIP(host) === 0) this.#saved = host;
    }
  }

  /**
   * @param dialled the host of the URL. Other servers tell of addresses, where certificates have
   *     names: the one that was kept stands for them until it has turned out to be wrong.
   */
  of(dialled: string): ServerName {
    const isAddress = isIP(dialled) !== 0;
    const host = isAddress && this.#saved !== "" ? this.#saved : dialled;
    return {
      host,
      isAddress: isAddress && host === dialled,
      onMismatch: () => {
        if (host === this.#saved) this.#saved = "";
      },
    };
  }
}
