/** TLS of those that are dialled, by the same block as that of a listener. */

import type { Socket } from "bun";
import type { Logger } from "../../log/logger.ts";
import type { Connection, Peer } from "../connection.ts";
import type { DialTls, MakeConnection } from "../dial/dial.ts";
import type { SocketData } from "../socket-events.ts";
import { ClientHandshake } from "./client-handshake.ts";
import { ServerNames } from "./server-names.ts";
import type { TlsSettings } from "./settings.ts";

export class TlsDialler implements DialTls {
  readonly names = new ServerNames();
  readonly #settings: TlsSettings;
  readonly #log: Logger;

  /** @param settings of a block for those that dial, too. */
  constructor(settings: TlsSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  take<C extends Connection>(
    socket: Socket<SocketData>,
    host: string,
    peer: Peer,
    make: MakeConnection<C>,
  ): ClientHandshake<C> | null {
    const { profile } = this.#settings;
    if (profile === null) return null;
    return new ClientHandshake(socket, profile, this.#log, this.names.of(host), peer, make);
  }
}
