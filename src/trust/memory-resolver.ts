/** JWTs that stand in the configuration. */

import { MissingAccountError, type Resolver } from "./resolver.ts";

export class MemoryResolver implements Resolver {
  readonly isReadOnly = false;
  readonly #jwts = new Map<string, string>();

  mayHave(key: string): boolean {
    return this.#jwts.has(key);
  }

  async fetch(key: string): Promise<string> {
    const jwt = this.#jwts.get(key);
    if (jwt === undefined) throw new MissingAccountError("account missing");
    return jwt;
  }

  async store(key: string, jwt: string): Promise<void> {
    this.#jwts.set(key, jwt);
  }

  /** Forgets all. */
  clear(): void {
    this.#jwts.clear();
  }

  close(): void {}
}
