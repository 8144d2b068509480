/** What becomes of a client that shows a token of an identity provider. */

import type { Permissions } from "../../config/options/auth.ts";
import type { Provider } from "./provider.ts";
import type { ClaimSet } from "./verified-claims.ts";

/** The token is good, and there is a rule for it. */
export interface OidcLogin {
  readonly ok: true;
  /** Name of the account, `$G` included. It need not exist. */
  readonly account: string;
  /** Name for labels and lists. */
  readonly user: string;
  /**
   * Null when neither the rule nor the provider's block gives any: the defaults count. The same object
   * for all logins for which it is the same, as long as the options are.
   */
  readonly permissions: Permissions | null;
  /** Milliseconds since 1970, always there. */
  readonly expiresAtMs: number;
  /** The claim `sub`; "" when the token has none. */
  readonly subject: string;
  readonly issuer: string;
  /** For `OidcService.recheck`. */
  readonly grounds: OidcGrounds;
}

/** What a login rests on. */
export interface OidcGrounds {
  readonly provider: Provider;
  readonly claims: ClaimSet;
}

/** The token is refused; nothing else of the same CONNECT may then let the client in. */
export interface OidcRefusal {
  readonly ok: false;
  /** For the debug log: `OIDC token …`. Nothing in it is secret. */
  readonly reason: string;
  /** The provider's keys could not be had in time, so the client may try again. */
  readonly isTemporary: boolean;
}

export type OidcOutcome = OidcLogin | OidcRefusal;
