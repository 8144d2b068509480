/**
 * Accounts by JWTs of operators: the resolver that they come from, and the services about them.
 *
 * In this order: `open` before anything is said or listened to, `start` once the system account is
 * there, `reload` any number of times, `stop`.
 */

import type { Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import { SYSTEM_ACCOUNT } from "../protocol/account-names.ts";
import { ClaimsServices, type ServiceHost } from "./claims-services.ts";
import { DirectoryResolver } from "./directory-resolver.ts";
import { MemoryResolver } from "./memory-resolver.ts";
import { Operators } from "./operators.ts";
import { warnOfPreloads } from "./preload-warnings.ts";
import type { Resolver } from "./resolver.ts";
import { TrustedAccounts, type TrustListener } from "./trusted-accounts.ts";
import { UrlResolver } from "./url-resolver.ts";

export type TrustOptions = Pick<
  Options,
  "operators" | "trustedKeys" | "systemAccount" | "resolver" | "resolverTls" | "resolverPreload"
>;

/** How often the system account is asked for while it cannot be had. */
const BOOTSTRAP_MS = 1000;

export class OperatorMode {
  readonly accounts: TrustedAccounts;
  readonly #log: Logger;
  #options: TrustOptions;
  #resolver: Resolver | null = null;
  #services: ClaimsServices | null = null;
  #host: ServiceHost | null = null;
  #bootstrapTimer: Timer | undefined;

  /** @param listener is called from `open` on. */
  constructor(options: TrustOptions, log: Logger, listener: TrustListener) {
    this.#options = options;
    this.#log = log;
    this.accounts = new TrustedAccounts(new Operators(options), listener);
  }

  /**
   * Makes the resolver ready and gets the system account, without a word in the log.
   *
   * @throws Error in nats-server's words when the server cannot start with it.
   */
  async open(): Promise<void> {
    const { operators } = this.accounts;
    const resolver = await this.#openResolver(this.#options);
    this.#use(resolver);
    await preload(resolver, this.#options);
    if (resolver instanceof UrlResolver) await resolver.check();
    const { systemAccount, bootstrapIssuer } = operators;
    if (systemAccount === "" || systemAccount === SYSTEM_ACCOUNT) return;
    if ((await this.accounts.lookup(systemAccount)) !== null) return;
    const mayBeMissing = resolver !== null && !(resolver instanceof MemoryResolver);
    if (bootstrapIssuer === null || !mayBeMissing) {
      const reason = this.accounts.lookupError(systemAccount);
      throw new Error(`error resolving system account: ${reason}`);
    }
    this.accounts.bootstrap(systemAccount, bootstrapIssuer);
  }

  /**
   * Offers the services of the system account.
   *
   * @throws Error whose message follows `Could not start resolver: `.
   */
  async start(host: ServiceHost): Promise<void> {
    this.accounts.loader.log = this.#log;
    await warnOfPreloads(this.#options.resolverPreload, this.#log);
    this.#host = host;
    this.#serve();
    this.#announce();
    if (this.accounts.isBootstrapped(this.accounts.operators.systemAccount)) {
      this.#log.info("Using bootstrapping system account");
      this.#retrySystemAccount();
    }
  }

  /**
   * Takes over other options, apart from operators and keys. JWTs in the configuration are compared
   * with those of loaded accounts, and so are files of a directory, which nats-server does not look
   * at again.
   *
   * @throws Error when the new resolver cannot be used; the old one stays then.
   */
  async reload(options: TrustOptions): Promise<void> {
    const old = this.#resolver;
    if ((options.resolver === null) !== (old === null)) {
      throw new Error("config reload does not support moving to or from an account resolver");
    }
    const resolver = await this.#reopenResolver(options);
    this.#options = options;
    if (resolver !== old) {
      this.#services?.stop();
      old?.close();
      this.#use(resolver);
    }
    await preload(resolver, options).catch((error) => this.#log.error((error as Error).message));
    if (resolver instanceof MemoryResolver) {
      await warnOfPreloads(options.resolverPreload, this.#log);
      await this.accounts.refetch(this.accounts.operators.systemAccount);
    }
    if (resolver instanceof DirectoryResolver) await this.#followFiles(resolver);
    if (this.#host === null) return;
    if (resolver !== old || resolver instanceof DirectoryResolver) this.#serve();
    if (resolver !== old) this.#announce();
  }

  stop(): void {
    clearTimeout(this.#bootstrapTimer);
    this.#host = null;
    this.#services?.stop();
    this.#resolver?.close();
    this.accounts.close();
  }

  #use(resolver: Resolver | null): void {
    this.#resolver = resolver;
    this.accounts.useResolver(resolver);
  }

  #serve(): void {
    this.#services?.stop();
    this.#services = new ClaimsServices(this.accounts, this.#host!);
    const resolver = this.#resolver;
    this.#services.start(resolver instanceof DirectoryResolver ? resolver : null);
  }

  #announce(): void {
    const resolver = this.#resolver;
    if (!(resolver instanceof DirectoryResolver)) return;
    const which = resolver.isCache ? "some" : "all";
    this.#log.info(`Managing ${which} jwt in exclusive directory ${resolver.directory.path}`);
  }

  async #openResolver({ resolver, resolverTls }: TrustOptions): Promise<Resolver | null> {
    if (resolver === null) return null;
    if (resolver.kind === "memory") return new MemoryResolver();
    if (resolver.kind === "url") return await UrlResolver.open(resolver.url, resolverTls);
    return await DirectoryResolver.open(resolver, async (key, jwt) => {
      await this.accounts.loader.vouched(key, jwt);
    });
  }

  /** The one there is, with other settings, where that will do. */
  async #reopenResolver(options: TrustOptions): Promise<Resolver | null> {
    const old = this.#resolver;
    const wanted = options.resolver;
    if (old instanceof MemoryResolver && wanted?.kind === "memory") {
      old.clear();
      return old;
    }
    if (old instanceof DirectoryResolver && wanted !== null && old.isFor(wanted)) {
      await old.reload(wanted);
      return old;
    }
    return await this.#openResolver(options);
  }

  async #followFiles({ directory }: DirectoryResolver): Promise<void> {
    for (const { subject, token } of [...this.accounts.loaded()]) {
      try {
        const jwt = await directory.load(subject);
        if (jwt !== token) await this.accounts.update(subject, jwt);
      } catch (error) {
        this.#log.debug(`Account ${subject} stays as it is: ${(error as Error).message}`);
      }
    }
  }

  #retrySystemAccount(): void {
    const { systemAccount } = this.accounts.operators;
    this.#bootstrapTimer = setTimeout(async () => {
      try {
        const jwt = await this.#resolver!.fetch(systemAccount);
        await this.accounts.update(systemAccount, jwt);
        this.#log.info("System account fetched and updated");
      } catch {
        // Until it is there, or the server stops.
        if (this.#host !== null) this.#retrySystemAccount();
      }
    }, BOOTSTRAP_MS);
    this.#bootstrapTimer.unref();
  }
}

/** Keeps what the configuration has beside the resolver. */
async function preload(resolver: Resolver | null, { resolverPreload }: TrustOptions) {
  const jwts = Object.entries(resolverPreload);
  if (resolver === null || jwts.length === 0) return;
  if (resolver.isReadOnly) {
    const types = "writeable resolver types MEM/DIR/CACHE_DIR";
    throw new Error(`resolver preloads only available for ${types}`);
  }
  for (const [key, jwt] of jwts) {
    // As in nats-server, names that are no keys of accounts are read over.
    await resolver.store(key, jwt).catch(() => {});
  }
}
