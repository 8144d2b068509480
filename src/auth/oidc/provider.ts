/** One identity provider: whether its tokens are good, and what for. */

import type { OidcOptions } from "../../config/options/oidc.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { AccessTable } from "./access.ts";
import type { KeyStore } from "./key-store.ts";
import type { OidcOutcome, OidcRefusal } from "./oidc-outcome.ts";
import type { ShownToken } from "./token.ts";
import { type ClaimSet, TokenFault } from "./verified-claims.ts";

/** The last day of the calendar that programs have, in seconds since 1970. */
const LAST_SECOND = 8_640_000_000_000;

/** How tokens are checked, apart from their claims. */
export interface SignatureRules {
  isAllowed(algorithm: string, algorithms: OidcOptions["algorithms"]): boolean;
}

/** Made anew at each reload; the store of its keys stays when it is still the same. */
export class Provider {
  readonly options: Readonly<OidcOptions>;
  readonly keys: KeyStore;
  readonly #access: AccessTable;
  readonly #rules: SignatureRules;

  constructor(options: Readonly<OidcOptions>, keys: KeyStore, rules: SignatureRules) {
    this.options = options;
    this.keys = keys;
    this.#access = new AccessTable(options);
    this.#rules = rules;
  }

  /** Decides about a token that says it is from this provider. Never fails. */
  async login(token: ShownToken): Promise<OidcOutcome> {
    const { algorithms } = this.options;
    if (!this.#rules.isAllowed(token.algorithm, algorithms)) {
      return refused("is signed in a way that is not allowed");
    }
    if (token.isCritical) return refused("has a header that is critical, and not understood");
    let set = this.keys.current;
    if (set?.has(token.keyId) !== true) set = await this.keys.renewed();
    if (set === null) return { ...refused("cannot be verified without keys"), isTemporary: true };
    if (!set.has(token.keyId)) {
      return { ...refused("is signed with a key that is not known"), isTemporary: true };
    }
    try {
      return this.decide(await set.verify(token.text, algorithms));
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Decides, by the options and at the time of now, about claims that have been verified. */
  decide(claims: ClaimSet): OidcOutcome {
    try {
      const expiresAtMs = this.#checkClaims(claims);
      const { account, permissions } = this.#access.accessOf(claims);
      const user = claims.nameOf(this.options.nameClaim);
      const subject = claims.find("sub");
      return {
        ok: true,
        account,
        user,
        permissions,
        expiresAtMs,
        subject: typeof subject === "string" ? subject : "",
        issuer: this.options.issuer,
        grounds: { provider: this, claims },
      };
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Milliseconds since 1970 from when on the token counts no more. */
  #checkClaims(claims: ClaimSet): number {
    const { issuer, audience, clockSkewMs } = this.options;
    const now = Date.now();
    if (claims.find("iss") !== issuer) throw new TokenFault("is from another issuer");
    const isForUs =
      audience.length === 0 || claims.texts("aud").some((to) => audience.includes(to));
    if (!isForUs) throw new TokenFault("is for another audience");
    const expiresAt = claims.time("exp");
    if (expiresAt === undefined) throw new TokenFault("never expires");
    if (expiresAt > LAST_SECOND)
      throw new TokenFault(`has a claim ${goQuoteText("exp")} too large`);
    const expiresAtMs = expiresAt * 1000 + clockSkewMs;
    if (expiresAtMs <= now) throw new TokenFault("is expired");
    const latest = (now + clockSkewMs) / 1000;
    if ((claims.time("nbf") ?? 0) > latest) throw new TokenFault("is not valid yet");
    if ((claims.time("iat") ?? 0) > latest) throw new TokenFault("is from the future");
    return expiresAtMs;
  }
}

/** @param fault after `OIDC token `. */
export function refused(fault: string): OidcRefusal {
  return { ok: false, reason: `OIDC token ${fault}`, isTemporary: false };
}

function refusalOf(error: unknown): OidcRefusal {
  if (error instanceof TokenFault) return refused(error.message);
  throw error;
}
