/**
 * Lines about interest, written straight into the buffers of connections:
 *
 *     RS+ <account> <subject> [<queue> <weight>] CRLF       RS- <account> <subject> [<queue>] CRLF
 *
 * The account is left out on a connection that is its own.
 */

import { CR, LF, SPACE, writeDecimal } from "../../bytes/ascii.ts";
import type { Account } from "../../core/account.ts";
import type { NameTable } from "../../core/name-table.ts";
import { traceOut } from "../../kinds/client-trace.ts";
import type { InterestTarget } from "./interest-target.ts";

const ADDED = Buffer.from("RS+ ");
const REMOVED = Buffer.from("RS- ");
/** Room for the verb, spaces, a weight and the end of the line. */
const LINE_EXTRA = 24;
const NO_NAME = Buffer.alloc(0);

export class InterestWriter {
  readonly #queues: NameTable;
  readonly #isTraced: boolean;

  /**
   * @param queues names of queue groups.
   * @param isTraced lines are shown to those who trace.
   */
  constructor(queues: NameTable, isTraced: boolean) {
    this.#queues = queues;
    this.#isTraced = isTraced;
  }

  /**
   * Tells a server of one change.
   *
   * @param subject holds the subject from its beginning on.
   * @param queue id of the queue name, 0 for plain subscriptions.
   * @param weight 0 when nobody is left.
   * @returns whether it is to know.
   */
  write(
    target: InterestTarget,
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): boolean {
    if (!target.mayImport(subject, 0, length)) return false;
    this.#write(target, account, subject, length, queue, weight);
    return true;
  }

  /** Takes back what the other server was told, although it may not be told any more. */
  takeBack(
    target: InterestTarget,
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
  ): void {
    this.#write(target, account, subject, length, queue, 0);
  }

  #write(
    target: InterestTarget,
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): void {
    const { outbound } = target;
    if (!target.isOpen) return;
    const name = target.accountName === "" ? account.wireName : NO_NAME;
    const group = this.#queues.bytes(queue);
    const needed = name.length + length + group.length + LINE_EXTRA;
    if (outbound.end + needed > outbound.limit && !outbound.reserve(needed)) return;
    const out = outbound.buf;
    const start = outbound.end;
    let at = start + (weight > 0 ? ADDED : REMOVED).copy(out, start);
    at += name.copy(out, at);
    for (let i = 0; i < length; i++) out[at++] = subject[i]!;
    if (queue !== 0) {
      out[at++] = SPACE;
      at += group.copy(out, at);
      if (weight > 0) {
        out[at++] = SPACE;
        at = writeDecimal(out, at, weight);
      }
    }
    if (this.#isTraced && outbound.tracing) {
      target.trace(traceOut(out.toString("utf8", start, at)));
    }
    out[at++] = CR;
    out[at++] = LF;
    outbound.end = at;
    target.toldLines++;
  }
}
