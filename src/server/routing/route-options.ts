/** Options as routes see them: those of the cluster, and the server's own where it has none. */

import type { EffectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import type { RouteHost } from "../../kinds/route/route-host.ts";

/**
 * Bytes that may wait for another server in any case. There is no limit in nats-server: a small one for
 * clients must not keep servers apart that have a great deal of interest to tell each other.
 */
const PENDING_MIN = 64 * 1024 * 1024;

export class RouteOptions {
  readonly #options: Readonly<Options>;
  /** Those of the cluster that are in force. */
  cluster: EffectiveCluster;

  constructor(options: Readonly<Options>, cluster: EffectiveCluster) {
    this.#options = options;
    this.cluster = cluster;
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
    return this.cluster.writeDeadlineMs;
  }

  get writeTimeout(): RouteHost["options"]["writeTimeout"] {
    return this.cluster.writeTimeout;
  }

  get pingIntervalMs(): number {
    return this.cluster.pingIntervalMs;
  }

  get pingMax(): number {
    return this.cluster.pingMax;
  }
}
