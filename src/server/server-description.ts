/** What a server says of itself in messages of its own. */

import { flagsInForce } from "../config/options/feature-flags.ts";
import type { Options } from "../config/options/options.ts";
import { encodeGo, GoMap, type GoValue } from "../documents/go-document.ts";
import { omitEmpty } from "../documents/go-texts.ts";
import { currentMicros } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import type { MessageSource } from "../system/system-outbox.ts";

/** The object `server` of events and answers, fields in nats-server's order. */
export class ServerDescription implements MessageSource {
  readonly #info: ServerInfo;
  readonly #options: Readonly<Options>;
  #sequence = 1;
  #constant = "";
  /** What it was made of. */
  #constantOf: readonly unknown[] = [];

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
    return this.#info.cluster;
  }

  get tags(): readonly string[] {
    return this.#options.serverTags;
  }

  /** As an envelope has it: each one counts up. */
  envelopeJson(): string {
    const time = rfc3339Nano(currentMicros());
    return `${this.#constantPart()},"seq":${this.#sequence++},"time":"${time}"}`;
  }

  skip(): void {
    this.#sequence++;
  }

  /** @param count messages that nats-server has sent before anybody could receive them. */
  begin(count: number): void {
    this.#sequence = count + 1;
  }

  /** Made anew when something in it has changed. */
  #constantPart(): string {
    const { serverTags, serverMetadata, featureFlags } = this.#options;
    const of = [this.name, this.host, this.cluster, serverTags, serverMetadata, featureFlags];
    if (!of.every((each, i) => each === this.#constantOf[i])) {
      this.#constant = encodeGo(this.#described(), "").toString().slice(0, -1);
      this.#constantOf = of;
    }
    return this.#constant;
  }

  #described(): GoValue {
    const { serverTags, serverMetadata, featureFlags } = this.#options;
    const metadata = Object.entries(serverMetadata);
    return {
      name: this.name,
      host: this.host,
      id: this.id,
      cluster: omitEmpty(this.cluster),
      ver: COMPATIBLE_VERSION,
      tags: omitEmpty(serverTags),
      metadata: metadata.length === 0 ? undefined : new GoMap(metadata),
      feature_flags: new GoMap(Object.entries(flagsInForce(featureFlags))),
      jetstream: false,
      // Capabilities of JetStream, which there is none of.
      flags: 0,
    };
  }
}
