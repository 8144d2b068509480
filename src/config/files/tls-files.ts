/** Certificates and keys that `tls` blocks name: whether they can be used, in nats-server's words. */

import type { X509Certificate } from "node:crypto";
import type { Place } from "../language/source.ts";
import type { KeyPairFiles, TlsOptions } from "../options/tls.ts";
import type { Reader } from "../schema/reader.ts";
import { keyFault } from "./key-fault.ts";
import { readWholeFile } from "./whole-file.ts";

interface PemBlock {
  /** Such as `CERTIFICATE` or `EC PRIVATE KEY`. */
  readonly type: string;
  readonly hasHeaders: boolean;
  readonly isEncrypted: boolean;
  readonly der: Buffer;
}

const PEM = /^-----BEGIN ([^\r\n]*?)-----[ \t]*\r?\n(.*?)^-----END \1-----/gms;
/** Lines such as `DEK-Info: …` in front of the data. */
const PEM_HEADERS = /^(?:[^\r\n]*:[^\r\n]*\r?\n)+\r?\n?/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** What the algorithm of a certificate's public key is called when it is on an elliptic curve. */
const EC_PUBLIC_KEY = Buffer.from("2a8648ce3d0201", "hex");
const PRIVATE_KEY_FORMS = ["pkcs1", "pkcs8", "sec1"] as const;
/** Curves that TLS signs on, in the runtime's terms. The runtime knows P-224 too. */
const SIGNING_CURVES: readonly (string | undefined)[] = ["prime256v1", "secp384r1", "secp521r1"];
/** Types of keys that TLS has a use for, in the runtime's terms. */
const KEY_TYPES: readonly (string | undefined)[] = ["rsa", "ec", "ed25519"];

/** Reports what is wrong with the files of a block. */
export async function checkTlsFiles(
  options: TlsOptions,
  block: Place | null,
  reader: Reader,
): Promise<void> {
  for await (const { text, hint } of tlsFileFaults(options)) reader.error(block, text, hint);
}

/** A mistake in nats-server's words, and what to do about it. */
export interface TlsFileFault {
  readonly text: string;
  readonly hint?: string;
}

/** How files are read: the content, or an error in Go's words. */
export type FileReader = (path: string) => Promise<Buffer | Error>;

/** Everything that is wrong with the files that a block names. */
export async function* tlsFileFaults(
  options: TlsOptions,
  read: FileReader = readWholeFile,
): AsyncIterable<TlsFileFault> {
  const { certFile, keyFile, certStore, certs, caFile } = options;
  if (certFile !== "" && certStore !== "") {
    yield { text: "'cert_file' and 'cert_store' may not both be configured" };
  } else if (certFile !== "" && keyFile === "") {
    yield { text: "missing 'key_file' in TLS configuration" };
  } else if (certFile === "" && keyFile !== "") {
    yield { text: "missing 'cert_file' in TLS configuration" };
  } else if (certFile !== "") yield* pairFaults([options], read, () => "");
  else if (certStore === "") {
    yield* pairFaults(certs, read, (index) => ` ${index + 1}/${certs.length}`);
  }
  const text = caFile === "" ? null : await authoritiesFault(caFile, read);
  if (text !== null) yield { text };
}

async function* pairFaults(
  pairs: readonly KeyPairFiles[],
  read: FileReader,
  which: (index: number) => string,
): AsyncIterable<TlsFileFault> {
  for (const [index, pair] of pairs.entries()) {
    const fault = await pairFault(pair, read);
    if (fault === null) continue;
    yield {
      ...fault,
      text: `error parsing X509 certificate/key pair${which(index)}: ${fault.text}`,
    };
  }
}

async function pairFault(
  { certFile, keyFile }: KeyPairFiles,
  read: FileReader,
): Promise<TlsFileFault | null> {
  const certificate = await read(certFile);
  if (certificate instanceof Error) return { text: certificate.message };
  const key = await read(keyFile);
  if (key instanceof Error) return { text: key.message };
  const keyBlocks = pemBlocks(key);
  try {
    await checkPair(certificateOf(pemBlocks(certificate)), keyOf(keyBlocks).der);
    return null;
  } catch (error) {
    if (!(error instanceof PairError)) throw error;
    if (!keyBlocks.some(({ isEncrypted }) => isEncrypted)) return { text: error.message };
    const hint = `the key has a passphrase: "openssl pkey -in ${keyFile}" writes it without one`;
    return { text: error.message, hint };
  }
}

