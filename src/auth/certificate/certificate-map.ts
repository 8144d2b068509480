/** Users by the certificates of clients, for `verify_and_map`. */

import type { ConnectionType, User } from "../../config/options/auth.ts";
import { goQuote, goQuoteText } from "../../protocol/go-quote.ts";
import { isAllowedOn } from "../connection-types.ts";
import type { LoginAttempt } from "../login.ts";
import { type CertificateNames, readCertificate } from "./certificate.ts";
import {
  type DistinguishedName,
  nameOfSubject,
  parseDistinguishedName,
} from "./distinguished-name.ts";
import { domainComponents, goSubjectText, isNamed, textOf } from "./subject.ts";

/** What a login has to tell for this. */
export type CertifiedAttempt = Pick<LoginAttempt, "certificates" | "connectionType" | "debug">;

export class CertificateMap {
  readonly #users: ReadonlyMap<string, User>;
  /** By the parts of their names in any order. */
  readonly #distinguished = new Map<string, User[]>();

  /** @param users by name. */
  constructor(users: ReadonlyMap<string, User>) {
    this.#users = users;
    for (const [name, user] of users) {
      const key = parseDistinguishedName(name)?.anyOrder;
      if (key === undefined) continue;
      const same = this.#distinguished.get(key);
      if (same === undefined) this.#distinguished.set(key, [user]);
      else same.push(user);
    }
  }

  /**
   * The user that a client's certificate stands for, or null. Names are tried in nats-server's order:
   * e-mail addresses, DNS names, URIs, then the subject in several forms.
   */
  find(attempt: CertifiedAttempt): User | null {
    const { certificates } = attempt;
    if (certificates === null) {
      attempt.debug("User required in cert, no TLS connection state");
      return null;
    }
    const [own] = certificates;
    if (own === undefined) {
      attempt.debug("User required in cert, no peer certificates found");
      return null;
    }
    if (certificates.length > 1) attempt.debug("Multiple peer certificates found, selecting first");
    const names = readCertificate(own);
    if (names === null || !hasNames(names)) {
      attempt.debug("User required in cert, none found");
      return null;
    }
    return this.#findAlternative(names, attempt) ?? this.#findSubject(names, attempt);
  }

  #findAlternative(
    { emails, dnsNames, uris }: CertificateNames,
    attempt: CertifiedAttempt,
  ): User | null {
    for (const [what, names] of [
      ["email", emails],
      ["SAN", dnsNames],
      ["URI", uris],
    ] as const) {
      for (const name of names) {
        const user = this.#named(name, attempt.connectionType);
        if (user === null) continue;
        attempt.debug(`Using ${what} found in cert for auth [${goQuoteText(user.user)}]`);
        return user;
      }
    }
    return null;
  }

  #findSubject({ subject }: CertificateNames, attempt: CertifiedAttempt): User | null {
    const text = goSubjectText(subject);
    const name = nameOfSubject(subject);
    if (name !== null) {
      const user = this.#called(name, attempt.connectionType);
      if (user !== null) return found("DistinguishedNameMatch", user, attempt);
      attempt.debug(`DistinguishedNameMatch could not be used for auth [${quote(text)}]`);
    }
    const components = domainComponents(subject);
    if (components !== "") {
      const longText = `${text},${components}`;
      const user = this.#named(textOf(longText), attempt.connectionType);
      if (user !== null) return found("RDNSequence", user, attempt);
      attempt.debug(`RDNSequence could not be used for auth [${quote(longText)}]`);
    }
    const user = this.#named(textOf(text), attempt.connectionType);
    if (user !== null) return found("certificate subject", user, attempt);
    attempt.debug(`User in cert [${quote(text)}], not found`);
    return null;
  }

  #named(name: string | null, type: ConnectionType): User | null {
    const user = name === null || name === "" ? undefined : this.#users.get(name);
    return user !== undefined && isAllowedOn(user, type) ? user : null;
  }

  /** One whose name has the same order too comes first. */
  #called({ inOrder, anyOrder }: DistinguishedName, type: ConnectionType): User | null {
    const users = this.#distinguished.get(anyOrder) ?? [];
    const allowed = users.filter((user) => isAllowedOn(user, type));
    const isInOrder = ({ user }: User) => parseDistinguishedName(user)?.inOrder === inOrder;
    return allowed.find(isInOrder) ?? allowed[0] ?? null;
  }
}

function hasNames({ emails, dnsNames, uris, subject }: CertificateNames): boolean {
  return emails.length + dnsNames.length + uris.length > 0 || isNamed(subject);
}

function found(by: string, user: User, attempt: CertifiedAttempt): User {
  attempt.debug(`Using ${by} for auth [${goQuoteText(user.user)}]`);
  return user;
}

function quote(bytes: string): string {
  return goQuote(Buffer.from(bytes, "latin1"));
}
