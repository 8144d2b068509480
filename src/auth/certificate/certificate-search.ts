/**
 * Who the certificate of a peer stands for. Names are tried in nats-server's order: e-mail addresses,
 * DNS names, URIs, then the subject in several forms.
 */

import { goQuote, goQuoteText } from "../../protocol/go-quote.ts";
import { type CertificateNames, readCertificate } from "./certificate.ts";
import { type DistinguishedName, nameOfSubject } from "./distinguished-name.ts";
import { domainComponents, goSubjectText, isNamed, textOf } from "./subject.ts";

/** What is known of a peer for this. */
export interface CertifiedPeer {
  /** In DER, its own first; null without TLS. */
  readonly certificates: readonly Uint8Array[] | null;
  debug(text: string): void;
}

/** Those among whom one is looked for. */
export interface CertifiedOnes<T> {
  /** @param isHost whether it is a DNS name. */
  named(name: string, isHost: boolean): T | null;
  called(name: DistinguishedName): T | null;
  /** What the log calls the one that was found. */
  shown(found: T): string;
}

export class CertificateSearch<T> {
  readonly #ones: CertifiedOnes<T>;
  readonly #peer: CertifiedPeer;

  constructor(ones: CertifiedOnes<T>, peer: CertifiedPeer) {
    this.#ones = ones;
    this.#peer = peer;
  }

  find(): T | null {
    const { certificates } = this.#peer;
    if (certificates === null) {
      this.#peer.debug("User required in cert, no TLS connection state");
      return null;
    }
    const [own] = certificates;
    if (own === undefined) {
      this.#peer.debug("User required in cert, no peer certificates found");
      return null;
    }
    if (certificates.length > 1) {
      this.#peer.debug("Multiple peer certificates found, selecting first");
    }
    const names = readCertificate(own);
    if (names === null || !hasNames(names)) {
      this.#peer.debug("User required in cert, none found");
      return null;
    }
    return this.#findAlternative(names) ?? this.#findSubject(names);
  }

  #findAlternative({ emails, dnsNames, uris }: CertificateNames): T | null {
    for (const [what, names] of [
      ["email", emails],
      ["SAN", dnsNames],
      ["URI", uris],
    ] as const) {
      for (const name of names) {
        const one = this.#named(name, what === "SAN");
        if (one !== null) return this.#found(`${what} found in cert`, one);
      }
    }
    return null;
  }

  #findSubject({ subject }: CertificateNames): T | null {
    const text = goSubjectText(subject);
    const name = nameOfSubject(subject);
    if (name !== null) {
      const one = this.#ones.called(name);
      if (one !== null) return this.#found("DistinguishedNameMatch", one);
      this.#peer.debug(`DistinguishedNameMatch could not be used for auth [${quote(text)}]`);
    }
    const components = domainComponents(subject);
    if (components !== "") {
      const longText = `${text},${components}`;
      const one = this.#named(textOf(longText));
      if (one !== null) return this.#found("RDNSequence", one);
      this.#peer.debug(`RDNSequence could not be used for auth [${quote(longText)}]`);
    }
    const one = this.#named(textOf(text));
    if (one !== null) return this.#found("certificate subject", one);
    this.#peer.debug(`User in cert [${quote(text)}], not found`);
    return null;
  }

  #named(name: string | null, isHost = false): T | null {
    return name === null || name === "" ? null : this.#ones.named(name, isHost);
  }

  #found(by: string, one: T): T {
    this.#peer.debug(`Using ${by} for auth [${goQuoteText(this.#ones.shown(one))}]`);
    return one;
  }
}

function hasNames({ emails, dnsNames, uris, subject }: CertificateNames): boolean {
  return emails.length + dnsNames.length + uris.length > 0 || isNamed(subject);
}

function quote(bytes: string): string {
  return goQuote(Buffer.from(bytes, "latin1"));
}
