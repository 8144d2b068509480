/** Accounts as a program gives them: what it leaves out has the defaults of a file. */

import {
  type AccountLimits,
  type AccountOptions,
  type Export,
  emptyAccount,
  type Import,
} from "./accounts.ts";
import { emptyUser, type User } from "./auth.ts";

type Whole = "name" | "users" | "exports" | "imports" | "limits";

export interface GivenAccount extends Partial<Omit<AccountOptions, Whole>> {
  readonly name: string;
  /** With a name and a password, or with `nkey`. */
  readonly users?: readonly Partial<User>[];
  readonly exports?: readonly (Pick<Export, "kind" | "subject"> & Partial<Export>)[];
  readonly imports?: readonly (Pick<Import, "kind" | "account" | "subject"> & Partial<Import>)[];
  readonly limits?: Partial<AccountLimits>;
}

const EXPORT = {
  accounts: null,
  responseType: "singleton",
  responseThresholdMs: 0,
  latency: null,
  accountTokenPosition: 0,
  allowTrace: false,
} as const;
const IMPORT = { prefix: "", to: "", share: false, allowTrace: false };

export function wholeAccount(given: GivenAccount): AccountOptions {
  const { name, users = [], exports = [], imports = [], limits } = given;
  const account = emptyAccount(name);
  return {
    ...account,
    ...given,
    users: users.map((user) => ({ ...emptyUser(name), ...user, account: name })),
    exports: exports.map((each) => ({ ...EXPORT, ...each })),
    imports: imports.map((each) => ({ ...IMPORT, ...each })),
    limits: { ...account.limits, ...limits },
  };
}
