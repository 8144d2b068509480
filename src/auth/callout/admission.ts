/** From an answer to a login, or to the reason why there is none; checks stand in nats-server's order. */

import { ClosedReason } from "../../protocol/errors.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { UserClaims } from "../../trust/claims/claims.ts";
import { timeWindow } from "../../trust/claims/restrictions.ts";
import { isConnectionType } from "../connection-types.ts";
import { hasNone } from "../jwt/jwt-permissions.ts";
import { endOf, identityOf } from "../jwt/jwt-users.ts";
import type { Login, LoginAttempt } from "../login.ts";
import { checkUser, type Expected, readAnswer } from "./answer.ts";
import type { Placement } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";
import type { OwnDecision } from "./callout-service.ts";
import type { PermissionSets } from "./permission-sets.ts";

const NO_LIMIT = -1;

/** @throws CalloutError or JwtError when the answer does not let the client in. */
export async function admit(
  payload: Buffer,
  expected: Expected,
  attempt: LoginAttempt,
  own: OwnDecision,
  permissions: PermissionSets,
): Promise<Login> {
  const user = await readAnswer(payload, expected);
  checkProxy(own.needsProxy || user.proxyRequired, own);
  checkUser(user, expected);
  const account = goQuoteText(expected.policy.account.name);
  const window = timeWindow(user.times, user.locale, Date.now());
  if (!window.allowed) {
    attempt.error("Outside connect times");
    throw new CalloutError(`authorized user on account ${account} outside of valid connect times`);
  }
  checkConnectionTypes(user, account, attempt);
  const placement = await expected.policy.place(user);
  // A key may ask for it in the place of its users; nats-server does not hear that here.
  checkProxy(placement.limits.proxyRequired, own);
  const login = loginOf(user, placement, own, permissions);
  return { ...login, expiresAtMs: endOf(user, window) };
}

function checkProxy(isNeeded: boolean, { proxyKey }: OwnDecision): void {
  if (isNeeded && proxyKey === "") {
    throw new CalloutError("proxy connection required", ClosedReason.ProxyRequired);
  }
}

/** As in nats-server they only have to make sense: the service knows what the client has come by. */
function checkConnectionTypes(user: UserClaims, account: string, attempt: LoginAttempt): void {
  const types = user.allowedConnectionTypes.map((type) => type.toUpperCase());
  const unknown = types.filter((type) => !isConnectionType(type));
  if (unknown.length === 0) return;
  attempt.debug(`invalid connection types [${unknown.map(goQuoteText).join(" ")}]`);
  if (unknown.length < types.length) return;
  throw new CalloutError(`authorized user on account ${account} using invalid connection type`);
}

/** Limits of subscriptions and payloads do not count, again as in nats-server. */
function loginOf(
  user: UserClaims,
  { account, limits, scope, claims, defaults }: Placement,
  own: OwnDecision,
  permissions: PermissionSets,
): Login {
  // The token that the client came with has nothing to do with who it is now.
  const options = { ...own.options, jwt: "" };
  const { name } = user;
  const counting = hasNone(limits.permissions) ? defaults : limits.permissions;
  return {
    ok: true,
    user: null,
    account,
    permissions: permissions.compile(counting),
    maxSubscriptions: NO_LIMIT,
    maxPayload: NO_LIMIT,
    expiresAtMs: 0,
    identity: { ...identityOf({ user, limits, scope, account: claims }), isCalledOut: true },
    options: name === "" ? options : { ...options, user: name, nkey: "", auth_token: "" },
    proxyKey: own.proxyKey,
  };
}
