/** Texts that must be seen nowhere. */

import { expect } from "bun:test";
import type { Seen } from "./monitoring/everything.ts";

/** Characters before a secret that a failure tells. */
const CONTEXT = 80;

export class Secrets {
  readonly #texts = new Map<string, string>();

  /** A text that stands nowhere by chance. */
  make(name: string): string {
    return this.keep(name, `zQ${name}5kWx8vJq2`);
  }

  keep(name: string, text: string): string {
    this.#texts.set(name, text);
    return text;
  }

  /** Fails with the names of those that were found, and where. */
  expectNoneIn(seen: readonly Seen[]): void {
    const found = seen.flatMap(([what, text]) =>
      [...this.#texts]
        .filter(([, secret]) => text.includes(secret))
        .map(([name, secret]) => {
          const at = text.indexOf(secret);
          return `${name} in ${what}: ${text.slice(Math.max(at - CONTEXT, 0), at)}`;
        }),
    );
    expect(found).toEqual([]);
  }
}
