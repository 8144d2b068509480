/**
 * A dialled connection from its first moment until its handshake is done. The handshake comes before
 * everything else, and until its end this is the connection's transport, through which nothing goes.
 */

import type { Socket } from "bun";
import { freeMemory } from "../../bytes/buffer-pool.ts";
import { TIMER_MS_MAX } from "../../bytes/timer-limit.ts";
import type { Logger } from "../../log/logger.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import type { Connection, Peer } from "../connection.ts";
import type { DialHandshake, MakeConnection } from "../dial/dial.ts";
import type { SocketData } from "../socket-events.ts";
import type { Transport } from "../transport.ts";
import { currentFault } from "./current-rules.ts";
import {
  explainCertificate,
  explainServerFailure,
  type LibraryError,
  readText,
} from "./failure-text.ts";
import type { HandshakeFault } from "./handshake-fault.ts";
import { hostNameFault } from "./host-name.ts";
import {
  type Authorities,
  completionLines,
  endSecured,
  peerChain,
  type RawSocket,
  SecuredSocket,
  type UpgradedSocket,
} from "./secured-socket.ts";
import type { ServerName } from "./server-names.ts";
import type { TlsProfile } from "./settings.ts";
import { type UpgradedData, type Upgrading, upgradeClient } from "./upgrade.ts";

/** Shorter chunks are left to the collector. */
const FREED_CHUNK_MIN = 4096;
/** Codes of what went wrong with the byte stream; all others are about certificates. */
const STREAM_ERRORS: readonly (string | undefined)[] = [undefined, "ECONNRESET", "EPROTO"];
const NO_AUTHORITIES: Authorities = new Set();

export class ClientHandshake<C extends Connection>
  implements Transport, DialHandshake<C>, Upgrading
{
  readonly connection: C;
  readonly #socket: Socket<SocketData>;
  readonly #profile: TlsProfile;
  readonly #log: Logger;
  readonly #name: ServerName;
  readonly #readText: string;
  #isDone = false;
  #timer: Timer | undefined;
  #upgraded: UpgradedSocket | null = null;
  #raw: RawSocket | null = null;

  /** @param name what the peer's certificate has to name. */
  constructor(
    socket: Socket<SocketData>,
    profile: TlsProfile,
    log: Logger,
    name: ServerName,
    peer: Peer,
    make: MakeConnection<C>,
  ) {
    this.#socket = socket;
    this.#profile = profile;
    this.#log = log;
    this.#name = name;
    this.#readText = readText(socket, peer);
    this.connection = make(this, peer);
  }

  begin(): void {
    const { words, timeoutMs, client } = this.#profile;
    const { connection } = this;
    if (connection.isClosed) return;
    this.#log.debug(`${connection.label} - ${words.dialling}`);
    this.#timer = setTimeout(() => this.#onTimeout(), Math.min(timeoutMs, TIMER_MS_MAX));
    const isVerified = this.#used !== null;
    const upgrade = upgradeClient(this.#socket, this, client!, this.#name.host, isVerified);
    // It may have failed in the meantime.
    if (this.#isDone) return;
    this.#raw = upgrade.raw;
    this.#upgraded = upgrade.secured;
  }

  /** A copy of what the TLS library gets. */
  onData(chunk: Buffer): void {
    if (chunk.length < FREED_CHUNK_MIN || chunk.buffer.byteLength !== chunk.length) return;
    freeMemory(chunk);
  }

  /** The TLS library is told of it too, and ends the handshake. */
  onInputEnd(): void {}

  onClosed(hasFailed: boolean): void {
    if (this.#isDone) return;
    this.#fail({
      text: hasFailed ? `${this.#readText}: read: connection reset by peer` : "EOF",
    });
    this.connection.onTransportClosed(hasFailed);
  }

  onHandshake(
    socket: UpgradedSocket,
    data: UpgradedData,
    isDone: boolean,
    error: LibraryError | null,
  ): void {
    if (this.#isDone) return;
    this.#upgraded = socket;
    const fault = this.#verdict(socket, isDone, error);
    if (fault !== null) {
      this.#fail(fault);
      return;
    }
    this.#leave();
    const { connection } = this;
    const secured = new SecuredSocket(socket, this.#raw, this.#used ?? NO_AUTHORITIES, true);
    connection.secure(secured, secured);
    data.connection = connection;
    if (this.#log.debugging) {
      for (const line of completionLines(secured)) this.#log.debug(`${connection.label} - ${line}`);
    }
    connection.greet();
    if (!connection.isClosed) connection.onEstablished();
  }

  onInternalError(error: Error): void {
    this.connection.onInternalError(error);
  }

  write(_buf: Buffer, _offset: number, length: number): number {
    return length;
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.#leave();
    if (this.#upgraded === null) this.#socket.end();
    else endSecured(this.#upgraded, this.#raw);
  }

  terminate(): void {
    this.#leave();
    (this.#upgraded ?? this.#socket).terminate();
  }

  /** Those by which the peer is verified; null when it is not. */
  get #used(): Authorities | null {
    return verifiersOf(this.#profile);
  }

  #verdict(
    socket: UpgradedSocket,
    isDone: boolean,
    error: LibraryError | null,
  ): HandshakeFault | null {
    if (!isDone && STREAM_ERRORS.includes(error?.code)) {
      return explainServerFailure(error ?? { message: "" });
    }
    const authorities = this.#used;
    if (authorities !== null) {
      const chain = peerChain(socket, authorities);
      const hostFault = this.#hostFault(chain);
      // Where there are no authorities at all, the library falls back on some of its own.
      const isGood = isDone && error === null && socket.authorized && authorities.size > 0;
      if (!isGood || hostFault !== null) {
        return explainCertificate(error ?? { message: "" }, chain, hostFault);
      }
    }
    const current = this.#profile.current() ?? this.#profile;
    const rules = { authorities: verifiersOf(current), pinned: current.pinned };
    return currentFault(rules, authorities, socket, (text) =>
      this.#log.debug(`${this.connection.label} - ${text}`),
    );
  }

  #hostFault([own]: readonly Uint8Array[]): string | null {
    if (own === undefined) return null;
    const fault = hostNameFault(own, this.#name);
    if (fault !== null) this.#name.onMismatch();
    return fault;
  }

  #onTimeout(): void {
    this.#report({ text: `${this.#readText}: i/o timeout` });
    this.#log.error(`${this.connection.label} - TLS handshake timeout`);
    this.connection.close(ClosedReason.TlsHandshakeError, { flush: false });
  }

  #fail(fault: HandshakeFault): void {
    this.#report(fault);
    this.connection.close(ClosedReason.TlsHandshakeError);
  }

  #report({ text }: HandshakeFault): void {
    this.#log.error(`${this.connection.label} - ${this.#profile.words.error}: ${text}`);
  }

  /** Nothing more is waited for. */
  #leave(): void {
    clearTimeout(this.#timer);
    this.#isDone = true;
  }
}

function verifiersOf({ options, authorities }: TlsProfile): Authorities | null {
  return options.insecure ? null : authorities;
}
