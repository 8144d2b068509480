/** Flags on TLS for clients. */

import { checkTlsFiles } from "../config/files/tls-files.ts";
import type { Options } from "../config/options/options.ts";
import { DEFAULT_TLS } from "../config/options/tls.ts";
import { Reader } from "../config/schema/reader.ts";
import { FlagError, type FlagValues } from "./apply-flags.ts";

/**
 * Replaces certificates and authorities of the `tls` block, or takes the block away. What else a file
 * says in it stays.
 *
 * @throws FlagError when files are missing, or no good.
 */
export async function applyTlsFlags(values: FlagValues, options: Options): Promise<void> {
  if (values.get("tls") === "false") {
    options.tls = null;
    return;
  }
  const [certFile, keyFile, caFile] = ["tlscert", "tlskey", "tlscacert"].map(
    (name) => values.get(name) ?? "",
  ) as [string, string, string];
  if (certFile === "") throw new FlagError("TLS Server certificate must be present and valid");
  if (keyFile === "") throw new FlagError("TLS Server private key must be present and valid");
  const verify = values.get("tlsverify") === "true";
  const { cipherSuites, curvePreferences, minVersion, certs, insecure } = DEFAULT_TLS;
  options.tls = {
    ...(options.tls ?? DEFAULT_TLS),
    ...{ cipherSuites, curvePreferences, minVersion, certs, insecure },
    ...{ certFile, keyFile, caFile, verify },
  };
  const reader = new Reader(process.env);
  await checkTlsFiles(options.tls, null, reader);
  const [fault] = reader.problems;
  if (fault !== undefined) throw new FlagError(fault.text);
}
