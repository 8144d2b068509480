/** What a server says of itself in messages of its own. */

import type { Options } from "../config/options/options.ts";
import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import { flagsInForce } from "./feature-flags.ts";

/** The object `server` of events and answers, fields in nats-server's order. */
export class ServerDescription {
  readonly #info: ServerInfo;
  readonly #options: Readonly<Options>;
  #sequence = 0;

  constructor(info: ServerInfo, options: Readonly<Options>) {
    this.#info = info;
    this.#options = options;
  }

  get id(): string {
    return this.#info.id;
  }

  get name(): string {
    return this.#info.name;
  }

  get host(): string {
    return this.#info.host;
  }

  get version(): string {
    return COMPATIBLE_VERSION;
  }

  /** "" for none. */
  get cluster(): string {
    return this.#options.cluster?.name ?? "";
  }

  get tags(): readonly string[] {
    return this.#options.serverTags;
  }

  /** As an envelope has it: each one counts up. */
  envelope(): Readonly<Record<string, unknown>> {
    const { serverTags, serverMetadata, featureFlags } = this.#options;
    return {
      name: this.name,
      host: this.host,
      id: this.id,
      ...(this.cluster === "" ? {} : { cluster: this.cluster }),
      ver: COMPATIBLE_VERSION,
      ...(serverTags.length === 0 ? {} : { tags: serverTags }),
      ...(Object.keys(serverMetadata).length === 0 ? {} : { metadata: serverMetadata }),
      feature_flags: flagsInForce(featureFlags),
      jetstream: false,
      // Capabilities of JetStream, which there is none of.
      flags: 0,
      seq: this.#sequence++,
      time: rfc3339Nano(currentMicros()),
    };
  }
}
