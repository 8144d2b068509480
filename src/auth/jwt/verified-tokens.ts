/**
 * Tokens of users that have been let in, so that their signatures need not be verified again when the
 * same users come back. What else a token has to be good for is looked at each time.
 *
 * Only what an operator stands behind is kept, so nobody else can fill the memory.
 */

import type { UserClaims } from "../../trust/claims/claims.ts";

const TOKENS_MAX = 4096;
/** Characters of all tokens together. */
const TEXT_MAX = 4 * 1024 * 1024;
const KEY_BYTES = 32;

export class VerifiedTokens {
  readonly #key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  /** By a digest that nobody outside can compute. The one that was used last is the last. */
  readonly #claims = new Map<string, UserClaims>();
  #textLength = 0;

  find(token: string): UserClaims | undefined {
    const digest = this.#digest(token);
    const claims = this.#claims.get(digest);
    if (claims === undefined) return undefined;
    this.#claims.delete(digest);
    this.#claims.set(digest, claims);
    return claims;
  }

  /** The oldest ones have to go when there is no room. */
  keep(claims: UserClaims): void {
    const digest = this.#digest(claims.token);
    if (this.#claims.has(digest) || claims.token.length > TEXT_MAX) return;
    this.#claims.set(digest, claims);
    this.#textLength += claims.token.length;
    for (const [oldest, { token }] of this.#claims) {
      if (this.#claims.size <= TOKENS_MAX && this.#textLength <= TEXT_MAX) return;
      this.#claims.delete(oldest);
      this.#textLength -= token.length;
    }
  }

  #digest(token: string): string {
    return new Bun.CryptoHasher("sha256", this.#key).update(token).digest("base64");
  }
}
