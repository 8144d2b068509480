/** A client whose subscriptions are reviewed while it is at its limits. */

import { expect, test } from "bun:test";
import type { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import { reviewSubscriptions } from "../../src/kinds/client-permissions.ts";
import { Logger } from "../../src/log/logger.ts";
import type { Outbound } from "../../src/net/outbound.ts";
import { DEFAULT_CONNECT } from "../../src/protocol/connect-options.ts";
import { Hub } from "../core/delivery-fixture.ts";

test("the word that a subscription is denied may be one too many: nothing is freed twice", () => {
  const hub = new Hub();
  const [slow, other, third] = [hub.sink(), hub.sink(), hub.sink()];
  for (const sid of ["1", "2", "3"]) hub.subscribe(slow, `denied.${sid}`, sid);
  hub.subscribe(other, "first", "1");
  const ended: string[] = [];
  const client = {
    account: hub.account,
    outbound: slow as unknown as Outbound,
    options: DEFAULT_CONNECT,
    identity: null,
    permissions: { maySubscribe: () => false } as unknown as PermissionSet,
    isClosed: false,
    sendError(): void {
      this.isClosed = true;
      slow.close();
    },
    onSubscriptionEnded: (sid: string) => ended.push(sid),
  };
  const log = new Logger(null, { debug: false, trace: false });
  reviewSubscriptions(client, { log, subs: hub.subs });
  expect(ended).toEqual([]);
  expect(slow.subCount).toBe(0);
  // Two subscriptions in one record would have one of them get what is the other's.
  hub.subscribe(other, "a", "2");
  hub.subscribe(other, "b", "3");
  hub.subscribe(third, "c", "1");
  hub.subscribe(third, "d", "2");
  for (const subject of ["a", "b", "c", "d"]) hub.publish(hub.sink(), `${subject} 1`, subject);
  expect(other.frames).toEqual(["MSG a 2 1|a|", "MSG b 3 1|b|"]);
  expect(third.frames).toEqual(["MSG c 1 1|c|", "MSG d 2 1|d|"]);
});
