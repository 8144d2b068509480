/** Gateways of our own that need not behave, on either end of a connection. */

import { createServer, type Server } from "node:net";
import { newId, RawPeer } from "../../cluster/faults/raw-peer.ts";
import type { MeshNode } from "../../support/mesh-node.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One that dials a node: it sends messages, and is told of interest. */
export class FalseGateway extends RawPeer {
  /** @param reads false for a peer that never takes anything. */
  constructor(node: { readonly ports: Pick<MeshNode["ports"], "gateway"> }, reads = true) {
    super(RawPeer.to(node.ports.gateway), reads);
  }

  /** Introduces itself as of this cluster, with whatever is to be untrue. */
  introduce(cluster: string, info: Fields = {}, connectLine: Fields = {}): void {
    const own = { name: newId(), cluster: "", gateway: cluster, ...connectLine };
    this.send(`CONNECT ${JSON.stringify(own)}\r\n`);
    this.send(infoLine(cluster, info));
  }
}

/** A port that nodes dial: it says what is wanted, and is sent messages. */
export class FalseGatewayPort implements Disposable {
  readonly peers: RawPeer[] = [];
  readonly url: string;
  readonly #server: Server;
  #isClosed = false;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  /**
   * @param greet is called for each connection, and says the first word.
   * @param reads false for a port that takes nothing once it has been greeted.
   */
  static async open(greet: (peer: RawPeer) => void, reads = true): Promise<FalseGatewayPort> {
    let port: FalseGatewayPort | undefined;
    const server = createServer({ noDelay: true }, (socket) => {
      if (port!.#isClosed) {
        socket.destroy();
        return;
      }
      const peer = new RawPeer(socket, reads);
      port!.peers.push(peer);
      greet(peer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = new FalseGatewayPort(server);
    return port;
  }

  /** Who comes back finds nobody. */
  close(): void {
    this.#isClosed = true;
    this.#server.close();
  }

  [Symbol.dispose](): void {
    this.close();
    for (const peer of this.peers) peer[Symbol.dispose]();
  }
}

/** INFO of a gateway that everybody believes, but for some fields. */
export function infoLine(cluster: string, info: Fields = {}): string {
  const id = newId();
  const usual = {
    server_id: id,
    server_name: id,
    version: "2.15.1",
    proto: 3,
    go: "",
    host: "127.0.0.1",
    port: 1,
    headers: true,
    max_payload: 1048576,
    gateway: cluster,
    gateway_urls: [],
    gateway_url: "127.0.0.1:1",
    gateway_nrp: true,
    gateway_iom: true,
  };
  return `INFO ${JSON.stringify({ ...usual, ...info })}\r\n`;
}

/** What a gateway of a cluster says of an account: 2 that all its interest follows, 3 that this was all. */
export function commandLine(cluster: string, command: number, account?: string): string {
  const payload = account === undefined ? undefined : Buffer.from(account).toString("base64");
  const fields = { gateway_cmd: command, gateway_cmd_payload: payload };
  return `INFO ${JSON.stringify({ ...emptyInfo(cluster), ...fields })}\r\n`;
}

/** Gossip of a cluster. */
export function gossipLine(cluster: string, urls: readonly string[]): string {
  return `INFO ${JSON.stringify({ ...emptyInfo(cluster), gateway_urls: urls, gateway_cmd: 1 })}\r\n`;
}

function emptyInfo(gateway: string): Fields {
  return {
    server_id: "",
    server_name: "",
    version: "",
    proto: 0,
    go: "",
    host: "",
    port: 0,
    headers: false,
    max_payload: 0,
    gateway,
  };
}
