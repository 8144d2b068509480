/** Options as connections to other servers see them: their block's, and the server's own elsewhere. */

import type { EffectiveLink } from "../../config/options/effective-link.ts";
import type { Options } from "../../config/options/options.ts";
import type { ServerHost } from "../../kinds/server-host.ts";

/**
 * Bytes that may wait for another server in any case. There is no limit in nats-server: a small one for
 * clients must not keep servers apart that have a great deal of interest to tell each other.
 */
const PENDING_MIN = 64 * 1024 * 1024;

export class LinkOptions {
  readonly #options: Readonly<Options>;
  /** Those of the block that are in force. */
  link: EffectiveLink;

  constructor(options: Readonly<Options>, link: EffectiveLink) {
    this.#options = options;
    this.link = link;
  }

  get maxControlLine(): number {
    return this.#options.maxControlLine;
  }

  get maxPayload(): number {
    return this.#options.maxPayload;
  }

  get maxPending(): number {
    return Math.max(this.#options.maxPending, PENDING_MIN);
  }

  /** Messages to other servers are never dropped for the sake of their senders. */
  get noFastProducerStall(): boolean {
    return false;
  }

  get writeDeadlineMs(): number {
    return this.link.writeDeadlineMs;
  }

  get writeTimeout(): ServerHost["options"]["writeTimeout"] {
    return this.link.writeTimeout;
  }

  get pingIntervalMs(): number {
    return this.link.pingIntervalMs;
  }

  get pingMax(): number {
    return this.link.pingMax;
  }
}
