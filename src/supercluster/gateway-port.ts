/** Where servers of other clusters come in, and where they are told that this is. */

import { LinkPort } from "../cluster/link-port.ts";
import { reachableAddresses } from "../cluster/own-addresses.ts";
import { toldAddress } from "../cluster/own-info.ts";
import type { EffectiveGateway } from "../config/options/effective-gateway.ts";
import type { Acceptor } from "../net/listener.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { joinHostPort, parseHostPort } from "../protocol/host-port.ts";
import type { SuperclusterHost } from "./supercluster-host.ts";

/** The supercluster cannot be started; the message is nats-server's. */
export class SuperclusterStartError extends Error {}

export class GatewayPort {
  readonly #host: SuperclusterHost;
  readonly #port: LinkPort;
  /** What others are told. */
  #told = { host: "", port: 0 };

  constructor(acceptor: Acceptor, host: SuperclusterHost) {
    this.#host = host;
    this.#port = new LinkPort(acceptor, host, "Gateway");
  }

  /** The one that is really bound; 0 while there is none. */
  get number(): number {
    return this.#port.number;
  }

  /** Address that others are told. */
  get told(): Readonly<{ host: string; port: number }> {
    return this.#told;
  }

  /** The same as one text; "" before the port is open. */
  get url(): string {
    const { host, port } = this.#told;
    return port === 0 ? "" : joinHostPort(host, port);
  }

  /** @throws SuperclusterStartError when the address cannot be bound or told. */
  open(settings: EffectiveGateway): void {
    const { name, host, port, advertise } = settings;
    const { log } = this.#host;
    try {
      this.#port.open(host, port);
    } catch (error) {
      const problem = (error as Error).message;
      throw new SuperclusterStartError(`Error listening on gateway port: ${port} - ${problem}`);
    }
    log.info(`Gateway name is ${name}`);
    log.info(`Listening for gateways connections on ${joinHostPort(host, this.number)}`);
    try {
      this.#told = this.#address(settings);
    } catch (error) {
      this.close();
      const problem = `value of ${advertise}, err=${(error as Error).message}`;
      throw new SuperclusterStartError(
        `Error setting gateway INFO with Gateway.Advertise ${problem}`,
      );
    }
    const shown = goQuoteText(name);
    if (advertise === "") log.info(`Address for gateway ${shown} is ${this.url}`);
    else log.info(`Advertise address for gateway ${shown} is set to ${this.url}`);
  }

  close(): void {
    this.#port.close();
  }

  /** Others cannot use an address that stands for any: they are told one of this machine. */
  #address(settings: EffectiveGateway): { host: string; port: number } {
    const { host, port, isAdvertised } = toldAddress(settings, this.number);
    if (isAdvertised) return { host, port };
    const { log } = this.#host;
    const [first] = reachableAddresses(host, port, (text) => log.debug(text));
    if (first !== undefined) return { host: parseHostPort(first, port).host, port };
    const name = goQuoteText(settings.name);
    const listen = `with listen specification ${goQuoteText(host)}`;
    log.error(`Could not find any non-local IP for gateway ${name} ${listen}`);
    return { host, port };
  }
}
