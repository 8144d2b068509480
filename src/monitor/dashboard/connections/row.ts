/** One connection, as the list and its own page show it. */

import type { Client } from "../../../kinds/client.ts";
import { userName } from "../../../kinds/client-label.ts";
import { joinHostPort } from "../../../protocol/host-port.ts";
import type { ConnectionRow } from "../shapes.ts";
import { shown } from "../shown.ts";
import type { ConnectionRates } from "./rates.ts";

export function rowOf(client: Client, rates: ConnectionRates): ConnectionRow {
  const { outbound, options, tls } = client;
  const { lang, version } = options;
  outbound.foldCounters();
  return {
    cid: client.cid,
    name: shown(options.name),
    library: shown([lang, version].filter((part) => part !== "").join(" ")),
    address: addressOf(client),
    account: accountOf(client),
    user: userOf(client),
    rttMs: client.keepalive.rttMs,
    subscriptions: outbound.subCount,
    pendingBytes: outbound.pendingBytes,
    isBlocked: outbound.isBlocked,
    rate: rates.of(client),
    total: {
      inMsgs: client.inMsgs,
      outMsgs: outbound.outMsgs,
      inBytes: client.inBytes,
      outBytes: outbound.outBytes,
    },
    startedAt: client.startedAt,
    idleMs: idleMs(client),
    tls: tls === null ? "" : `TLS ${tls.version}`,
  };
}

export function addressOf({ peer }: Client): string {
  return peer.isInProcess ? "in process" : joinHostPort(peer.ip, peer.port);
}

export function accountOf({ account }: Client): string {
  return shown(account.label);
}

export function userOf({ options, identity }: Client): string {
  return shown(userName(options, identity));
}

/** Since something last came from it or went to it. */
export function idleMs({ keepalive, outbound, startedAt }: Client): number {
  const lastAt = Math.max(keepalive.activeAt, outbound.lastUsedAt);
  return lastAt === 0 ? Date.now() - startedAt : performance.now() - lastAt;
}
