/**
 * JWTs in a directory: all there are, or those in use, of which others are asked in the system
 * account.
 */

import type { ResolverOptions } from "../config/options/trust.ts";
import { isAccountKey } from "./account-key.ts";
import { JwtDirectory, type JwtDirectorySettings } from "./jwt-directory.ts";
import type { PeerLookup } from "./peer-lookup.ts";
import type { Resolver } from "./resolver.ts";

const FETCH_MS = 1900;
const CACHED_MAX = 1000;
const COMPARE_MS = 60_000;

/** Whether a JWT may be kept: it is the account's, and a trusted operator's. @throws Error if not. */
export type Vet = (key: string, jwt: string) => Promise<void>;

export class DirectoryResolver implements Resolver {
  readonly isReadOnly = false;
  readonly directory: JwtDirectory;
  readonly #vet: Vet;
  #options: ResolverOptions;
  #peers: PeerLookup | null = null;

  private constructor(directory: JwtDirectory, options: ResolverOptions, vet: Vet) {
    this.directory = directory;
    this.#options = options;
    this.#vet = vet;
  }

  /** @throws Error in Go's words when the directory cannot be used. */
  static async open(options: ResolverOptions, vet: Vet): Promise<DirectoryResolver> {
    const directory = await JwtDirectory.open(options.dir, settingsOf(options));
    return new DirectoryResolver(directory, options, vet);
  }

  get isCache(): boolean {
    return this.#options.kind === "cache";
  }

  /** Time between two comparisons with what other servers have. */
  get compareMs(): number {
    return this.#options.intervalMs > 0 ? this.#options.intervalMs : COMPARE_MS;
  }

  /** From now on others are asked for what is not there; null: no more. */
  set peers(peers: PeerLookup | null) {
    this.#peers = peers;
  }

  /** Whether other options mean the same directory, in the same use. */
  isFor({ kind, dir }: ResolverOptions): boolean {
    return kind === this.#options.kind && dir === this.#options.dir;
  }

  /** Takes over other settings, and looks at the directory anew. */
  async reload(options: ResolverOptions): Promise<void> {
    await this.directory.reload(settingsOf(options));
    this.#options = options;
  }

  mayHave(key: string): boolean {
    return isAccountKey(key);
  }

  async fetch(key: string): Promise<string> {
    let fault: unknown;
    try {
      const jwt = await this.directory.load(key);
      if (jwt !== "") return jwt;
    } catch (error) {
      fault = error;
    }
    if (this.#peers === null) throw fault ?? new Error("invalid JWT");
    const { timeoutMs } = this.#options;
    const jwt = await this.#peers.ask(key, timeoutMs > 0 ? timeoutMs : FETCH_MS);
    await this.merge(key, jwt);
    return jwt;
  }

  async store(key: string, jwt: string): Promise<void> {
    await this.directory.saveIfNewer(key, jwt);
  }

  /**
   * Keeps a JWT that somebody else has sent, unless a newer one is there.
   *
   * @returns whether the file has changed.
   * @throws Error when it is not to be kept.
   */
  async merge(key: string, jwt: string): Promise<boolean> {
    await this.#vet(key, jwt);
    return await this.directory.saveIfNewer(key, jwt);
  }

  close(): void {
    this.#peers = null;
    this.directory.close();
  }
}

function settingsOf(options: ResolverOptions): JwtDirectorySettings {
  const { kind, limit, ttlMs, allowDelete, hardDelete } = options;
  if (kind === "cache") {
    return { limit: limit > 0 ? limit : CACHED_MAX, evicts: true, ttlMs, deletion: "remove" };
  }
  return {
    limit: limit > 0 ? limit : Number.POSITIVE_INFINITY,
    evicts: false,
    ttlMs: 0,
    deletion: allowDelete ? (hardDelete ? "remove" : "rename") : null,
  };
}
