/**
 * A traced message that goes on into the account of a service may reach other servers there, and these
 * tell that account what becomes of it. What they tell gets to whoever has asked for the trace as
 * answers do: on a reply subject that stands for the destination in the account before.
 */

import type { Account } from "../account.ts";
import { ServiceExport } from "../crossing/service-export.ts";
import type { Exchange } from "../exchange.ts";

/** Time after the last event in which another may come. */
const WAIT_MS = 10_000;
/** Traces whose events may still come; of those beyond it the oldest are not waited for. */
const OPEN_MAX = 4096;
/** More than the random part of a reply subject takes. */
const TOKEN_ROOM = 16;

export interface TraceReply {
  readonly id: number;
  readonly serial: number;
  /** In the account of the service. */
  readonly subject: string;
}

export class TraceReplies {
  readonly #exchange: Exchange;
  readonly #exports = new WeakMap<Account, ServiceExport>();
  readonly #open = new Set<TraceReply>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /**
   * @param account of the service.
   * @param requester the account that the message has come from.
   * @param dest where events go there; one character per byte.
   * @returns null when the requester waits for too many answers already.
   */
  open(account: Account, requester: Account, dest: string): TraceReply | null {
    const { replies, passage } = this.#exchange;
    const bytes = Buffer.from(dest, "latin1");
    const exported = this.#exportOf(account);
    const id = replies.add(account, requester, exported, bytes, 0, bytes.length);
    if (id === 0) return null;
    const prefix = passage.replySubjects.prefixOf(account);
    const subject = Buffer.alloc(prefix.length + TOKEN_ROOM);
    const end = replies.writeToken(id, subject, prefix.copy(subject));
    const serial = replies.serialOf(id);
    const reply = { id, serial, subject: subject.toString("latin1", 0, end) };
    this.#open.add(reply);
    if (this.#open.size > OPEN_MAX) this.close(this.#open.values().next().value!);
    return reply;
  }

  /** No events will come. */
  close(reply: TraceReply): void {
    const { replies } = this.#exchange;
    this.#open.delete(reply);
    if (replies.isPending(reply.id, reply.serial)) replies.remove(reply.id);
  }

  #exportOf(account: Account): ServiceExport {
    let exported = this.#exports.get(account);
    if (exported === undefined) {
      exported = new ServiceExport(account, "", "stream", WAIT_MS, null);
      this.#exports.set(account, exported);
    }
    return exported;
  }
}
