/** An account as it is to be, whether a configuration or an operator's claims say so. */

import {
  type AccountLimits,
  type AccountOptions,
  DEFAULT_ACCOUNT_LIMITS,
  type Export,
  type Import,
  type SubjectMapping,
} from "../config/options/accounts.ts";
import type { Options } from "../config/options/options.ts";
import { systemAccountName } from "../config/options/system-account.ts";
import type { TraceSettings } from "../core/account.ts";
import { GLOBAL_ACCOUNT } from "../protocol/account-names.ts";

export interface ExportDefinition extends Export {
  /** Who imports it must have an activation. */
  readonly isTokenRequired: boolean;
  /** Importers' public keys, or `*`, with the time up to which their activations count no more. */
  readonly revocations: ReadonlyMap<string, number>;
  /** Offered by the system account without being asked. */
  readonly isAutomatic?: boolean;
}

/** What an exporting account has signed for an importing one. Times are seconds since 1970. */
export interface ActivationGrant {
  /** Who has signed: the exporting account, or one of its signing keys. */
  readonly issuer: string;
  /** The exporting account, where a signing key has signed; "" otherwise. */
  readonly issuerAccount: string;
  /** Public key of the importing account. */
  readonly subject: string;
  readonly issuedAt: number;
  /** 0 for never. */
  readonly expiresAt: number;
}

export interface ImportDefinition extends Import {
  /** Null for none, and for one that does not fit to the import. */
  readonly activation: ActivationGrant | null;
}

export interface AccountDefinition {
  readonly name: string;
  /** The name behind a public key; "" for none. */
  readonly nameTag: string;
  readonly exports: readonly ExportDefinition[];
  readonly imports: readonly ImportDefinition[];
  readonly mappings: readonly SubjectMapping[];
  readonly limits: Readonly<AccountLimits>;
  /** Null when messages with an external trace context are not traced. */
  readonly trace: TraceSettings | null;
  /** Public keys that sign for the account, besides its own. */
  readonly signingKeys: ReadonlySet<string>;
}

const NO_REVOCATIONS: ReadonlyMap<string, number> = new Map();
const NO_KEYS: ReadonlySet<string> = new Set();

/** All accounts of a configuration, the global and the system account among them. */
export function definitionsOf(options: Readonly<Options>): AccountDefinition[] {
  const { accounts, mappings } = options;
  const system = systemAccountName(options);
  const found = new Map<string, AccountDefinition>();
  found.set(GLOBAL_ACCOUNT, { ...emptyDefinition(GLOBAL_ACCOUNT), mappings: mappings ?? [] });
  if (system !== "") found.set(system, emptyDefinition(system));
  for (const account of accounts) found.set(account.name, definitionOf(account));
  return [...found.values()];
}

/** An account that shares nothing. */
export function emptyDefinition(name: string): AccountDefinition {
  return {
    name,
    nameTag: "",
    exports: [],
    imports: [],
    mappings: [],
    limits: DEFAULT_ACCOUNT_LIMITS,
    trace: null,
    signingKeys: NO_KEYS,
  };
}

function definitionOf({
  name,
  exports,
  imports,
  mappings,
  limits,
  traceDest,
  traceSampling,
}: AccountOptions): AccountDefinition {
  return {
    ...emptyDefinition(name),
    exports: exports.map((each) => ({
      ...each,
      isTokenRequired: false,
      revocations: NO_REVOCATIONS,
    })),
    imports: imports.map((each) => ({ ...each, activation: null })),
    mappings,
    limits,
    trace: traceDest === "" ? null : { dest: traceDest, sampling: traceSampling },
  };
}
