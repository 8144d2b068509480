/** A cluster of which each line is up to the test: one server of it, on both connections to a node. */

import type { RawPeer } from "../../cluster/faults/raw-peer.ts";
import {
  FalseGateway,
  FalseGatewayPort,
  infoLine,
} from "../../supercluster/faults/false-gateway.ts";
import { until } from "../../support/until.ts";

type Fields = Readonly<Record<string, unknown>>;

export class FalseCluster implements Disposable {
  /** It sends messages by this one. */
  readonly inbound: FalseGateway;
  /** It tells interest by this one, and is sent messages. */
  readonly outbound: RawPeer;
  readonly #port: FalseGatewayPort;

  private constructor(inbound: FalseGateway, outbound: RawPeer, port: FalseGatewayPort) {
    this.inbound = inbound;
    this.outbound = outbound;
    this.#port = port;
  }

  /** @param info what is to be untrue. */
  static async join(gatewayPort: number, name: string, info: Fields = {}): Promise<FalseCluster> {
    const port = await FalseGatewayPort.open((peer) => peer.send(infoLine(name, info)));
    const inbound = new FalseGateway({ ports: { gateway: gatewayPort } });
    inbound.introduce(name, { gateway_urls: [port.url], ...info });
    await until("it is dialled", () => port.peers.length > 0);
    const cluster = new FalseCluster(inbound, port.peers[0]!, port);
    await cluster.outbound.roundTrip("");
    return cluster;
  }

  [Symbol.dispose](): void {
    this.inbound[Symbol.dispose]();
    this.#port[Symbol.dispose]();
  }
}

/** Of the same, one to each line. */
export function lines(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => `${line(at)}\r\n`).join("");
}
