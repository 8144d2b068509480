/** Where clients come in: the listener, what is told of its address, and what the log says of both. */

import type { Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import { Listener } from "../net/listener.ts";
import type { TlsSettings } from "../net/tls/settings.ts";
import type { Endpoint } from "../process/ports-file.ts";
import { joinHostPort, parseHostPort } from "../protocol/host-port.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { ClientGate } from "./client-gate.ts";
import { infoTls } from "./info-tls.ts";
import { StartError } from "./start-error.ts";

export interface PortHost {
  readonly log: Logger;
  readonly options: Readonly<Options>;
  readonly serverInfo: ServerInfo;
  readonly gate: ClientGate;
  readonly authenticator: { readonly isRequired: boolean };
}

export class ClientPort {
  readonly #host: PortHost;
  #listener: Listener | undefined;

  constructor(host: PortHost) {
    this.#host = host;
  }

  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  /** The one that is really bound; 0 while there is none. */
  get number(): number {
    return this.#listener?.port ?? 0;
  }

  /** Whoever reads of a port that needs TLS is told so. */
  get endpoint(): Endpoint {
    const { options, serverInfo } = this.#host;
    const scheme = serverInfo.tls.required ? "tls" : "nats";
    return { scheme, host: options.host, port: this.number };
  }

  /**
   * @param tls looked up for each connection: a reload may change it.
   * @throws StartError when the address cannot be bound or told to clients.
   */
  open(tls: () => TlsSettings | undefined): void {
    const { log, options, gate } = this.#host;
    const { host, clientAdvertise } = options;
    const port = options.port === -1 ? 0 : options.port;
    try {
      this.#listener = Listener.open(host, port, gate, {
        take: (socket, acceptor, peer) => tls()?.take(socket, acceptor, peer) ?? null,
      });
    } catch (error) {
      const problem = `"${(error as Error).message}"`;
      throw new StartError(`Error listening on port: ${joinHostPort(host, port)}, ${problem}`);
    }
    log.info(`Listening for client connections on ${joinHostPort(host, this.number)}`);
    this.#logTls();
    try {
      this.advertise();
    } catch (error) {
      const problem = `value of ${clientAdvertise}, err=${(error as Error).message}`;
      throw new StartError(`Error setting server INFO with ClientAdvertise ${problem}`);
    }
  }

  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  /**
   * INFO shows the bound port, or the address that clients were told to use.
   *
   * @throws Error when that is no address.
   */
  advertise(): void {
    const { options, serverInfo, authenticator } = this.#host;
    const { clientAdvertise, host } = options;
    serverInfo.authRequired = authenticator.isRequired;
    serverInfo.tls = infoTls(options);
    const bound = { host, port: this.number };
    const told = clientAdvertise === "" ? bound : parseHostPort(clientAdvertise, this.number);
    Object.assign(serverInfo, told);
  }

  #logTls(): void {
    const { log, options } = this.#host;
    const { tls, allowNonTls } = options;
    if (tls === null) return;
    // A handshake that always comes first is one for everybody.
    const isFirst = tls.handshakeFirst && tls.handshakeFirstFallbackMs === 0;
    const need = allowNonTls && !isFirst ? "available" : "required";
    log.info(`TLS ${need} for client connections`);
    if (isFirst) {
      const who = 'Clients that are not using "TLS Handshake First" option';
      log.warn(`${who} will fail to connect`);
    }
  }
}
