/**
 * Hot path. Writes messages for other servers, straight into the buffers of links:
 *
 *     RMSG <account> <subject> [reply] size CRLF payload CRLF
 *     RMSG <account> <subject> + reply <queue>... size ...      RMSG <account> <subject> | <queue>... size ...
 *
 * The account is left out on a connection that is one account's own. With a header block the verb is
 * HMSG, and the block's size comes before that of all.
 */

import { CR, DOT, LF, SPACE, writeDecimal } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { InterestFeed } from "../interest/interest-feed.ts";
import { SUB_DELIVERED, type Subscriptions } from "../subscriptions.ts";
import { GATEWAY_BASE, type Link, type LinkTracer } from "./link.ts";
import { PickedGroups } from "./picked-groups.ts";

const COUNT_MAX = 0x7fffffff;
const PLUS = 0x2b;
const BAR = 0x7c;
/** Room for the verb, spaces, `+` or `|`, and two sizes with CR LF. */
const FRAME_EXTRA = 48;
const NOTHING = Buffer.alloc(0);

export class LinkWriter {
  /** Null unless the messages are traced. */
  tracer: LinkTracer | null = null;
  /** Queue groups that other servers are to serve. */
  readonly picked: PickedGroups;
  readonly #subs: Subscriptions;
  readonly #interest: InterestFeed | null;
  /** What comes before the reply subject, whose last byte is a dot whatever stands there. */
  #prefix: Buffer = NOTHING;
  #prefixStart = 0;
  #prefixBytes = 0;

  /** @param interest must be told before a message follows it; null when nobody is told. */
  constructor(subs: Subscriptions, interest: InterestFeed | null) {
    this.#subs = subs;
    this.#interest = interest;
    this.picked = new PickedGroups(subs);
  }

  /** Begins with another message: its reply subject goes out as it came. */
  begin(message: Message): void {
    this.picked.count = 0;
    const { prefixStart } = message;
    if (prefixStart === 0) this.#prefixBytes = 0;
    else this.usePrefix(message.buf, prefixStart, message.replyStart);
  }

  /** From now on the reply subject has this in front of it. */
  usePrefix(buf: Buffer, start: number, end: number): void {
    this.#prefix = buf;
    this.#prefixStart = start;
    this.#prefixBytes = (end - start) | 0;
  }

  /**
   * Sends a message to one server, with the queue groups that were picked there.
   *
   * @param id of the first subscription of that server that the message is for; 0 for none.
   * @returns whether it was sent.
   */
  send(link: Link, account: Account, message: Message, slot: number, id: number): boolean {
    if (!mayGet(link, message)) return false;
    const { tracer } = this;
    if (tracer === null) return this.#write(link, account, message, slot, id);
    const traced = tracer.onSend(link, message);
    if (traced === null) return false;
    const isSent = this.#write(link, account, traced, slot, id);
    tracer.onSent(link, isSent);
    return isSent;
  }

  #write(link: Link, account: Account, message: Message, slot: number, id: number): boolean {
    const { outbound } = link;
    if (this.#interest?.isDirty) this.#interest.flush();
    const name = account.wireName;
    const queueBytes = this.picked.bytesFor(slot);
    const body = message.end - message.tailStart + message.subjectEnd - message.subjectStart;
    const needed = (name.length + body + queueBytes + this.#prefixBytes + FRAME_EXTRA) | 0;
    if (outbound.end + needed > outbound.limit && !outbound.reserve(needed)) return false;
    const out = outbound.buf;
    const frameStart = outbound.end;
    const hasHeaders = message.headerBytes !== 0 && outbound.headers;
    let o = frameStart;
    out[o] = hasHeaders ? 0x48 : 0x52;
    out[o + 1] = 0x4d;
    out[o + 2] = 0x53;
    out[o + 3] = 0x47;
    out[o + 4] = SPACE;
    o += 5;
    if (!link.isDedicated) for (let i = 0; i < name.length; i++) out[o++] = name[i]!;
    const { subject, subjectEnd } = message;
    for (let i = message.subjectStart; i < subjectEnd; i++) out[o++] = subject[i]!;
    const isWhole = hasHeaders || message.headerBytes === 0;
    if (queueBytes === 0 && this.#prefixBytes === 0 && isWhole) {
      o = writeTail(out, o, message);
    } else {
      o = this.#writeNamed(out, o, message, slot, queueBytes, hasHeaders);
    }
    const sent = hasHeaders ? message.totalBytes : message.totalBytes - message.headerBytes;
    outbound.end = o;
    outbound.freshMsgs = (outbound.freshMsgs + 1) | 0;
    outbound.freshBytes = (outbound.freshBytes + sent) | 0;
    this.#count(account, slot, id, sent);
    if (outbound.tracing) outbound.onDelivered(frameStart, o - sent - 2, o);
    return true;
  }

  #count(account: Account, slot: number, id: number, bytes: number): void {
    const { words } = this.#subs.pool;
    const at = (id << RECORD_SHIFT) + SUB_DELIVERED;
    if (id !== 0 && words[at] !== COUNT_MAX) words[at]!++;
    const traffic = slot < GATEWAY_BASE ? account.routed : account.gatewayed;
    traffic.outMsgs++;
    traffic.outBytes += bytes;
  }

  /** The rest of a line that is not as it came: other reply, queue groups, no header block. */
  #writeNamed(
    out: Buffer,
    at: number,
    message: Message,
    slot: number,
    queueBytes: number,
    hasHeaders: boolean,
  ): number {
    const { buf, replyStart, replyEnd, headerBytes } = message;
    let o = at;
    out[o++] = SPACE;
    const hasReply = replyEnd !== replyStart;
    if (queueBytes !== 0) {
      out[o++] = hasReply ? PLUS : BAR;
      out[o++] = SPACE;
    }
    if (hasReply) {
      o = this.#writePrefix(out, o);
      o += buf.copy(out, o, replyStart, replyEnd + 1);
    }
    if (queueBytes !== 0) o = this.picked.write(slot, out, o);
    const skipped = hasHeaders ? 0 : headerBytes;
    if (hasHeaders) {
      o = writeDecimal(out, o, headerBytes);
      out[o++] = SPACE;
    }
    o = writeDecimal(out, o, message.totalBytes - skipped);
    out[o++] = CR;
    out[o++] = LF;
    return o + buf.copy(out, o, message.bodyStart + skipped, message.end);
  }

  #writePrefix(out: Buffer, at: number): number {
    const bytes = this.#prefixBytes;
    if (bytes === 0) return at;
    for (let i = 0; i < bytes; i++) out[at + i] = this.#prefix[this.#prefixStart + i]!;
    out[at + bytes - 1] = DOT;
    return at + bytes;
  }
}

/** Whether the other server may get the message at all. */
export function mayGet({ isOpen, outbound: { filter } }: Link, message: Message): boolean {
  if (!isOpen || filter === null) return isOpen;
  const { subject, subjectStart, subjectEnd, hash } = message;
  return filter.mayReceive(subject, subjectStart, subjectEnd, hash, "");
}

/** Reply, sizes and body as they came, which is as they go. */
function writeTail(out: Buffer, at: number, { buf, tailStart, end }: Message): number {
  // Messages of the server itself have a second space where there is no reply.
  const from = buf[tailStart + 1] === SPACE ? tailStart + 1 : tailStart;
  return at + buf.copy(out, at, from, end);
}
