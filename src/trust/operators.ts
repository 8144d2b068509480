/** Whom the server trusts: keys of operators. They stay as they are until a restart. */

import type { Options } from "../config/options/options.ts";
import type { TrustedOperator } from "../config/options/trust.ts";

export type OperatorOptions = Pick<Options, "operators" | "trustedKeys" | "systemAccount">;

export class Operators {
  /** Public key of the system account; empty for none. */
  readonly systemAccount: string;
  readonly #first: TrustedOperator | undefined;
  readonly #isOnly: boolean;
  readonly #trusted: ReadonlySet<string>;
  readonly #strict: ReadonlySet<string>;

  constructor({ operators, trustedKeys, systemAccount }: OperatorOptions) {
    this.#first = operators[0];
    this.#isOnly = operators.length === 1;
    this.systemAccount = systemAccount;
    this.#trusted = new Set([...trustedKeys, ...operators.flatMap(keysOf)]);
    const strict = operators.filter(({ strictSigningKeyUsage }) => strictSigningKeyUsage);
    this.#strict = new Set(strict.flatMap(({ signingKeys }) => signingKeys));
  }

  /** Whether accounts come from JWTs. */
  get isOperatorMode(): boolean {
    return this.#trusted.size > 0;
  }

  /**
   * Who the system account is assumed to be signed by while its JWT cannot be had; null when it has
   * to be there.
   */
  get bootstrapIssuer(): string | null {
    return this.#isOnly && this.systemAccount !== "" ? this.#first!.key : null;
  }

  /** Whether accounts count that are signed with this key. */
  isTrustedIssuer(key: string): boolean {
    return this.#trusted.has(key);
  }

  /** In accounts signed with this key of an operator, users have to be signed by signing keys. */
  isStrict(key: string): boolean {
    return this.#strict.has(key);
  }

  /** The first operator leaves signing to its signing keys, and this is its own key. */
  mustUseSigningKey(issuer: string): boolean {
    return this.#first?.strictSigningKeyUsage === true && issuer === this.#first.key;
  }

  /** Whether the first operator asks for something when a request is signed with this key. */
  speaksForOperator(key: string): boolean {
    return this.#first !== undefined && keysOf(this.#first).includes(key);
  }

  /** Services of directories need an operator with a key that counts. */
  get hasOperatorKey(): boolean {
    return this.#first !== undefined && keysOf(this.#first).length > 0;
  }
}

/** Keys that sign accounts of an operator. */
function keysOf({ key, signingKeys, strictSigningKeyUsage }: TrustedOperator): string[] {
  return strictSigningKeyUsage ? signingKeys : [key, ...signingKeys];
}
