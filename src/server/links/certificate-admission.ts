/** Servers that come in by their certificate, in place of a user and a password. */

import { isKnownServer } from "../../auth/certificate/known-server.ts";
import type { EffectiveLink } from "../../config/options/effective-link.ts";
import type { Connection } from "../../net/connection.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";

/** A server that wants to come in. */
interface Candidate {
  readonly tls: Connection["tls"];
  debug(text: string): void;
}

/**
 * Whether a server may come in; null where its certificate does not decide that.
 *
 * @param urls of the servers that the configuration knows.
 */
export function certificateAdmission(
  { tls, authorization }: EffectiveLink,
  urls: readonly string[],
): ((candidate: Candidate) => boolean) | null {
  const { verifyAndMap = false, verifyCertAndCheckKnownUrls: isKnownByUrl = false } = tls ?? {};
  if (!verifyAndMap && !isKnownByUrl) return null;
  const rules = {
    user: verifyAndMap ? (authorization?.user ?? "") : null,
    hosts: isKnownByUrl ? urls.map((url) => parseGoUrl(url).hostname) : [],
  };
  return (candidate) =>
    isKnownServer(rules, {
      certificates: candidate.tls?.certificates ?? null,
      debug: (text) => candidate.debug(text),
    });
}
