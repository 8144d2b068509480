/** What is told of the certificates that a peer has shown. Loaded where there may be any. */

import { readCertificate } from "../../auth/certificate/certificate.ts";
import {
  goSubjectText,
  goValueText,
  isNamedAttribute,
  type Subject,
} from "../../auth/certificate/subject.ts";
import { certificateFacts, sha256Hex } from "../../net/tls/certificate-facts.ts";
import { goText } from "../../protocol/go-json-text.ts";
import type { GoValue } from "../go-document.ts";
import { omitEmpty } from "../go-texts.ts";

/** Undefined when there are none. */
export function peerCertificates(certificates: readonly Uint8Array[]): GoValue | undefined {
  if (certificates.length === 0) return undefined;
  return certificates.map((der) => ({
    subject: omitEmpty(goName(readCertificate(der)?.subject ?? [])),
    spki_sha256: omitEmpty(certificateFacts(der)?.keyId),
    cert_sha256: sha256Hex(der),
  }));
}

/** Attributes that Go has no name for stand at the end, the last one first. */
function goName(subject: Subject): string {
  const others = subject.flat().filter(({ id }) => !isNamedAttribute(id));
  const texts = others.map(({ id, value }) =>
    value === null ? "" : `${id}=${goValueText(value)}`,
  );
  const parts = [goSubjectText(subject), ...texts.reverse()].filter((text) => text !== "");
  return goText(Buffer.from(parts.join(","), "latin1"));
}
