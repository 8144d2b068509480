/**
 * An accepted connection of a listener that does TLS, from its first moment until its byte stream is
 * what it will stay: secured, or in clear where that is allowed.
 *
 * Until then it is the connection's transport. What the connection is greeted with goes through;
 * while a handshake is under way nothing does, for the peer would take it for part of that.
 */

import type { Socket } from "bun";
import type { Logger } from "../../log/logger.ts";
import { ClosedReason, ERR_THROTTLED } from "../../protocol/errors.ts";
import type { Connection, Peer } from "../connection.ts";
import type { Acceptor } from "../listener.ts";
import type { SocketData, SocketHandshake } from "../socket-events.ts";
import type { ClientHello } from "./client-hello.ts";
import { currentFault } from "./current-rules.ts";
import { explainCertificate, explainFailure, type LibraryError, readText } from "./failure-text.ts";
import { Alert, encodeAlert, type HandshakeFault } from "./handshake-fault.ts";
import { HelloCollector } from "./hello-collector.ts";
import { PendingTls } from "./pending-tls.ts";
import { peerChain, type UpgradedSocket } from "./secured-socket.ts";
import type { TlsProfile } from "./settings.ts";
import { type UpgradedData, type Upgrading, upgrade } from "./upgrade.ts";

/** First byte of a handshake, and of nothing that peers say in clear. */
const HANDSHAKE = 0x16;

/** What is waited for. */
type Stage =
  /** Nothing yet. */
  | "new"
  /** A handshake, before the peer is greeted after all. */
  | "first"
  /** A handshake, or something in clear. */
  | "either"
  /** The whole first message of a handshake. */
  | "hello"
  /** The TLS library. */
  | "library"
  | "done";

export class Handshake extends PendingTls implements SocketHandshake, Upgrading {
  readonly connection: Connection;
  /** From when the connection was accepted until a handshake begins; then that of that time. */
  #profile: TlsProfile;
  readonly #peer: Peer;
  #stage: Stage = "new";
  #isFirst = false;
  #collector: HelloCollector | null = null;
  #hello: ClientHello | null = null;
  /** How Go begins the text of an error in reading. A closed socket has no addresses any more. */
  #readText = "";

  constructor(
    socket: Socket<SocketData>,
    profile: TlsProfile,
    log: Logger,
    acceptor: Acceptor,
    peer: Peer,
  ) {
    super(socket, log);
    this.#profile = profile;
    this.#peer = peer;
    this.connection = acceptor.accept(this, peer);
  }

  /** Greets, unless TLS is first, and waits for what is to come. */
  begin(acceptor: Acceptor): void {
    const { handshakeFirst, handshakeFirstFallbackMs } = this.#profile.options;
    this.#isFirst = handshakeFirst;
    if (!handshakeFirst) this.#greet();
    acceptor.admit(this.connection);
    if (this.connection.isClosed) return;
    if (!handshakeFirst) this.#awaitChoice();
    else if (handshakeFirstFallbackMs === 0) this.#start();
    else this.#wait("first", handshakeFirstFallbackMs);
  }

  /** Bytes have come in clear, or a copy of those that the TLS library gets. */
  onData(chunk: Buffer): void {
    switch (this.#stage) {
      case "first":
        this.#start();
        this.#collect(chunk);
        break;
      case "either":
        if (chunk[0] !== HANDSHAKE) this.#goOnInClear(chunk);
        else {
          this.#start();
          this.#collect(chunk);
        }
        break;
      case "hello":
        this.#collect(chunk);
        break;
      default:
        this.dropCopy(chunk);
    }
  }

