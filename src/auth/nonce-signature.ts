/** A client's proof that it has the key it says it has: the nonce, signed. */

import { publicNkeyFault } from "../protocol/nkeys.ts";
import type { LoginAttempt } from "./login.ts";
import { decodeSignature, type SignatureVerifier } from "./signature.ts";

/** Whether the owner of the public key has signed the nonce; the reason why not goes to the log. */
export function hasSignedNonce(
  verifier: SignatureVerifier,
  nkey: string,
  signature: string,
  attempt: LoginAttempt,
): boolean | Promise<boolean> {
  if (signature === "") {
    attempt.debug("Signature missing");
    return false;
  }
  const bytes = decodeSignature(signature);
  if (bytes === null) {
    attempt.debug("Signature not valid base64");
    return false;
  }
  const fault = publicNkeyFault(nkey);
  if (fault !== null) {
    attempt.debug(`User nkey not valid: ${fault}`);
    return false;
  }
  // Without a nonce the signature would be good for ever, for whoever has seen it once.
  const { nonce } = attempt;
  const isGood = nonce !== "" && verifier.verifyAside(nkey, nonce, bytes);
  return Promise.resolve(isGood).then((decided) => {
    if (!decided) attempt.debug("Signature not verified");
    return decided;
  });
}
