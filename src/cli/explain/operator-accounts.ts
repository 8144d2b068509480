/**
 * Accounts of operators, as far as their JWTs are at hand: those in the file, and those in a resolver's
 * directory. Nothing is written, and nobody is asked.
 */

import type { AccountSet } from "../../accounts/account-set.ts";
import type { Options } from "../../config/options/options.ts";
import { definitionOf } from "../../trust/account-definition.ts";
import { isAccountKey } from "../../trust/account-key.ts";
import { isNewer } from "../../trust/newer-jwt.ts";
import { Operators } from "../../trust/operators.ts";
import { MissingAccountError, type Resolver } from "../../trust/resolver.ts";
import { TrustedAccounts } from "../../trust/trusted-accounts.ts";
import { ArgumentError } from "../command-arguments.ts";

const EXTENSION = ".jwt";
const FILE_BYTES_MAX = 1024 * 1024;
/** So many accounts are looked at. */
const ACCOUNTS_MAX = 100_000;

/** JWTs that are there already. */
class ReadOnlyResolver implements Resolver {
  readonly isReadOnly = true;
  readonly #preload: Readonly<Record<string, string>>;
  readonly #directory: string;

  constructor({ resolverPreload, resolver }: Options) {
    this.#preload = resolverPreload;
    this.#directory = resolver?.dir ?? "";
  }

  /** Keys of all accounts there are. @throws ArgumentError */
  async keys(): Promise<string[]> {
    const keys = new Set(Object.keys(this.#preload));
    if (this.#directory !== "") {
      const { readdir } = await import("node:fs/promises");
      const names = await readdir(this.#directory).catch(() => [] as string[]);
      for (const name of names) {
        if (name.endsWith(EXTENSION)) keys.add(name.slice(0, -EXTENSION.length));
      }
    }
    const found = [...keys].filter(isAccountKey);
    if (found.length <= ACCOUNTS_MAX) return found;
    throw new ArgumentError(`there are more than ${ACCOUNTS_MAX} accounts`);
  }

  mayHave(key: string): boolean {
    return isAccountKey(key);
  }

  /** The newer one of two counts, as when the server starts. */
  async fetch(key: string): Promise<string> {
    const given = Object.hasOwn(this.#preload, key) ? this.#preload[key] : undefined;
    const kept = this.#directory === "" ? null : await this.#read(key);
    if (kept !== null) {
      return given !== undefined && (await isNewer(key, given, kept)) ? given : kept;
    }
    if (given === undefined) throw new MissingAccountError("account missing");
    return given;
  }

  async #read(key: string): Promise<string | null> {
    const file = Bun.file(`${this.#directory}/${key}${EXTENSION}`);
    if (!(await file.exists())) return null;
    if (file.size <= FILE_BYTES_MAX) return await file.text();
    throw new Error(`${key}${EXTENSION} is larger than ${FILE_BYTES_MAX} bytes`);
  }

  async store(): Promise<void> {}

  close(): void {}
}

/**
 * Makes all accounts that can be had.
 *
 * @param missing gets the others, with the reason.
 * @returns the claims of those that there are.
 * @throws ArgumentError when JWTs would have to be asked for.
 */
export async function loadOperatorAccounts(
  options: Options,
  set: AccountSet,
  missing: Map<string, string>,
): Promise<TrustedAccounts> {
  if (options.resolver?.kind === "url" && Object.keys(options.resolverPreload).length === 0) {
    throw new ArgumentError("the accounts are not in the file: an account server has their JWTs");
  }
  const trusted = new TrustedAccounts(new Operators(options), {
    onUpdate: (claims, bring) => void set.apply(definitionOf(claims), bring),
    onExpired() {},
    onRemove() {},
  });
  const resolver = new ReadOnlyResolver(options);
  trusted.useResolver(resolver);
  for (const key of await resolver.keys()) {
    if ((await trusted.lookup(key)) === null) missing.set(key, trusted.lookupError(key));
  }
  trusted.close();
  return trusted;
}
