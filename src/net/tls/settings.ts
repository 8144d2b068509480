/**
 * TLS of one block: what the handshakes that begin now are done with, of a listener and with those
 * that are dialled. Options come by a reload, certificates whenever their files change.
 */

import type { Socket } from "bun";
import type { TlsOptions } from "../../config/options/tls.ts";
import { goErrorText } from "../../log/go-error.ts";
import type { Logger } from "../../log/logger.ts";
import { CertificateError, type Certificates, type TlsMaterial } from "../certificates.ts";
import type { Peer } from "../connection.ts";
import type { Acceptor, ListenerTls } from "../listener.ts";
import type { SocketData } from "../socket-events.ts";
import { warnOfCertificates } from "./certificate-warnings.ts";
import { chooseContext } from "./choose-context.ts";
import type { ClientHello } from "./client-hello.ts";
import { clientContext, type ServerContext, serverContexts, type TlsLibrary } from "./contexts.ts";
import { Handshake } from "./handshake.ts";
import { type HandshakeWords, handshakeWords, type ListenerWord } from "./handshake-words.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Authorities } from "./secured-socket.ts";

/** How a listener does TLS, apart from its certificates. */
export interface TlsMode {
  readonly options: TlsOptions;
  /** Peers may do without. */
  readonly allowNonTls: boolean;
  /** How long a handshake may take. */
  readonly timeoutMs: number;
}

/** How one handshake is done. */
export interface TlsProfile extends TlsMode {
  /** Null when peers are not asked for a certificate. */
  readonly authorities: Authorities | null;
  readonly words: HandshakeWords;
  readonly limit: RateLimit | null;
  readonly pinned: ReadonlySet<string>;
  /** For servers that are dialled, as the library takes it; null where nobody is. */
  readonly client: object | null;
  /** Null when there is no certificate to show. */
  contextFor(hello: ClientHello): ServerContext | null;
  /** How handshakes that begin now are done, by which others end too; null without TLS. */
  current(): TlsProfile | null;
}

/** What handshakes show, for listeners that have a TLS of their own. */
export interface ShownTls {
  readonly options: TlsOptions;
  readonly material: TlsMaterial;
}

export class TlsSettings implements ListenerTls {
  /** Called when `shown` has become another one; not when there is no TLS any more. */
  onChange: (() => void) | null = null;
  readonly #log: Logger;
  readonly #certificates: Certificates;
  readonly #words: HandshakeWords;
  readonly #dials: boolean;
  #profile: TlsProfile | null = null;
  #shown: ShownTls | null = null;

  /** @param word what the log calls those who connect. */
  constructor(log: Logger, certificates: Certificates, word: ListenerWord = "client") {
    this.#log = log;
    this.#certificates = certificates;
    this.#words = handshakeWords(word);
    this.#dials = word !== "client";
  }

  /** Null when there is no TLS. */
  get profile(): TlsProfile | null {
    return this.#profile;
  }

  /** Null when there is no TLS. */
  get shown(): ShownTls | null {
    return this.#shown;
  }

  /**
   * Takes over other options and the certificates that they name, both or neither, and follows the
   * files of those.
   *
   * @param mode null for no TLS.
   * @returns whether other certificates than before are in use.
   * @throws CertificateError when they are no good, or of no use to the TLS library; nothing has
   * changed then.
   */
  async use(mode: TlsMode | null): Promise<boolean> {
    if (mode === null) {
      this.#profile = null;
      this.#shown = null;
      return this.#certificates.forget();
    }
    const library = await import("node:tls");
    return await this.#certificates.use(mode.options, (material) => {
      this.#profile = this.#build(library, mode, material);
      const { options } = mode;
      const isSame = Bun.deepEquals(this.#shown, { options, material });
      this.#shown = { options, material };
      if (!isSame) this.onChange?.();
    });
  }

  take(socket: Socket<SocketData>, acceptor: Acceptor, peer: Peer): Handshake | null {
    const { profile } = this;
    return profile === null ? null : new Handshake(socket, profile, this.#log, acceptor, peer);
  }

  #build(library: TlsLibrary, mode: TlsMode, material: TlsMaterial): TlsProfile {
    const { options, allowNonTls, timeoutMs } = mode;
    const made = usable(() => serverContexts(library, options, material));
    const client = this.#dials ? usable(() => clientContext(library, options, material)) : null;
    const { contexts, authorities } = made;
    const perSecond = options.connectionRateLimit;
    const old = this.#profile;
    const isSameLimit = old?.options.connectionRateLimit === perSecond;
    const newLimit = perSecond > 0 ? new RateLimit(perSecond, this.#log) : null;
    warnOfCertificates(this.#log, options, made);
    return {
      options,
      allowNonTls,
      timeoutMs,
      authorities,
      words: this.#words,
      limit: isSameLimit ? old.limit : newLimit,
      pinned: new Set(options.pinnedCerts),
      client,
      contextFor: (hello) => chooseContext(contexts, hello),
      current: () => this.#profile,
    };
  }
}

/** @throws CertificateError when the library cannot use what it is given. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CertificateError(goErrorText(error));
  }
}
