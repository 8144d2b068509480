/** Failures of logins, with what the client is told of them. */

import type { ConnectOptions } from "../protocol/connect-options.ts";
import { ClosedReason, ERR_AUTHENTICATION_TIMEOUT, ERR_AUTHORIZATION } from "../protocol/errors.ts";
import type { LoginFailure, UserIdentity } from "./login.ts";

/** The client is told nothing that would help to guess. */
export function refuse(
  reason: ClosedReason,
  options: Readonly<ConnectOptions>,
  identity: UserIdentity | null = null,
): LoginFailure {
  const isLate = reason === ClosedReason.AuthenticationTimeout;
  const text = isLate ? ERR_AUTHENTICATION_TIMEOUT : ERR_AUTHORIZATION;
  return { ok: false, reason, text, options, identity };
}

/** A client that is in has to go, and is told why; "" for nothing at all. */
export function dismiss(
  reason: ClosedReason,
  text: string,
  { options, identity }: Pick<LoginFailure, "options" | "identity">,
): LoginFailure {
  return { ok: false, reason, text, options, identity };
}
