/** Other permissions for a client that has subscriptions already. */

import type { UserIdentity } from "../auth/login.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { Subscriptions } from "../core/subscriptions.ts";
import type { Logger } from "../log/logger.ts";
import type { Outbound } from "../net/outbound.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goQuote, goQuoteText } from "../protocol/go-quote.ts";
import { describeUser } from "./client-label.ts";

interface PermittedClient {
  readonly account: Account;
  readonly outbound: Outbound;
  readonly options: Readonly<ConnectOptions>;
  readonly identity: UserIdentity | null;
  readonly permissions: PermissionSet | null;
  readonly isClosed: boolean;
  sendError(text: string): void;
  onSubscriptionEnded(sid: string): void;
}

interface PermissionHost {
  readonly log: Logger;
  readonly subs: Subscriptions;
}

/** Ends the subscriptions that the client may not have any more, and filters those that it may. */
export function reviewSubscriptions(client: PermittedClient, host: PermissionHost): void {
  const { account, outbound, permissions } = client;
  outbound.filter = null;
  if (permissions === null) return;
  const { subs, log } = host;
  let id = outbound.firstSub;
  while (id !== 0) {
    const next = subs.nextOfSink(id);
    const subject = account.sublist.subjectOf(id);
    const queue = subs.queueName(id);
    const { length } = subject;
    if (!permissions.maySubscribe(subject, 0, length, queue)) {
      const sid = subs.sid(id);
      const inQueue = queue === "" ? "" : ` using queue ${goQuote(Buffer.from(queue, "latin1"))}`;
      const what = `${goQuote(subject)}${inQueue} (sid ${goQuoteText(sid)})`;
      client.sendError(`Permissions Violation for Subscription to ${what}`);
      // It may have been the one byte too many: then all subscriptions are gone already.
      if (client.isClosed) return;
      account.unsubscribe(outbound, id);
      client.onSubscriptionEnded(sid);
      const who = describeUser(client.options, client.identity) || 'User "N/A"';
      log.info(`Removed sub ${what} for ${who} - not authorized`);
    } else if (permissions.needsFilter(subject, 0, length, queue)) outbound.filter = permissions;
    id = next;
  }
}
