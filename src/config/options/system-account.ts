/** The account of the servers' own messages. */

import { SYSTEM_ACCOUNT } from "../../protocol/account-names.ts";
import type { Options } from "./options.ts";

/** "" when there is to be none. */
export function systemAccountName({ systemAccount, noSystemAccount }: Readonly<Options>): string {
  return systemAccount === "" && !noSystemAccount ? SYSTEM_ACCOUNT : systemAccount;
}
