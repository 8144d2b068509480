/** Flags on TLS for clients. */

import { checkTlsFiles } from "../config/files/tls-files.ts";
import type { Options } from "../config/options/options.ts";
import { DEFAULT_TLS } from "../config/options/tls.ts";
import { Reader } from "../config/schema/reader.ts";
import { FlagError, type FlagValues } from "./apply-flags.ts";

/**
 * Replaces the certificate in the `tls` block, and what else flags name, or takes the block away. All
 * else that a file says in it stays: in nats-server a certificate given by flags drops the
 * verification of clients, authorities, cipher suites, curves and the oldest version without a word.
 *
 * @throws FlagError when files are missing, or no good.
 */
export async function applyTlsFlags(values: FlagValues, options: Options): Promise<void> {
  if (values.get("tls") === "false") {
    options.tls = null;
    return;
  }
  const certFile = values.get("tlscert") ?? "";
  const keyFile = values.get("tlskey") ?? "";
  if (certFile === "") throw new FlagError("TLS Server certificate must be present and valid");
  if (keyFile === "") throw new FlagError("TLS Server private key must be present and valid");
  const tls = options.tls ?? structuredClone(DEFAULT_TLS);
  const verify = values.get("tlsverify");
  options.tls = {
    ...tls,
    ...{ certFile, keyFile, certs: [] },
    caFile: values.get("tlscacert") ?? tls.caFile,
    verify: verify === undefined ? tls.verify : verify === "true",
  };
  const reader = new Reader(process.env);
  await checkTlsFiles(options.tls, null, reader);
  const [fault] = reader.problems;
  if (fault !== undefined) throw new FlagError(fault.text);
}
