/**
 * What handshakes of both sides have in common: until one is done it is the connection's transport, and
 * then the connection goes on over the secured byte stream.
 */

import type { Socket } from "bun";
import { freeMemory } from "../../bytes/buffer-pool.ts";
import { TIMER_MS_MAX } from "../../bytes/timer-limit.ts";
import type { Logger } from "../../log/logger.ts";
import type { Connection } from "../connection.ts";
import type { SocketData } from "../socket-events.ts";
import type { Transport } from "../transport.ts";
import {
  type Authorities,
  completionLines,
  endSecured,
  type RawSocket,
  SecuredSocket,
  type UpgradedSocket,
} from "./secured-socket.ts";
import type { UpgradedData } from "./upgrade.ts";

/** Shorter chunks are left to the collector. */
const FREED_CHUNK_MIN = 4096;

export abstract class PendingTls implements Transport {
  abstract readonly connection: Connection;
  protected readonly socket: Socket<SocketData>;
  protected readonly log: Logger;
  protected upgraded: UpgradedSocket | null = null;
  protected raw: RawSocket | null = null;
  #timer: Timer | undefined;

  protected constructor(socket: Socket<SocketData>, log: Logger) {
    this.socket = socket;
    this.log = log;
  }

  abstract write(buf: Buffer, offset: number, length: number): number;

  pause(): void {}

  resume(): void {}

  end(): void {
    this.leave();
    if (this.upgraded === null) this.socket.end();
    else endSecured(this.upgraded, this.raw);
  }

  terminate(): void {
    this.leave();
    (this.upgraded ?? this.socket).terminate();
  }

  onInternalError(error: Error): void {
    this.connection.onInternalError(error);
  }

  /** Nothing more is waited for. */
  protected leave(): void {
    this.stopWaiting();
  }

  /** In place of what was waited for before. */
  protected waitAtMost(ms: number, onTimeout: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTimeout, Math.min(ms, TIMER_MS_MAX));
  }

  protected stopWaiting(): void {
    clearTimeout(this.#timer);
  }

  /** The TLS library has its own copy of the chunk. */
  protected dropCopy(chunk: Buffer): void {
    if (chunk.length < FREED_CHUNK_MIN || chunk.buffer.byteLength !== chunk.length) return;
    freeMemory(chunk);
  }

  /**
   * The handshake is done: the connection goes on over the secured byte stream.
   *
   * @param authorities null when the peer was not asked for a certificate.
   * @param isFirst nothing has been said before the handshake, so the peer is greeted now.
   */
  protected goOnSecured(
    socket: UpgradedSocket,
    data: UpgradedData,
    authorities: Authorities | null,
    isFirst: boolean,
  ): void {
    this.leave();
    const { connection, log } = this;
    const secured = new SecuredSocket(socket, this.raw, authorities, isFirst);
    connection.secure(secured, secured);
    data.connection = connection;
    if (log.debugging) for (const line of completionLines(secured)) this.debug(line);
    if (isFirst) connection.greet();
    if (!connection.isClosed) connection.onEstablished();
  }

  protected debug(text: string): void {
    this.log.debug(`${this.connection.label} - ${text}`);
  }
}
