/**
 * A connection to another server, as messages and interest see it.
 *
 * What the other server wants is kept as subscriptions in the sublists of this one, so that one match
 * finds everybody. Such a subscription has the number of its link where others have their sink's slot:
 *
 *     0 gone | 1 ... sinks of this server | LINK_BASE + 1 ... routes | GATEWAY_BASE + 1 ... gateways
 *
 * and those of crossings are negative. `GATEWAY_BASE` itself is for gateways without subscriptions, by
 * which messages only come in.
 */

import type { Message } from "../../protocol/message.ts";
import type { Sink } from "../sink.ts";

/** Slots from here on are those of links. */
export const LINK_BASE = 1 << 24;
/** Slots from here on are those of links to other clusters. */
export const GATEWAY_BASE = 1 << 25;

export interface Link {
  /** Where frames are written; its slot is `LINK_BASE` and the number of the link. */
  readonly outbound: Sink;
  /** False from the moment on at which the connection ends; its subscriptions go after that. */
  readonly isOpen: boolean;
  /** The connection is one account's own: names of accounts are left out on it. */
  readonly isDedicated: boolean;
  /** The other server tells itself what becomes there of messages that are traced. */
  readonly isTraceable: boolean;
}

/** Follows one message on its way to other servers. */
export interface LinkTracer {
  /** The message as that server is to get it; null when it is not to. */
  onSend(link: Link, message: Message): Message | null;
  onSent(link: Link, isSent: boolean): void;
}
