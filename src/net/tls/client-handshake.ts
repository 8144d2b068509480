/**
 * A dialled connection from its first moment until its handshake is done. The handshake comes before
 * everything else, and until its end this is the connection's transport, through which nothing goes.
 */

import type { Socket } from "bun";
import type { Logger } from "../../log/logger.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import type { Connection, Peer } from "../connection.ts";
import type { DialHandshake, MakeConnection } from "../dial/dial.ts";
import type { SocketData } from "../socket-events.ts";
import { currentFault } from "./current-rules.ts";
import {
  explainCertificate,
  explainServerFailure,
  type LibraryError,
  readText,
} from "./failure-text.ts";
import type { HandshakeFault } from "./handshake-fault.ts";
import { hostNameFault } from "./host-name.ts";
import { PendingTls } from "./pending-tls.ts";
import { type Authorities, peerChain, type UpgradedSocket } from "./secured-socket.ts";
import type { ServerName } from "./server-names.ts";
import type { TlsProfile } from "./settings.ts";
import { type UpgradedData, type Upgrading, upgradeClient } from "./upgrade.ts";

/** Codes of what went wrong with the byte stream; all others are about certificates. */
const STREAM_ERRORS: readonly (string | undefined)[] = [undefined, "ECONNRESET", "EPROTO"];
const NO_AUTHORITIES: Authorities = new Set();

export class ClientHandshake<C extends Connection>
  extends PendingTls
  implements DialHandshake<C>, Upgrading
{
  readonly connection: C;
  readonly #profile: TlsProfile;
  readonly #name: ServerName;
  readonly #readText: string;
  #isDone = false;

  /** @param name what the peer's certificate has to name. */
  constructor(
    socket: Socket<SocketData>,
    profile: TlsProfile,
    log: Logger,
    name: ServerName,
    peer: Peer,
    make: MakeConnection<C>,
  ) {
    super(socket, log);
    this.#profile = profile;
    this.#name = name;
    this.#readText = readText(socket, peer);
    this.connection = make(this, peer);
  }

  begin(): void {
    const { words, timeoutMs, client } = this.#profile;
    if (this.connection.isClosed) return;
    this.debug(words.dialling);
    this.waitAtMost(timeoutMs, () => this.#onTimeout());
    const isVerified = this.#used !== null;
    const upgrade = upgradeClient(this.socket, this, client!, this.#name.host, isVerified);
    // It may have failed in the meantime.
    if (this.#isDone) return;
    this.raw = upgrade.raw;
    this.upgraded = upgrade.secured;
  }

  /** A copy of what the TLS library gets. */
  onData(chunk: Buffer): void {
    this.dropCopy(chunk);
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
    this.upgraded = socket;
    const fault = this.#verdict(socket, isDone, error);
    if (fault !== null) this.#fail(fault);
    else this.goOnSecured(socket, data, this.#used ?? NO_AUTHORITIES, true);
  }

  write(_buf: Buffer, _offset: number, length: number): number {
    return length;
  }

  protected override leave(): void {
    super.leave();
    this.#isDone = true;
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
    return currentFault(rules, authorities, socket, (text) => this.debug(text));
  }

  #hostFault([own]: readonly Uint8Array[]): string | null {
    if (own === undefined) return null;
    const fault = hostNameFault(own, this.#name);
    if (fault !== null) this.#name.onMismatch();
    return fault;
  }

  #onTimeout(): void {
    this.#report({ text: `${this.#readText}: i/o timeout` });
    this.log.error(`${this.connection.label} - TLS handshake timeout`);
    this.connection.close(ClosedReason.TlsHandshakeError, { flush: false });
  }

  #fail(fault: HandshakeFault): void {
    this.#report(fault);
    this.connection.close(ClosedReason.TlsHandshakeError);
  }

  #report({ text }: HandshakeFault): void {
    this.log.error(`${this.connection.label} - ${this.#profile.words.error}: ${text}`);
  }
}

function verifiersOf({ options, authorities }: TlsProfile): Authorities | null {
  return options.insecure ? null : authorities;
}
