/**
 * The user of clients that say nothing, of a server on which nobody but the system account has been
 * set up: everybody else may use the global account as if there was no configuration.
 */

import type { User } from "../config/options/auth.ts";
import type { Options } from "../config/options/options.ts";
import { SYSTEM_ACCOUNT } from "../protocol/account-names.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const NAME_DIGITS = 8;
const SECRET_BYTES = 16;

/**
 * Whether there is to be such a user. Any other sign of a wish to know who clients are counts: an
 * `authorization` block, however empty, a user for clients that say nothing, an operator, or one more
 * account.
 */
export function needsHiddenUser(options: Readonly<Options>): boolean {
  const { accounts, authorization, noAuthUser, operators, trustedKeys, systemAccount } = options;
  if (operators.length > 0 || trustedKeys.length > 0) return false;
  if (authorization !== null || noAuthUser !== "") return false;
  return accounts.length === 1 && accounts[0]!.name === (systemAccount || SYSTEM_ACCOUNT);
}

/** One that nobody can name by chance. */
export function createHiddenUser(): User {
  return {
    user: `nats-${randomDigits(NAME_DIGITS)}`,
    password: Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("hex"),
    nkey: "",
    permissions: null,
    allowedConnectionTypes: [],
    proxyRequired: false,
    noWildcards: false,
    maxWildcardDepth: 0,
    account: "",
  };
}

function randomDigits(count: number): string {
  let text = "";
  while (text.length < count) {
    // Values that would make some digits likelier than others are drawn again.
    const value = crypto.getRandomValues(new Uint8Array(1))[0]! & 63;
    if (value < DIGITS.length) text += DIGITS[value];
  }
  return text;
}
