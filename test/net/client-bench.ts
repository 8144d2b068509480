/** A server that does not listen, and clients on transports that the test controls. */

import type { Options } from "../../src/config/options/options.ts";
import type { Client } from "../../src/kinds/client.ts";
import type { LogLevel } from "../../src/log/logger.ts";
import { Server } from "../../src/server/server.ts";
import { FakeTransport } from "./fake-transport.ts";

const PLAIN = 'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n';

export class TestClient {
  readonly transport = new FakeTransport();
  readonly client: Client;

  constructor(server: Server, port: number) {
    this.client = server.gate.accept(this.transport, { ip: "192.0.2.1", port });
    this.client.greet();
    this.client.onEstablished();
  }

  /** Everything received behind the first INFO. */
  get received(): string {
    return this.transport.text.replace(/^INFO .*\r\n/, "");
  }

  /** Hands bytes over as a socket does: in memory that is the connection's from now on. */
  send(...pieces: readonly (string | Uint8Array)[]): void {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece as string, "latin1");
      const chunk = Buffer.allocUnsafeSlow(bytes.length);
      bytes.copy(chunk);
      this.client.onData(chunk);
    }
  }

  connect(json?: string): this {
    this.send(json === undefined ? PLAIN : `CONNECT ${json}\r\n`);
    return this;
  }

  /** The peer goes away. */
  disconnect(): void {
    this.transport.isTerminated = true;
    this.client.onTransportClosed(false);
  }
}

export class ClientBench implements Disposable {
  readonly log: { level: LogLevel; text: string }[] = [];
  readonly server: Server;
  readonly clients: TestClient[] = [];
  #nextCid = 5;

  constructor(options: Partial<Options> = {}) {
    this.server = new Server(options, (level, text) => this.log.push({ level, text }));
  }

  get logText(): string {
    return this.log.map(({ level, text }) => `${level} ${text}`).join("\n");
  }

  open(): TestClient {
    const client = new TestClient(this.server, this.#nextCid++);
    this.clients.push(client);
    return client;
  }

  /** Ends what is still open, so that no timer is left. */
  [Symbol.dispose](): void {
    for (const client of this.clients) client.disconnect();
  }
}
