/** Which of two JWTs of an account is to be kept. */

import type { GenericClaims } from "./claims/claims.ts";
import { decodeGenericClaims } from "./claims/decode.ts";

/**
 * Whether a JWT is to replace another.
 *
 * @param existing whatever is in its place; a text that is no JWT is replaced.
 * @throws Error in nats-server's words when the JWT is none, or is of another account.
 */
export async function isNewer(key: string, jwt: string, existing: string): Promise<boolean> {
  const claims = await decodeGenericClaims(jwt);
  let old: GenericClaims;
  try {
    old = await decodeGenericClaims(existing);
  } catch {
    return true;
  }
  if (old.id === claims.id || old.issuedAt > claims.issuedAt) return false;
  if (claims.subject !== key) {
    throw new Error("jwt subject nkey and provided nkey do not match");
  }
  if (old.subject !== claims.subject) {
    throw new Error("subject of existing and new jwt do not match");
  }
  return true;
}
