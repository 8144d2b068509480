/** What the options in force say of who may connect, ready for decisions. */

import {
  type AuthorizationOptions,
  type ConnectionType,
  DEFAULT_AUTHORIZATION,
  type User,
} from "../config/options/auth.ts";
import type { Options } from "../config/options/options.ts";
import { asksForCredentials } from "../config/validate/users.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import { CertificateMap } from "./certificate/certificate-map.ts";
import { mappedConnectionTypes, mappingListeners } from "./connection-types.ts";
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
  readonly proxies: TrustedProxies;
  readonly needsNonce: boolean;
  /** Kinds of connections whose listeners take users from certificates. */
  readonly #mapping: ReadonlySet<ConnectionType>;
  /** Kinds of connections by which somebody can be found so. */
  readonly #mappedTypes: readonly ConnectionType[];
  readonly #certificates: CertificateMap | null;
  /** Version and cost of the bcrypt hashes that users have; "" where they have none. */
  readonly #hashPrefix: string;
  readonly #decoyKey = crypto.getRandomValues(new Uint8Array(DECOY_KEY_BYTES));

  /** @param verifier null when `needsSignatures` is false for these options. */
  constructor(options: Options, verifier: SignatureVerifier | null) {
    const authorization = options.authorization ?? DEFAULT_AUTHORIZATION;
    this.authorization = authorization;
    this.users = new UserIndex(authorization.users ?? [], authorization.defaultPermissions);
    this.asks = whatIsAsked(options);
    this.#hashPrefix = hashPrefixOf(authorization.users ?? []);
    this.noAuthUser = options.noAuthUser;
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
  needsProxy({ proxyRequired }: User): boolean {
    return proxyRequired || this.authorization.proxyRequired;
  }
}

/** Whether anything is ever signed. */
export function needsSignatures({ authorization, proxies }: Options): boolean {
  if ((proxies?.trusted.length ?? 0) > 0) return true;
  return authorization?.users?.some(({ nkey }) => nkey !== "") ?? false;
}

function whatIsAsked(options: Options): Asks {
  if (asksForCredentials(options)) return "credentials";
  return options.authorization?.proxyRequired ? "proxy" : "nothing";
}

function hashPrefixOf(users: readonly User[]): string {
  return (
    users.find(({ password }) => isBcryptHash(password))?.password.slice(0, BCRYPT_PREFIX) ?? ""
  );
}
