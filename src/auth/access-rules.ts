/** What the options in force say of who may connect, ready for decisions. */

import {
  type AuthorizationOptions,
  type ConnectionType,
  DEFAULT_AUTHORIZATION,
  type User,
} from "../config/options/auth.ts";
import type { Options } from "../config/options/options.ts";
import { asksForCredentials } from "../config/validate/users.ts";
import { CertificateMap } from "./certificate/certificate-map.ts";
import { mappedConnectionTypes, mappingListeners } from "./connection-types.ts";
import { Grants } from "./grants.ts";
import type { SignatureVerifier } from "./signature.ts";
import { TrustedProxies } from "./trusted-proxies.ts";
import { UserIndex } from "./user-index.ts";

/** What clients have to show: nothing, that they come through a trusted proxy, or who they are. */
export type Asks = "nothing" | "proxy" | "credentials";

/** Any text will do, since nobody gets in with it. */
const PLAIN_DECOY = "decoy";
const BCRYPT_DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** `$2a$11$`, and then salt and hash. */
const BCRYPT_PREFIX = 7;
const DIGITS_AFTER_COST = 53;
const DECOY_KEY_BYTES = 32;

/** Made anew at each reload. */
export class AccessRules {
  readonly users: UserIndex;
  readonly authorization: Readonly<AuthorizationOptions>;
  readonly asks: Asks;
  readonly noAuthUser: string;
  /** The user of clients that say nothing is the hidden one. */
  readonly hidesNoAuthUser: boolean;
  /** Clients have to show a token that an operator stands behind. */
  readonly areTokensAsked: boolean;
  readonly proxies: TrustedProxies;
  readonly needsNonce: boolean;
  /** Of those that were let in by these rules. */
  readonly grants = new Grants();
  /** Kinds of connections whose listeners take users from certificates. */
  readonly #mapping: ReadonlySet<ConnectionType>;
  /** Kinds of connections by which somebody can be found so. */
  readonly #mappedTypes: readonly ConnectionType[];
  readonly #certificates: CertificateMap | null;
  /** Version and cost of the bcrypt hashes that users have; "" where they have none. */
  readonly #hashPrefix: string;
  readonly #decoyKey = crypto.getRandomValues(new Uint8Array(DECOY_KEY_BYTES));

  /**
   * @param verifier null when `needsSignatures` is false for these options.
   * @param hidden null when `needsHiddenUser` is false for these options.
   */
  constructor(options: Options, verifier: SignatureVerifier | null, hidden: User | null) {
    this.authorization = options.authorization ?? DEFAULT_AUTHORIZATION;
    this.users = new UserIndex(options, hidden);
    this.asks = hidden === null ? whatIsAsked(options) : "credentials";
    this.#hashPrefix = this.users.someHash.slice(0, BCRYPT_PREFIX);
    this.noAuthUser = hidden === null ? options.noAuthUser : hidden.user;
    this.hidesNoAuthUser = hidden !== null;
    this.areTokensAsked = hasOperators(options);
    this.proxies = new TrustedProxies(options.proxies?.trusted ?? [], verifier);
    this.needsNonce = needsSignatures(options);
    this.#mapping = new Set(mappingListeners(options));
    this.#mappedTypes = mappedConnectionTypes(options);
    this.#certificates = this.#mappedTypes.length > 0 ? new CertificateMap(this.users.names) : null;
  }

  /** How users of such a connection are found by certificate; null when they are not. */
  certificateMap(type: ConnectionType): CertificateMap | null {
    return this.#mapping.has(type) ? this.#certificates : null;
  }

  /**
   * Configured secret of a user that there is not. Where users have bcrypt hashes, it is one that no
   * password has: it takes the same time to compare. It is the user's own, as verdicts are remembered
   * by hash: a password that has been tried before would be refused faster for another such user.
   */
  decoyFor(user: string): string {
    if (this.#hashPrefix === "") return PLAIN_DECOY;
    const bytes = new Bun.CryptoHasher("sha512", this.#decoyKey).update(user).digest();
    const digits = Array.from(bytes, (byte) => BCRYPT_DIGITS[byte % BCRYPT_DIGITS.length]);
    return this.#hashPrefix + digits.slice(0, DIGITS_AFTER_COST).join("");
  }

  /** A user without a password that certificates stand for cannot be had by name alone. */
  needsCertificate(user: User): boolean {
    const { allowedConnectionTypes: allowed } = user;
    if (user.password !== "" || user.user === this.noAuthUser) return false;
    return this.#mappedTypes.some((type) => allowed.length === 0 || allowed.includes(type));
  }

  /** A block that asks for proxies means all of its users. */
  needsProxy({ proxyRequired, account }: User): boolean {
    return proxyRequired || (account === "" && this.authorization.proxyRequired);
  }
}

/** Operators stand behind accounts and users; none are configured. */
export function hasOperators({ operators, trustedKeys }: Readonly<Options>): boolean {
  return operators.length > 0 || trustedKeys.length > 0;
}

/** Whether anything is ever signed. */
export function needsSignatures(options: Readonly<Options>): boolean {
  const { proxies } = options;
  if ((proxies?.trusted.length ?? 0) > 0 || hasOperators(options)) return true;
  return hasNkeys(options.authorization?.users) || options.accounts.some((a) => hasNkeys(a.users));
}

function hasNkeys(users: readonly User[] | null | undefined): boolean {
  return users?.some(({ nkey }) => nkey !== "") ?? false;
}

function whatIsAsked(options: Options): Asks {
  if (asksForCredentials(options) || options.authorization?.oidc.length) return "credentials";
  return options.authorization?.proxyRequired ? "proxy" : "nothing";
}
