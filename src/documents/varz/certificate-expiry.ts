/** When the certificates of TLS blocks end. */

import type { TlsOptions } from "../../config/options/tls.ts";
import { certificateFacts, certificatesOf } from "../../net/tls/certificate-facts.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";

/** Certificates follow their files: they are read again after this time. */
const KEPT_MS = 5000;

interface Known {
  readonly readAt: number;
  readonly text: Promise<string | undefined>;
}

/** As many as there are blocks in the options. */
const known = new WeakMap<TlsOptions, Known>();

/** The end of the first certificate; undefined for none. */
export function certificateExpiry(tls: TlsOptions | null): Promise<string | undefined> {
  if (tls === null) return Promise.resolve(undefined);
  const path = tls.certFile || (tls.certs[0]?.certFile ?? "");
  if (path === "") return Promise.resolve(undefined);
  const found = known.get(tls);
  const now = performance.now();
  if (found !== undefined && now - found.readAt < KEPT_MS) return found.text;
  const text = read(path);
  known.set(tls, { readAt: now, text });
  return text;
}

async function read(path: string): Promise<string | undefined> {
  try {
    const [der] = certificatesOf(await Bun.file(path).text());
    const facts = der === undefined ? null : certificateFacts(der);
    return facts === null ? undefined : rfc3339Nano(facts.notAfter * 1000);
  } catch {
    return undefined;
  }
}
