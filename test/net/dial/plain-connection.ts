/** A connection of no kind: keeps what comes and what happens to it, and speaks when it is greeted. */

import type { Connection, Peer } from "../../../src/net/connection.ts";
import type { TlsSession } from "../../../src/net/tls/session.ts";
import type { Transport } from "../../../src/net/transport.ts";
import type { ClosedReason } from "../../../src/protocol/errors.ts";
import { until } from "../../support/until.ts";

let lastCid = 4;

export class PlainConnection {
  readonly cid = ++lastCid;
  /** In the order in which it happened. */
  readonly events: string[] = [];
  tls: TlsSession | null = null;
  closedReason: ClosedReason | null = null;
  received = "";
  readonly outbound = { flush: () => {} };
  #transport: Transport;
  readonly #hello: string;

  constructor(
    transport: Transport,
    readonly peer: Peer,
    hello: string,
  ) {
    this.#transport = transport;
    this.#hello = hello;
  }

  get label(): string {
    return `${this.peer.ip}:${this.peer.port} - rid:${this.cid}`;
  }

  get isClosed(): boolean {
    return this.closedReason !== null;
  }

  /** What makers of connections have to give. */
  get asConnection(): Connection {
    return this as unknown as Connection;
  }

  greet(): void {
    this.events.push("greet");
    if (this.#hello !== "") this.send(this.#hello);
  }

  onEstablished(): void {
    this.events.push("established");
  }

  send(text: string): void {
    const bytes = Buffer.from(text);
    this.#transport.write(bytes, 0, bytes.length);
  }

  secure(transport: Transport, tls: TlsSession): void {
    this.tls = tls;
    this.#transport = transport;
  }

  onData(chunk: Buffer): void {
    this.received += chunk.toString();
  }

  onDrain(): void {}

  onInputEnd(): void {
    this.events.push("input end");
  }

  onTransportClosed(hasFailed: boolean): void {
    this.events.push(hasFailed ? "failed" : "closed");
  }

  onInternalError(error: Error): void {
    this.events.push(`internal error: ${error.message}`);
  }

  close(reason: ClosedReason, { flush = true } = {}): void {
    if (this.isClosed) return;
    this.closedReason = reason;
    if (flush) this.#transport.end();
    else this.#transport.terminate();
  }

  closeWithError(_text: string, reason: ClosedReason): void {
    this.close(reason);
  }

  async waitFor(text: string): Promise<void> {
    await until(`"${text}" received`, () => this.received.includes(text));
  }

  async waitForEnd(): Promise<void> {
    const ends = ["input end", "failed", "closed"];
    await until("the end", () => this.isClosed || ends.some((end) => this.events.includes(end)));
  }
}
