/** Clients that show a token of an identity provider, in place of a user and a password. */

import type { OidcOptions } from "../../config/options/oidc.ts";
import type { Options } from "../../config/options/options.ts";
import type { Logger } from "../../log/logger.ts";
import type { LoginAttempt } from "../login.ts";
import { KeySource } from "./key-source.ts";
import { KEY_LIMITS, type KeyLimits, KeyStore } from "./key-store.ts";
import type { OidcLogin, OidcOutcome } from "./oidc-outcome.ts";
import { Provider, refused } from "./provider.ts";
import { type ShownToken, shownIssuer, shownToken, TOKEN_BYTES_MAX } from "./token.ts";

/** The part that has the library for signatures. */
type Signatures = typeof import("./signature-check.ts");

/** What of the options a store of keys is made of. */
type KeyBasis = Pick<OidcOptions, "issuer" | "keys" | "caFile" | "allowInsecure">;

/** All that is looked at of a client. */
type Shown = Pick<LoginAttempt, "options">;

/** Only for servers whose options have an `oidc` block: it costs some megabytes of memory. */
export class OidcService {
  readonly #signatures: Signatures;
  readonly #log: Logger;
  readonly #limits: KeyLimits;
  /** By issuer. */
  #providers = new Map<string, Provider>();
  #isStopped = false;

  private constructor(signatures: Signatures, log: Logger, limits: KeyLimits) {
    this.#signatures = signatures;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * Loads what the options need. Keys that come from elsewhere are fetched beside: no provider keeps
   * the server waiting.
   */
  static async load(options: Options, log: Logger, limits = KEY_LIMITS): Promise<OidcService> {
    const service = new OidcService(await import("./signature-check.ts"), log, limits);
    await service.reconfigure(options);
    return service;
  }

  /**
   * Takes over options at a reload. The keys of a provider that is still the same stay; files are
   * read again.
   */
  async reconfigure({ authorization }: Options): Promise<void> {
    if (this.#isStopped) return;
    const before = this.#providers;
    const started: Promise<void>[] = [];
    this.#providers = new Map(
      (authorization?.oidc ?? []).map((options) => {
        const known = before.get(options.issuer);
        const { refreshMs, maxStaleMs } = options;
        const isSame =
          known !== undefined && Bun.deepEquals(basisOf(known.options), basisOf(options));
        const keys = isSame ? known.keys : this.#createStore(options);
        started.push(isSame ? keys.restart({ refreshMs, maxStaleMs }) : keys.start());
        return [options.issuer, new Provider(options, keys, this.#signatures)];
      }),
    );
    const kept = new Set([...this.#providers.values()].map(({ keys }) => keys));
    for (const { keys } of before.values()) if (!kept.has(keys)) keys.stop();
    await Promise.all(started);
  }

  /**
   * Decides about a client. Null when CONNECT has no such token, so that the other ways to log in
   * count. The promise never fails.
   */
  tryToken({ options }: Shown): null | Promise<OidcOutcome> {
    const token = this.#providers.size === 0 ? null : shownToken(options);
    return token === null ? null : this.#login(token);
  }

  /**
   * Decides again about a client that is in, by the options in force now. What its token has proved
   * it need not prove again, unless the provider's keys come from elsewhere now, or it may not be
   * signed like that any more.
   */
  recheck(previous: OidcLogin, { options }: Shown): OidcOutcome | Promise<OidcOutcome> {
    const { provider: before, claims } = previous.grounds;
    const provider = this.#providers.get(previous.issuer);
    if (provider === undefined) return refused(UNKNOWN_ISSUER);
    const { algorithms } = before.options;
    const isSame = Bun.deepEquals(algorithms, provider.options.algorithms);
    if (provider.keys === before.keys && isSame) return provider.decide(claims);
    const token = shownToken(options);
    return token === null ? refused(UNKNOWN_ISSUER) : this.#login(token);
  }

  /** Ends what runs beside the server. */
  stop(): void {
    this.#isStopped = true;
    for (const { keys } of this.#providers.values()) keys.stop();
  }

  async #login(token: ShownToken): Promise<OidcOutcome> {
    if (token.text.length > TOKEN_BYTES_MAX)
      return refused(`is larger than ${TOKEN_BYTES_MAX} bytes`);
    const provider = this.#providers.get(shownIssuer(token));
    return provider === undefined ? refused(UNKNOWN_ISSUER) : provider.login(token);
  }

  #createStore(options: OidcOptions): KeyStore {
    const { KeySet } = this.#signatures;
    const parts = {
      issuer: options.issuer,
      source: new KeySource(options, this.#limits),
      limits: this.#limits,
      log: this.#log,
      createSet: (keys: ConstructorParameters<typeof KeySet>[0]) => new KeySet(keys),
    };
    return new KeyStore(parts, options);
  }
}

const UNKNOWN_ISSUER = "is from an issuer that is not configured";

function basisOf({ issuer, keys, caFile, allowInsecure }: Readonly<OidcOptions>): KeyBasis {
  return { issuer, keys, caFile, allowInsecure };
}
