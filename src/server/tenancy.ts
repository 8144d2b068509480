/** The accounts of a server and everything between them, wired together. */

import { AccountSet } from "../accounts/account-set.ts";
import { emptyDefinition } from "../accounts/definition.ts";
import { recheckMembers } from "../auth/account-members.ts";
import type { AuthenticatorHost } from "../auth/authenticator.ts";
import type { AuthCallout, CalloutHost } from "../auth/callout/auth-callout.ts";
import type { OwnDecision } from "../auth/callout/callout-service.ts";
import type { LoginAttempt } from "../auth/login.ts";
import type { ServerKeys } from "../auth/server-keys.ts";
import { effectiveCluster } from "../config/options/effective-cluster.ts";
import { effectiveGateway } from "../config/options/effective-gateway.ts";
import type { Options } from "../config/options/options.ts";
import type { Account } from "../core/account.ts";
import { Exchange } from "../core/exchange.ts";
import { InternalClient } from "../kinds/internal-client.ts";
import type { Logger } from "../log/logger.ts";
import { definitionOf } from "../trust/account-definition.ts";
import type { AccountClaims } from "../trust/claims/claims.ts";
import type { OperatorMode } from "../trust/operator-mode.ts";
import type { TrustedAccounts, TrustListener } from "../trust/trusted-accounts.ts";
import type { ServerDescription } from "./server-description.ts";
import { SpanExport } from "./span-export.ts";

/** What accounts need of their server. */
export interface TenancyHost {
  readonly log: Logger;
  readonly options: Readonly<Options>;
  readonly keys: ServerKeys;
  readonly description: ServerDescription;
  readonly authTimeoutMs: number;
  /** As `CalloutHost.onRefused`. */
  onCalloutRefused: CalloutHost["onRefused"];
}

export class Tenancy implements AuthenticatorHost, TrustListener {
  readonly exchange: Exchange;
  readonly accounts: AccountSet;
  readonly messaging: InternalClient;
  readonly spans: SpanExport;
  readonly #host: TenancyHost;
  #operatorMode: OperatorMode | null = null;
  #isServing = false;
  #callout: AuthCallout | null = null;

  constructor(host: TenancyHost) {
    this.#host = host;
    const hasRoutes = effectiveCluster(host.options) !== null;
    const hasGateways = effectiveGateway(host.options) !== null;
    this.exchange = new Exchange(!host.options.noSublistCache, { hasRoutes, hasGateways });
    this.accounts = new AccountSet(this.exchange, host.log);
    this.messaging = new InternalClient(this.exchange);
    this.accounts.configure(host.options);
    const { tracing } = this.exchange;
    tracing.start(this.messaging, () => host.description.envelopeJson());
    this.spans = new SpanExport(tracing, host.description, host.log);
  }

  get log(): Logger {
    return this.#host.log;
  }

  get keys(): ServerKeys {
    return this.#host.keys;
  }

  get server(): ServerDescription {
    return this.#host.description;
  }

  get authTimeoutMs(): number {
    return this.#host.authTimeoutMs;
  }

  get trust(): AuthenticatorHost["trust"] {
    return this.#operatorMode?.accounts ?? null;
  }

  get trustedAccounts(): TrustedAccounts | null {
    return this.#operatorMode?.accounts ?? null;
  }

  get callout(): AuthCallout | null {
    return this.#callout;
  }

  /** An account that other servers know and this one has not loaded yet; null for one that cannot be. */
  expect(name: string): Account | null {
    return this.trustedAccounts?.mayLoad(name) ? this.accounts.expect(name) : null;
  }

  /**
   * Gets what accounts of operators are made of. Comes before everything else.
   *
   * @throws Error in nats-server's words when the server cannot start with it.
   */
  async open(): Promise<void> {
    const { options, log } = this.#host;
    if (!hasOperators(options)) return;
    const { OperatorMode } = await import("../trust/operator-mode.ts");
    this.#operatorMode = new OperatorMode(options, log, this);
    await this.#operatorMode.open();
  }

  /**
   * Takes over options, at the start and at a reload.
   *
   * @throws Error when a resolver cannot be used.
   */
  async configure(options: Readonly<Options>): Promise<void> {
    this.accounts.configure(options);
    await this.spans.configure(options);
    await this.#configureTrust(options);
    const hasCallout = (options.authorization?.authCallout ?? null) !== null;
    if (this.#callout === null && (hasCallout || hasOperators(options))) {
      const { AuthCallout } = await import("../auth/callout/auth-callout.ts");
      this.#callout = new AuthCallout(this);
    }
    this.#callout?.configure(options);
  }

  /** Resolves when what others are still to be told is told, or it takes too long. */
  async stop(): Promise<void> {
    this.#operatorMode?.stop();
    this.accounts.stop();
    await this.spans.stop();
  }

  onUpdate(claims: AccountClaims, bring: (exporter: string) => void): void {
    recheckMembers(this.accounts.apply(definitionOf(claims), bring));
  }

  onExpired(name: string): void {
    const account = this.accounts.find(name);
    if (account !== undefined) recheckMembers(account);
  }

  onRemove(name: string): void {
    const account = this.accounts.find(name);
    // What other servers want there stays, as it may come back.
    const { localInterest, clusterInterest } = this.exchange;
    if (localInterest === null && clusterInterest === null) this.accounts.remove(name);
    else if (account !== undefined) this.accounts.apply(emptyDefinition(name));
    if (account !== undefined) recheckMembers(account);
  }

  onRefused(account: Account, attempt: LoginAttempt, own: OwnDecision, reason: string): void {
    this.#host.onCalloutRefused(account, attempt, own, reason);
  }

  async #configureTrust(options: Readonly<Options>): Promise<void> {
    const mode = this.#operatorMode;
    if (mode === null) return;
    if (this.#isServing) {
      await mode.reload(options);
      return;
    }
    const { messaging, log, server } = this;
    const account = this.accounts.system;
    if (account === null) return;
    this.#isServing = true;
    try {
      await mode.start({ messaging, account, serverInfo: () => server.envelopeJson(), log });
    } catch (error) {
      throw new Error(`Could not start resolver: ${(error as Error).message}`);
    }
  }
}

function hasOperators({ operators, trustedKeys }: Readonly<Options>): boolean {
  return operators.length > 0 || trustedKeys.length > 0;
}
