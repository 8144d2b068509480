/** A server of ours with clients that differ in all that connections are sorted and filtered by. */

import { Server } from "../../../src/server/server.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

export class Crowd implements AsyncDisposable {
  readonly server: Server;
  readonly wires: Wire[] = [];

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(options: ConstructorParameters<typeof Server>[0] = {}): Promise<Crowd> {
    const server = new Server({ host: "127.0.0.1", port: 0, ...options }, null);
    await server.start();
    return new Crowd(server);
  }

  /** A client that has said this after CONNECT. */
  async join(connect: object, lines: string): Promise<Wire> {
    const wire = await Wire.connect(this.server.port);
    this.wires.push(wire);
    const text = JSON.stringify({ verbose: false, ...connect });
    await wire.send(`CONNECT ${text}\r\n${lines}PING\r\n`);
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no PONG: ${wire.text}`);
    return wire;
  }

  /** Closes so many of those that came first. */
  async lose(count: number): Promise<void> {
    const { closedClients } = this.server.observer;
    const before = closedClients.count;
    for (const wire of this.wires.splice(0, count)) wire.close();
    await until("they are gone", () => closedClients.count === before + count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of this.wires) wire.close();
    await this.server.stop();
  }
}
