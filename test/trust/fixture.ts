/** An operator with a system account and others, and folders for their JWTs. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions } from "../../src/config/options/options.ts";
import { DEFAULT_RESOLVER, type ResolverOptions } from "../../src/config/options/trust.ts";
import { Logger, type LogLevel } from "../../src/log/logger.ts";
import type { AccountClaims } from "../../src/trust/claims/claims.ts";
import { OperatorMode, type TrustOptions } from "../../src/trust/operator-mode.ts";
import { accountJwt, type CommonClaims, type Key, newKey, operatorJwt } from "../support/jwt.ts";

export const operator = newKey("O", 1);
export const otherOperator = newKey("O", 2);
export const system = newKey("A", 3);
export const a = newKey("A", 4);
export const b = newKey("A", 5);
export const c = newKey("A", 6);
export const systemJwt = accountJwt(system, operator, {}, { name: "SYS" });

/** A JWT of the operator's; each id is another one. */
export function jwtOf(
  account: Key,
  jti = "1",
  nats: object = {},
  claims: CommonClaims = {},
): string {
  return accountJwt(account, operator, nats, { jti, ...claims });
}

export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "nats-trust-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function trustOptions(
  resolver: Partial<ResolverOptions> | null,
  resolverPreload: Record<string, string> = {},
  rest: Partial<TrustOptions> = {},
): TrustOptions {
  const trusted = {
    jwt: operatorJwt(operator),
    key: operator.publicKey,
    name: "O",
    audience: "",
    signingKeys: [],
    systemAccount: "",
    accountServerUrl: "",
    assertServerVersion: "",
    strictSigningKeyUsage: false,
    issuedAt: 0,
    expiresAt: 0,
  };
  return {
    ...resolveOptions({}),
    operators: [trusted],
    systemAccount: system.publicKey,
    resolver: resolver === null ? null : { ...DEFAULT_RESOLVER, ...resolver },
    resolverPreload,
    ...rest,
  };
}

/** What the store of accounts has told, and logged. */
export class Witness {
  readonly events: string[] = [];
  readonly lines: string[] = [];
  readonly claims = new Map<string, AccountClaims>();
  readonly log = new Logger((level: LogLevel, text) => this.lines.push(`${level} ${text}`), {
    debug: true,
    trace: false,
  });

  onUpdate(claims: AccountClaims, bring: (exporter: string) => void): void {
    for (const { account } of claims.imports) bring(account);
    this.events.push(`update ${this.#nameOf(claims.subject)} ${claims.id}`);
    this.claims.set(claims.subject, claims);
  }

  onExpired(account: string): void {
    this.events.push(`expired ${this.#nameOf(account)}`);
  }

  onRemove(account: string): void {
    this.events.push(`remove ${this.#nameOf(account)}`);
    this.claims.delete(account);
  }

  /** Events about all but the system account, which are forgotten. */
  take(): string[] {
    return this.events.splice(0).filter((event) => !event.includes("SYS"));
  }

  #nameOf(key: string): string {
    const names = new Map([
      [system.publicKey, "SYS"],
      [a.publicKey, "A"],
      [b.publicKey, "B"],
      [c.publicKey, "C"],
    ]);
    return names.get(key) ?? key;
  }
}

export async function openTrust(options: TrustOptions) {
  const witness = new Witness();
  const mode = new OperatorMode(options, witness.log, witness);
  await mode.open();
  mode.accounts.loader.log = witness.log;
  return { mode, witness, accounts: mode.accounts, [Symbol.dispose]: () => mode.stop() };
}
