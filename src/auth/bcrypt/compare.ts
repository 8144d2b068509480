/** Whether a password is the one of a bcrypt hash, as Go's package decides it. */

import { hashSync } from "bcrypt-ts";

/** Version, cost, salt and hash; Go does not look at what follows. */
const HASH = /^\$2[abxy]\$(\d\d\$[./A-Za-z0-9]{22})([./A-Za-z0-9]{31})/;

/** Takes as long as the cost in the hash says, up to hours. False for a hash that is none. */
export function isPasswordOf(hash: string, password: string): boolean {
  const [, settings, expected] = HASH.exec(hash) ?? [];
  if (settings === undefined || expected === undefined) return false;
  try {
    // All versions mean the same: they tell of faults that neither Go nor the library ever had.
    const computed = hashSync(password.toWellFormed(), `$2a$${settings}`);
    return computed.slice(-expected.length) === expected;
  } catch {
    // A cost that there is not.
    return false;
  }
}
