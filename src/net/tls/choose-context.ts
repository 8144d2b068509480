/** The certificate for a client, where a listener has several: the first one that fits. */

import { covers } from "../../auth/certificate/covers.ts";
import { type ClientHello, TLS_1_3 } from "./client-hello.ts";
import type { ServerContext } from "./contexts.ts";

/** Suites of TLS 1.2 whose server signs with a key of one type. */
const ECDSA_SUITES: ReadonlySet<number> = new Set([0xc02b, 0xc02c, 0xcca9, 0xc009, 0xc00a, 0xc023]);
const RSA_SUITES: ReadonlySet<number> = new Set([
  0xc02f, 0xc030, 0xcca8, 0xc013, 0xc014, 0xc027, 0x009c, 0x009d, 0x002f, 0x0035, 0x000a,
]);
const ECDSA_SCHEMES: readonly number[] = [0x0403, 0x0503, 0x0603];
const RSA_SCHEMES: readonly number[] = [0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601];
const ED25519_SCHEMES: readonly number[] = [0x0807];

/** Null when there is none at all. The first one is for clients that none fits. */
export function chooseContext(
  contexts: readonly ServerContext[],
  hello: ClientHello,
): ServerContext | null {
  if (contexts.length > 1) {
    const fitting = contexts.find((context) => fits(context, hello));
    if (fitting !== undefined) return fitting;
  }
  return contexts[0] ?? null;
}

function fits({ keyType, dnsNames }: ServerContext, hello: ClientHello): boolean {
  const { serverName, versions, cipherSuites } = hello;
  if (serverName !== "" && !dnsNames.some((name) => covers(name, serverName))) return false;
  const isModern = versions.includes(TLS_1_3);
  switch (keyType) {
    case "ecdsa":
      if (!isModern && !cipherSuites.some((suite) => ECDSA_SUITES.has(suite))) return false;
      return takes(hello, ECDSA_SCHEMES);
    case "rsa":
      if (!isModern && !cipherSuites.some((suite) => RSA_SUITES.has(suite))) return false;
      return takes(hello, RSA_SCHEMES);
    case "ed25519":
      if (!isModern && !cipherSuites.some((suite) => ECDSA_SUITES.has(suite))) return false;
      return takes(hello, ED25519_SCHEMES);
    default:
      return false;
  }
}

/** A client that names no schemes takes the oldest ones. */
function takes({ signatureSchemes }: ClientHello, schemes: readonly number[]): boolean {
  return signatureSchemes.length === 0 || signatureSchemes.some((each) => schemes.includes(each));
}
