/** What a client is for services of other accounts, kept as long as its round-trip time stays the same. */

import { encodeClientInfo, type KnownClient, type KnownServer } from "./client-info.ts";

export class KeptInfo {
  readonly bytes: Buffer;
  readonly #isShared: boolean;
  readonly #isSystem: boolean;
  readonly #rttMs: number;

  constructor(client: KnownClient, server: KnownServer, isShared: boolean, isSystem: boolean) {
    this.#isShared = isShared;
    this.#isSystem = isSystem;
    this.#rttMs = client.keepalive.rttMs;
    this.bytes = encodeClientInfo(client, server, isShared, isSystem);
  }

  /** It would not be other bytes now. */
  isRight({ keepalive }: KnownClient, isShared: boolean, isSystem: boolean): boolean {
    return (
      this.#rttMs === keepalive.rttMs && this.#isShared === isShared && this.#isSystem === isSystem
    );
  }
}
