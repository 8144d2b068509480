/** Names of hosts, found out in the background: nothing waits for them. */

import type { Resolver } from "node:dns/promises";

/** Addresses that are remembered. */
const KNOWN_MAX = 4096;
/** Questions under way at a time; the others are asked at a later look. */
const PENDING_MAX = 16;
/** How long an answer is waited for; the end of the program waits as long. */
const ANSWER_MS = 1000;

export class HostNames {
  #resolver: Resolver | undefined;
  readonly #known = new Map<string, string>();
  #pending = 0;
  readonly #onFound: () => void;

  constructor(onFound: () => void) {
    this.#onFound = onFound;
  }

  /** The name of an address; "" as long as none is known. */
  nameOf(ip: string): string {
    const known = this.#known.get(ip);
    if (known !== undefined) return known;
    if (this.#pending < PENDING_MAX && this.#known.size < KNOWN_MAX) void this.#find(ip);
    return "";
  }

  async #find(ip: string): Promise<void> {
    this.#pending++;
    this.#known.set(ip, "");
    try {
      const dns = await import("node:dns/promises");
      this.#resolver ??= new dns.Resolver({ timeout: ANSWER_MS, tries: 1 });
      const [name = ""] = await this.#resolver.reverse(ip);
      this.#known.set(ip, name.replace(/[^\w.-]/g, "?"));
      this.#onFound();
    } catch {
      // The address stays what is shown.
    } finally {
      this.#pending--;
    }
  }
}