class PairError extends Error {}

function certificateOf(blocks: readonly PemBlock[]): Buffer {
  const found = blocks.find(({ type }) => type === "CERTIFICATE");
  if (found !== undefined) return found.der;
  const [only, ...others] = blocks;
  if (only === undefined) {
    throw new PairError("tls: failed to find any PEM data in certificate input");
  }
  throw new PairError(
    others.length === 0 && only.type.endsWith("PRIVATE KEY")
      ? "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"
      : `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${typesOf(blocks)}`,
  );
}

function keyOf(blocks: readonly PemBlock[]): PemBlock {
  const found = blocks.find(({ type }) => /^(?:.* )?PRIVATE KEY$/.test(type));
  if (found !== undefined) return found;
  const [only, ...others] = blocks;
  if (only === undefined) throw new PairError("tls: failed to find any PEM data in key input");
  throw new PairError(
    others.length === 0 && only.type === "CERTIFICATE"
      ? "tls: found a certificate rather than a key in the PEM for the private key"
      : `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${typesOf(blocks)}`,
  );
}

function typesOf(blocks: readonly PemBlock[]): string {
  return `[${blocks.map(({ type }) => type).join(" ")}]`;
}

/** The runtime's cryptography is loaded when there is something to check, for it takes memory. */
async function checkPair(certificate: Buffer, key: Buffer): Promise<void> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  const parsed = attempt(() => new X509Certificate(certificate));
  if (parsed === undefined) throw new PairError("x509: malformed certificate");
  const publicType = publicKeyType(parsed);
  if (publicType === undefined && certificate.includes(EC_PUBLIC_KEY)) {
    throw new PairError("x509: unsupported elliptic curve");
  }
  const privateKey = PRIVATE_KEY_FORMS.map((type) =>
    attempt(() => createPrivateKey({ key, format: "der", type })),
  ).find((each) => each !== undefined);
  if (privateKey === undefined) {
    const reason = keyFault(key);
    throw new PairError(`tls: failed to parse private key${reason === null ? "" : `: ${reason}`}`);
  }
  if (!KEY_TYPES.includes(privateKey.asymmetricKeyType)) {
    throw new PairError("tls: found unknown private key type in PKCS#8 wrapping");
  }
  if (!KEY_TYPES.includes(publicType)) throw new PairError("tls: unknown public key algorithm");
  if (publicType !== privateKey.asymmetricKeyType) {
    throw new PairError("tls: private key type does not match public key type");
  }
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new PairError("tls: private key does not match public key");
  }
  if (publicType !== "ec") return;
  const curve = parsed.publicKey.asymmetricKeyDetails?.namedCurve;
  // No client could ever connect.
  if (!SIGNING_CURVES.includes(curve)) {
    throw new PairError("tls: unsupported certificate curve (P-224)");
  }
}

function publicKeyType(certificate: X509Certificate): string | undefined {
  return attempt(() => certificate.publicKey.asymmetricKeyType);
}

async function authoritiesFault(path: string, read: FileReader): Promise<string | null> {
  const file = await read(path);
  if (file instanceof Error) return file.message;
  const { X509Certificate } = await import("node:crypto");
  const isUsable = pemBlocks(file).some(({ type, hasHeaders, der }) => {
    if (type !== "CERTIFICATE" || hasHeaders) return false;
    const parsed = attempt(() => new X509Certificate(der));
    if (parsed === undefined) return false;
    return publicKeyType(parsed) !== undefined || !der.includes(EC_PUBLIC_KEY);
  });
  return isUsable ? null : "failed to parse root ca certificate";
}

/** What the runtime has to say of it is of no use to anybody. */
function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/** Blocks of a PEM file; what is no block, or a broken one, is passed over, as by Go. */
function pemBlocks(file: Buffer): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, type = "", body = ""] of file.toString("latin1").matchAll(PEM)) {
    const data = body.replace(PEM_HEADERS, "").replace(/\s/g, "");
    if (!BASE64.test(data) || data.length % 4 !== 0) continue;
    const hasHeaders = PEM_HEADERS.test(body);
    const isEncrypted = type.startsWith("ENCRYPTED ") || /^Proc-Type: .*ENCRYPTED/.test(body);
    blocks.push({ type, hasHeaders, isEncrypted, der: Buffer.from(data, "base64") });
  }
  return blocks;
}
