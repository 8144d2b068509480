/** Logins without a server around them, and what is needed for those. */

import type { AccountDirectory } from "../../src/auth/account-directory.ts";
import {
  Authenticator,
  type AuthenticatorHost,
  type LoginAttempt,
  type LoginOutcome,
} from "../../src/auth/authenticator.ts";
import type { User } from "../../src/config/options/auth.ts";
import { type Options, resolveOptions } from "../../src/config/options/options.ts";
import { Account } from "../../src/core/account.ts";
import { Exchange } from "../../src/core/exchange.ts";
import { Logger } from "../../src/log/logger.ts";
import { type ConnectOptions, DEFAULT_CONNECT } from "../../src/protocol/connect-options.ts";
import { originOf } from "../support/origin.ts";

/** What a login came to: whether the client is in, why it is not, and what the log says of it. */
export interface LoginRecord {
  readonly isIn: boolean;
  /** Closed reason, "" for a client that is in. */
  readonly closed: string;
  /** Debug lines and warnings. */
  readonly lines: readonly string[];
}

export function user(fields: Partial<User>): User {
  return {
    user: "",
    password: "",
    nkey: "",
    permissions: null,
    allowedConnectionTypes: [],
    proxyRequired: false,
    noWildcards: false,
    maxWildcardDepth: 0,
    account: "",
    ...fields,
  };
}

/** Accounts without a server. */
export class TestAccounts implements AccountDirectory {
  readonly #exchange = new Exchange(true);
  readonly global = new Account("$G", this.#exchange);
  readonly #known = new Map([["$G", this.global]]);

  add(name: string): Account {
    const account = this.#known.get(name) ?? new Account(name, this.#exchange);
    this.#known.set(name, account);
    return account;
  }

  remove(name: string): void {
    this.#known.delete(name);
  }

  find(name: string): Account | undefined {
    return this.#known.get(name);
  }
}

/** An authenticator for options, or for the users of an `authorization` block. */
export async function authenticatorFor(
  given: Options | readonly User[],
  parts: Partial<AuthenticatorHost> = {},
): Promise<Authenticator> {
  const options = "port" in given ? given : optionsForUsers(given);
  const accounts = new TestAccounts();
  for (const { name } of options.accounts) accounts.add(name);
  const log = new Logger(null, { debug: false, trace: false });
  const host = { log, accounts, trust: null, callout: null, ...parts };
  const authenticator = new Authenticator(host);
  await authenticator.configure(options);
  return authenticator;
}

export function optionsForUsers(users: readonly User[], more: Partial<Options> = {}): Options {
  return resolveOptions({ authorization: { ...NO_AUTHORIZATION, users: [...users] }, ...more });
}

export const NO_AUTHORIZATION = {
  user: "",
  password: "",
  token: "",
  timeoutMs: 0,
  users: null,
  defaultPermissions: null,
  authCallout: null,
  oidc: [],
  proxyRequired: false,
};

/** An attempt with these fields of CONNECT; what it logs goes to `lines`. */
export function attempt(
  connect: Partial<ConnectOptions>,
  more: Partial<LoginAttempt> = {},
  lines: string[] = [],
): LoginAttempt {
  return {
    options: { ...DEFAULT_CONNECT, ...connect },
    nonce: "",
    connectionType: "STANDARD",
    ip: "127.0.0.1",
    origin: originOf(5),
    certificates: null,
    error: (text) => lines.push(text),
    debug: (text) => lines.push(text),
    warn: (text) => lines.push(text),
    isAbandoned: () => false,
    ...more,
  };
}

export async function recordLogin(
  authenticator: Authenticator,
  connect: Partial<ConnectOptions>,
  more: Partial<LoginAttempt> = {},
): Promise<LoginRecord> {
  const lines: string[] = [];
  const outcome: LoginOutcome = await authenticator.login(attempt(connect, more, lines));
  return { isIn: outcome.ok, closed: outcome.ok ? "" : outcome.reason, lines };
}
