/** Proxies that clients may come through, known by their signatures of the clients' nonces. */

import type { ConnectOptions } from "../protocol/connect-options.ts";
import type { LoginAttempt } from "./login.ts";
import { decodeRawUrlBase64, type SignatureVerifier } from "./signature.ts";

export class TrustedProxies {
  readonly #keys: readonly string[];
  readonly #verifier: SignatureVerifier | null;

  /** @param verifier null only without keys. */
  constructor(keys: readonly string[], verifier: SignatureVerifier | null) {
    this.#keys = keys;
    this.#verifier = verifier;
  }

  /**
   * The public key of the proxy that has signed the nonce, "" when none claims to have, null when the
   * claim is not true.
   *
   * @param known the key that was found before: it only has to be trusted still.
   */
  keyOf(
    attempt: LoginAttempt,
    { proxy_sig }: Readonly<ConnectOptions>,
    known: string,
  ): string | null {
    if (known !== "") return this.#keys.includes(known) ? known : null;
    const verifier = this.#verifier;
    if (proxy_sig === "" || verifier === null || this.#keys.length === 0) return "";
    const signature = decodeRawUrlBase64(proxy_sig);
    if (signature === null) {
      attempt.debug("Proxy signature not valid base64");
      return null;
    }
    // Without a nonce the signature would be good for ever.
    if (attempt.nonce === "") return null;
    return this.#keys.find((key) => verifier.verify(key, attempt.nonce, signature)) ?? null;
  }
}
