/** What INFO tells of TLS. */

import type { Options } from "../config/options/options.ts";
import { type InfoTls, NO_TLS } from "../protocol/info.ts";

export function infoTls({ tls, allowNonTls }: Options): InfoTls {
  if (tls === null) return NO_TLS;
  const verify = tls.verify || tls.verifyAndMap;
  return { required: !allowNonTls, verify, available: allowNonTls };
}
