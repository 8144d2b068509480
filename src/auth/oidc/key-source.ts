/** Where the keys of an identity provider are read from. */

import { readWholeFile } from "../../config/files/whole-file.ts";
import type { OidcOptions } from "../../config/options/oidc.ts";
import { JwksError, type PublicJwk, publicKeysIn } from "../../protocol/jwks.ts";
import { FetchError, type FetchLimits, type FetchTrust, fetchJson } from "./fetch-json.ts";

/** Why there are no keys: one line without secrets. */
export class KeySourceError extends Error {}

export class KeySource {
  readonly #options: Readonly<OidcOptions>;
  readonly #limits: FetchLimits;

  constructor(options: Readonly<OidcOptions>, limits: FetchLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  /** Whether keys can ever be others than those that were read first. */
  get canChange(): boolean {
    return this.#options.keys.kind !== "inline";
  }

  /** Whether reading takes as long as somebody else likes. */
  get isRemote(): boolean {
    const { kind } = this.#options.keys;
    return kind === "url" || kind === "discovery";
  }

  /**
   * @param stopped ends what is under way.
   * @throws KeySourceError
   */
  async read(stopped: AbortSignal): Promise<PublicJwk[]> {
    try {
      return publicKeysIn(await this.#readSet(stopped));
    } catch (error) {
      const isExplained = error instanceof JwksError || error instanceof FetchError;
      if (isExplained) throw new KeySourceError(error.message);
      throw error;
    }
  }

  async #readSet(stopped: AbortSignal): Promise<unknown> {
    const { keys } = this.#options;
    switch (keys.kind) {
      case "inline":
        return parse(keys.json);
      case "file":
        return parse(await this.#readFile(keys.path));
      case "url":
        return this.#fetch(keys.url, stopped, await this.#trust());
      case "discovery": {
        const trust = await this.#trust();
        const address = this.#addressIn(await this.#fetch(keys.url, stopped, trust));
        return this.#fetch(address, stopped, trust);
      }
    }
  }

  /** Read each time, as it may be renewed too. */
  async #trust(): Promise<FetchTrust> {
    const { caFile, allowInsecure } = this.#options;
    return { authorities: caFile === "" ? "" : await this.#readFile(caFile), allowInsecure };
  }

  #fetch(address: string, stopped: AbortSignal, trust: FetchTrust): Promise<unknown> {
    return fetchJson(address, this.#limits, trust, stopped);
  }

  /** A description of another provider than the one that was asked for is not believed. */
  #addressIn(description: unknown): string {
    const { issuer, jwks_uri: address } = (description ?? {}) as Record<string, unknown>;
    if (issuer !== this.#options.issuer) {
      throw new KeySourceError("its description names another issuer");
    }
    if (typeof address === "string" && URL.canParse(address)) return address;
    throw new KeySourceError("its description names no jwks_uri");
  }

  async #readFile(path: string): Promise<string> {
    const file = await readWholeFile(path);
    if (file instanceof Error) throw new KeySourceError(file.message);
    if (file.length <= this.#limits.bytesMax) return file.toString();
    throw new KeySourceError(`${path} is larger than ${this.#limits.bytesMax} bytes`);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new KeySourceError("it is no JSON");
  }
}
