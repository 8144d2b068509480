/** One subscription, as documents describe it. */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../../core/account.ts";
import { ServiceImport } from "../../core/crossing/service-import.ts";
import { SUB_DELIVERED, SUB_ORIGIN, SUB_SINK } from "../../core/subscriptions.ts";
import { Client } from "../../kinds/client.ts";
import { Outbound } from "../../net/outbound.ts";
import { goText } from "../../protocol/go-json-text.ts";
import { omitEmpty } from "../go-texts.ts";
import type { ServerView } from "../server-view.ts";

export interface SubDetail {
  readonly [field: string]: string | number | undefined;
  readonly account: string | undefined;
  readonly account_tag: string | undefined;
  readonly subject: string;
  readonly qgroup: string | undefined;
  readonly sid: string;
  readonly msgs: number;
  /** Deliveries after which it ends. */
  readonly max: number | undefined;
  readonly cid: number;
}

/** As in nats-server the server's own subscriptions are those of clients of its own. */
const IMPORTS_CID = 1;
const SERVICES_CID = 2;

/**
 * @param account in whose sublist it is.
 * @param subject of it.
 */
export function subDetail(
  view: ServerView,
  account: Account,
  id: number,
  subject: string,
): SubDetail {
  const { subs, sinks, crossings } = view.exchange;
  const { words } = subs.pool;
  const base = id << RECORD_SHIFT;
  const slot = words[base + SUB_SINK]!;
  // What stands for a client's subscription in an account whose stream is imported, is told as that one.
  const origin = slot < 0 ? words[base + SUB_ORIGIN]! : id;
  const isClients = origin !== 0;
  const owner = isClients ? clientOf(sinks.at(words[(origin << RECORD_SHIFT) + SUB_SINK]!)) : null;
  const whose = owner?.account ?? account;
  const isImport = !isClients && crossings.at(-slot) instanceof ServiceImport;
  return {
    account: omitEmpty(whose.name),
    account_tag: omitEmpty(whose.nameTag || whose.name),
    subject,
    qgroup: omitEmpty(goText(Buffer.from(subs.queueName(id), "latin1"))),
    sid: isClients ? subs.sid(origin) : String(-slot),
    msgs: words[base + SUB_DELIVERED]!,
    max: omitEmpty(subs.maxOf(id)),
    cid: owner?.cid ?? (isImport ? IMPORTS_CID : SERVICES_CID),
  };
}

/** A service that is imported, before anybody is in the account. */
export function waitingDetail({ name, nameTag }: Account, subject: string, sid: number): SubDetail {
  return {
    account: omitEmpty(name),
    account_tag: omitEmpty(nameTag || name),
    subject,
    qgroup: undefined,
    sid: String(sid),
    msgs: 0,
    max: undefined,
    cid: IMPORTS_CID,
  };
}

function clientOf(sink: unknown): Client | null {
  return sink instanceof Outbound && sink.owner instanceof Client ? sink.owner : null;
}
