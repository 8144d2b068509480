/** What a client may have: the least of what its server, its account and its user allow. */

import type { AccountLimits } from "../config/options/accounts.ts";

/** The part of a login that limits its client; -1 for no limit. */
export interface LoginLimits {
  readonly maxSubscriptions: number;
  readonly maxPayload: number;
}

export interface ClientLimits {
  readonly maxSubscriptions: number;
  /** Bytes; -1 for no limit. */
  readonly maxPayload: number;
}

/**
 * @param server where 0 or less means no limit to subscriptions, and less than 0 none to payloads.
 * @param debug is told where the server allows less than the others; null for nobody.
 */
export function clientLimits(
  server: Readonly<LoginLimits>,
  account: Readonly<AccountLimits>,
  login: Readonly<LoginLimits> | null,
  debug: ((text: string) => void) | null,
): ClientLimits {
  const payload = leastOf(account.maxPayload, login?.maxPayload ?? -1);
  const subscriptions = leastOf(account.maxSubscriptions, login?.maxSubscriptions ?? -1);
  const maxPayload = leastOf(payload, Math.max(server.maxPayload, -1));
  const serverSubscriptions = server.maxSubscriptions > 0 ? server.maxSubscriptions : -1;
  const maxSubscriptions = leastOf(subscriptions, serverSubscriptions);
  const why = "from server overrides account or user config";
  if (maxPayload < payload) debug?.(`Max Payload set to ${maxPayload} ${why}`);
  if (maxSubscriptions < subscriptions) {
    debug?.(`Max Subscriptions set to ${maxSubscriptions} ${why}`);
  }
  return {
    maxSubscriptions: maxSubscriptions === -1 ? Number.POSITIVE_INFINITY : maxSubscriptions,
    maxPayload,
  };
}

/** As in nats-server, -1 alone stands for no limit; less than that leaves nothing. */
function leastOf(one: number, other: number): number {
  if (one === -1 && other === -1) return -1;
  const least = one === -1 || other === -1 ? Math.max(one, other) : Math.min(one, other);
  return Math.max(least, 0);
}