  /** The peer will send no more. */
  onInputEnd(): void {
    if (this.#stage === "first") this.#onSilence();
    if (this.#stage === "either") {
      this.#goOnInClear(null);
      this.connection.onInputEnd();
    } else if (this.#stage === "hello") {
      this.#fail({ text: this.#collector!.isBetweenRecords ? "EOF" : "unexpected EOF" });
    }
  }

  /** The socket is gone. */
  onClosed(hasFailed: boolean): void {
    if (this.#stage === "done") return;
    const isUnderWay = this.#stage === "hello" || this.#stage === "library";
    if (!isUnderWay) this.leave();
    else if (hasFailed) this.#fail({ text: `${this.#readText}: read: connection reset by peer` });
    else this.#fail({ text: "EOF" });
    this.connection.onTransportClosed(hasFailed);
  }

  /** The TLS library has ended the handshake, well or not. */
  onHandshake(
    socket: UpgradedSocket,
    data: UpgradedData,
    isDone: boolean,
    error: LibraryError | null,
  ): void {
    if (this.#stage !== "library") return;
    this.upgraded = socket;
    const fault = this.#verdict(socket, isDone, error);
    if (fault !== null) this.#fail(fault);
    else this.goOnSecured(socket, data, this.#profile.authorities, this.#isFirst);
  }

  write(buf: Buffer, offset: number, length: number): number {
    if (this.#stage === "hello" || this.#stage === "library") return length;
    return this.socket.write(buf, offset, length);
  }

  protected override leave(): void {
    super.leave();
    this.#stage = "done";
    this.#collector = null;
    this.#hello = null;
  }

  #greet(): void {
    this.connection.greet();
    this.connection.outbound.flush();
  }

  #awaitChoice(): void {
    if (this.#profile.allowNonTls) this.#wait("either", this.#profile.timeoutMs);
    else this.#start();
  }

  #wait(stage: "first" | "either", ms: number): void {
    this.#stage = stage;
    this.waitAtMost(ms, () => this.#onSilence());
  }

  /** Nothing has come in time. */
  #onSilence(): void {
    this.stopWaiting();
    if (this.#stage === "first") {
      this.#stage = "new";
      this.#isFirst = false;
      this.#greet();
      if (!this.connection.isClosed) this.#awaitChoice();
    } else this.#goOnInClear(null);
  }

  /** From here on it is TLS or nothing. */
  #start(): void {
    this.stopWaiting();
    const { connection } = this;
    if (this.#profile.limit?.allows() === false) {
      this.#stage = "new";
      connection.closeWithError(ERR_THROTTLED, ClosedReason.MaxConnectionsExceeded);
      return;
    }
    this.debug(this.#profile.words.starting);
    this.#readText = readText(this.socket, this.#peer);
    this.#stage = "hello";
    this.#collector = new HelloCollector();
    this.waitAtMost(this.#profile.timeoutMs, () => this.#onTimeout());
  }

  #collect(chunk: Buffer): void {
    if (this.#stage !== "hello") return;
    const outcome = this.#collector!.push(chunk);
    if (outcome === null) return;
    if ("text" in outcome) this.#fail(outcome);
    else this.#upgrade(outcome);
  }

  #upgrade(hello: ClientHello): void {
    this.#profile = this.#profile.current() ?? this.#profile;
    const context = this.#profile.contextFor(hello);
    if (context === null) {
      this.#fail({ text: "tls: no certificates configured", alert: Alert.UnrecognizedName });
      return;
    }
    const received = this.#collector!.received;
    this.#collector = null;
    this.#hello = hello;
    this.#stage = "library";
    const { raw, secured } = upgrade(this.socket, this, context, this.#profile, received);
    // It may have failed in the meantime.
    if (this.#stage !== "library") return;
    this.raw = raw;
    this.upgraded = secured;
  }

  #verdict(
    socket: UpgradedSocket,
    isDone: boolean,
    error: LibraryError | null,
  ): HandshakeFault | null {
    if (!isDone) return explainFailure(error ?? { message: "" }, this.#hello!);
    const { authorities } = this.#profile;
    if (authorities !== null) {
      // Without a certificate the library complains about that, even where none was asked for. And
      // where there are no authorities at all, it falls back on some of its own.
      const isGood = error === null && socket.authorized && authorities.size > 0;
      if (!isGood) {
        return explainCertificate(error ?? { message: "" }, peerChain(socket, authorities));
      }
    }
    const rules = this.#profile.current() ?? this.#profile;
    return currentFault(rules, authorities, socket, (text) => this.debug(text));
  }

  #goOnInClear(chunk: Buffer | null): void {
    this.leave();
    const { connection } = this;
    connection.continueOver(this.socket);
    this.socket.data.connection = connection;
    this.socket.data.handshake = null;
    connection.onEstablished();
    if (chunk !== null) connection.onData(chunk);
  }

  #onTimeout(): void {
    this.#report({ text: `${this.#readText}: i/o timeout`, isProbe: true });
    const line = `${this.connection.label} - TLS handshake timeout`;
    if (this.#profile.words.hasProbes) this.log.debug(line);
    else this.log.error(line);
    this.connection.close(ClosedReason.TlsHandshakeError);
  }

  #fail(fault: HandshakeFault): void {
    this.#report(fault);
    if (fault.alert !== undefined) this.socket.write(encodeAlert(fault.alert));
    this.connection.close(ClosedReason.TlsHandshakeError);
  }

  #report({ text, isProbe = false }: HandshakeFault): void {
    const { error, hasProbes } = this.#profile.words;
    const line = `${this.connection.label} - ${error}: ${text}`;
    if (isProbe && hasProbes) this.log.debug(line);
    else this.log.error(line);
  }
}
