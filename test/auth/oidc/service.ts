/** The service of identity providers as tests use it. */

import { KEY_LIMITS, type KeyLimits } from "../../../src/auth/oidc/key-store.ts";
import type { OidcLogin, OidcOutcome } from "../../../src/auth/oidc/oidc-outcome.ts";
import { OidcService } from "../../../src/auth/oidc/oidc-service.ts";
import { DEFAULT_AUTHORIZATION } from "../../../src/config/options/auth.ts";
import { DEFAULT_OIDC, type OidcOptions } from "../../../src/config/options/oidc.ts";
import { type Options, resolveOptions } from "../../../src/config/options/options.ts";
import { Logger } from "../../../src/log/logger.ts";
import { type ConnectOptions, DEFAULT_CONNECT } from "../../../src/protocol/connect-options.ts";
import type { IdentityProvider } from "./identity-provider.ts";

/** Of a provider whose keys are at an address, for the audience `nats`. */
export function oidcOptions(
  provider: IdentityProvider,
  more: Partial<OidcOptions> = {},
): OidcOptions {
  const { issuer, jwksUrl } = provider;
  const keys = { kind: "url", url: jwksUrl } as const;
  return { ...DEFAULT_OIDC, issuer, audience: ["nats"], keys, ...more };
}

export function optionsWith(...oidc: OidcOptions[]): Options {
  return resolveOptions({ authorization: { ...DEFAULT_AUTHORIZATION, oidc } });
}

/** A service with its log. It stops when it is disposed of. */
export class ServiceUnderTest implements Disposable {
  readonly service: OidcService;
  /** `level text` */
  readonly log: readonly string[];

  private constructor(service: OidcService, log: readonly string[]) {
    this.service = service;
    this.log = log;
  }

  static async start(
    oidc: OidcOptions | OidcOptions[],
    limits: Partial<KeyLimits> = {},
  ): Promise<ServiceUnderTest> {
    const lines: string[] = [];
    const log = new Logger((level, text) => lines.push(`${level} ${text}`), {
      debug: true,
      trace: false,
    });
    const options = optionsWith(...[oidc].flat());
    const service = await OidcService.load(options, log, { ...KEY_LIMITS, ...limits });
    return new ServiceUnderTest(service, lines);
  }

  /** Null when CONNECT has no token. */
  async connect(connect: Partial<ConnectOptions>): Promise<OidcOutcome | null> {
    return this.service.tryToken({ options: { ...DEFAULT_CONNECT, ...connect } });
  }

  /** @throws Error with the reason of a refusal. */
  async login(token: string): Promise<OidcLogin> {
    const outcome = await this.connect({ auth_token: token });
    if (outcome?.ok) return outcome;
    throw new Error(outcome?.reason ?? "no token");
  }

  /** Why a token is refused; "" when it is not. */
  async refusal(token: string): Promise<string> {
    const outcome = await this.connect({ auth_token: token });
    if (outcome === null) return "no token";
    return outcome.ok ? "" : outcome.reason;
  }

  [Symbol.dispose](): void {
    this.service.stop();
  }
}
