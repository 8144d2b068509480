/**
 * Hot path. The part of a delivery that leads to other servers, or comes from one.
 *
 * Each server gets a message once, with the names of the queue groups that it is to serve:
 *
 *     RMSG <account> <subject> [reply] size CRLF payload CRLF
 *     RMSG <account> <subject> + reply <queue>... size ...      RMSG <account> <subject> | <queue>... size ...
 *
 * The account is left out on a connection that is one account's own. With a header block the verb is
 * HMSG, and the block's size comes before that of all.
 *
 * Members of a queue group compete by weight wherever they are. A message that has come from another
 * server is for those of this one; only a group without any here is passed on.
 */

import { CR, LF, SPACE, writeDecimal } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { LocalInterest } from "../interest/local-interest.ts";
import { doubled, GROUP_FIELDS, type MatchResult } from "../match-result.ts";
import type { NameTable } from "../name-table.ts";
import { nextRandom } from "../random.ts";
import type { Sink } from "../sink.ts";
import { SUB_DELIVERED, SUB_QUEUE, SUB_SINK, type Subscriptions } from "../subscriptions.ts";
import { LINK_BASE, type Link, type LinkTracer } from "./link.ts";
import type { Links } from "./links.ts";
import { PickedGroups } from "./picked-groups.ts";

const COUNT_MAX = 0x7fffffff;
const PLUS = 0x2b;
const BAR = 0x7c;
/** Room for the verb, spaces, `+` or `|`, and two sizes with CR LF. */
const FRAME_EXTRA = 48;

/** Delivers to one subscription of this server. */
export interface LocalDelivery {
  deliverTo(id: number, account: Account, source: Sink, message: Message): boolean;
}

export class LinkedDelivery {
  /** Null unless the messages are traced. */
  tracer: LinkTracer | null = null;
  readonly #local: LocalDelivery;
  readonly #subs: Subscriptions;
  readonly #links: Links;
  readonly #queues: NameTable;
  readonly #interest: LocalInterest | null;
  /** Queue groups that other servers are to serve. */
  readonly #picked: PickedGroups;
  /** The message for which each queue was asked for, by its id. */
  #asked: Int32Array = new Int32Array(16);
  #serial = 0;

  /** @param interest must be told before a message follows it; null when nobody is told. */
  constructor(
    local: LocalDelivery,
    subs: Subscriptions,
    links: Links,
    interest: LocalInterest | null,
  ) {
    this.#local = local;
    this.#subs = subs;
    this.#picked = new PickedGroups(subs);
    this.#links = links;
    this.#queues = subs.queues;
    this.#interest = interest;
  }

  /**
   * Delivers a message of this server to its queue groups and to other servers; also an answer that has
   * come from another server to an account whose request was passed on here.
   *
   * @returns how many receivers took it; another server counts as one.
   */
  deliver(account: Account, source: Sink, message: Message, result: MatchResult): number {
    let count = 0;
    this.#picked.count = 0;
    let start = 0;
    for (let group = 0; group < result.groupCount; group++) {
      const end = result.groupEnds[group]!;
      if (this.#pick(account, source, message, result, group, start, end)) count++;
      start = end;
    }
    for (let i = 0; i < result.linkCount; i++) {
      const id = result.links[i]!;
      const slot = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
      if (slot < LINK_BASE) continue;
      if (this.#send(this.#links.at(slot), account, message, slot, id)) count++;
    }
    return count + this.#sendPicked(account, message);
  }

  /**
   * Delivers a message of another server to the queue groups that `readLine` has found in its line.
   *
   * @returns how many took it.
   */
  deliverRouted(account: Account, source: Sink, message: Message, result: MatchResult): number {
    let count = 0;
    this.#picked.count = 0;
    let start = 0;
    for (let group = 0; group < result.groupCount; group++) {
      const end = result.groupEnds[group]!;
      const queue = this.#queueAt(result, start, end);
      if (queue !== 0 && this.#asked[queue] === this.#serial) {
        if (this.#pick(account, source, message, result, group, start, end)) count++;
      }
      start = end;
    }
    return count + this.#sendPicked(account, message);
  }

  /** Notes which queue groups a message of another server is for, and takes their names out of it. */
  readLine(message: Message): void {
    const { buf, queuesStart, queuesEnd } = message;
    this.#serial = (this.#serial + 1) | 0;
    while (this.#asked.length <= this.#queues.highest) this.#asked = doubled(this.#asked);
    for (let i = queuesStart; i < queuesEnd; ) {
      let end = i;
      while (end < queuesEnd && buf[end] !== SPACE) end++;
      const queue = this.#queues.find(buf, i, end);
      if (queue !== 0) this.#asked[queue] = this.#serial;
      i = end + 1;
    }
    message.closeLine();
  }

  /** One of the members here, from a random start on the first that accepts. */
  #serveHere(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    start: number,
    end: number,
  ): boolean {
    const size = end - start;
    if (size === 0) return false;
    let at = size === 1 ? start : start + (nextRandom() % size);
    for (let tries = 0; tries < size; tries++) {
      if (this.#local.deliverTo(result.queue[at]!, account, source, message)) return true;
      if (++at === end) at = start;
    }
    return false;
  }

  /**
   * To another server, rather not to the one that the message is from. One that has plain subscriptions
   * too has got the message already, and would deliver it twice: it is the last to be picked.
   */
  #passOn(source: Sink, message: Message, result: MatchResult, start: number, end: number): void {
    let best = 0;
    let bestRank = 0;
    for (let at = start; at < end; at++) {
      const id = result.queue[at]!;
      const slot = this.#linkOf(id, message);
      if (slot === 0) continue;
      const rank =
        1 + (slot === source.slot ? 0 : 1) + (this.#isPlainToo(result, slot, message) ? 0 : 2);
      if (rank <= bestRank) continue;
      best = id;
      bestRank = rank;
    }
    if (best !== 0) this.#picked.add(this.#linkOf(best, message), best);
  }

  #isPlainToo(result: MatchResult, slot: number, message: Message): boolean {
    for (let i = 0; i < result.linkCount; i++) {
      if (this.#linkOf(result.links[i]!, message) === slot) return true;
    }
    return false;
  }

  /**
   * One member of a group, here or elsewhere: by weight, then the first that accepts. What has come from
   * another server stays here if it can.
   */
  #pick(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    group: number,
    start: number,
    end: number,
  ): boolean {
    if (!result.hasRemoteMembers) {
      return this.#serveHere(account, source, message, result, start, end);
    }
    const at = group * GROUP_FIELDS;
    const locals = start + result.groups[at]!;
    if (source.slot > LINK_BASE) {
      if (this.#serveHere(account, source, message, result, start, locals)) return true;
      this.#passOn(source, message, result, locals, end);
      return false;
    }
    const weighed = start + result.groups[at + 1]!;
    const total = result.groups[at + 2]!;
    if (total > 0) {
      const size = weighed - start;
      let next = this.#weigh(result, start, locals, weighed, nextRandom() % total);
      for (let tries = 0; tries < size; tries++) {
        const id = result.queue[next]!;
        if (next >= locals) {
          if (this.#noteMember(id, message)) return false;
        } else if (this.#local.deliverTo(id, account, source, message)) {
          return true;
        }
        if (++next === weighed) next = start;
      }
    }
    for (let i = weighed; i < end; i++) {
      if (this.#noteMember(result.queue[i]!, message)) return false;
    }
    return false;
  }

  /** The member on which a weight below the total falls. */
  #weigh(
    result: MatchResult,
    start: number,
    locals: number,
    weighed: number,
    weight: number,
  ): number {
    if (weight < locals - start) return start + weight;
    let left = weight - (locals - start);
    for (let at = locals; at < weighed; at++) {
      left -= this.#subs.weightOf(result.queue[at]!);
      if (left < 0) return at;
    }
    return start;
  }

  /** @returns whether the member's server can be sent the message. */
  #noteMember(id: number, message: Message): boolean {
    const slot = this.#linkOf(id, message);
    if (slot === 0) return false;
    this.#picked.add(slot, id);
    return true;
  }

  /** Slot of the link that a member is on; 0 when it is gone, or may not be sent the message. */
  #linkOf(id: number, message: Message): number {
    const slot = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
    return slot > LINK_BASE && mayGet(this.#links.at(slot), message) ? slot : 0;
  }

  /** Id of a group's name; 0 when all its members have gone in the middle of the delivery. */
  #queueAt(result: MatchResult, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const queue = this.#queueOf(result.queue[at]!);
      if (queue !== 0) return queue;
    }
    return 0;
  }

  #queueOf(id: number): number {
    return this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE]!;
  }

  /** What was picked for servers that have got nothing yet. */
  #sendPicked(account: Account, message: Message): number {
    let count = 0;
    const picked = this.#picked;
    for (let i = 0; i < picked.count; i++) {
      const slot = picked.slotAt(i);
      if (slot === 0) continue;
      const id = picked.idAt(i);
      if (this.#send(this.#links.at(slot), account, message, slot, id)) count++;
    }
    return count;
  }

  /** @param id of the first subscription of that server that the message is for. */
  #send(link: Link, account: Account, message: Message, slot: number, id: number): boolean {
    if (!mayGet(link, message)) return false;
    const { tracer } = this;
    if (tracer === null) return this.#write(link, account, message, slot, id);
    const traced = tracer.onSend(link, message);
    if (traced === null) return false;
    const isSent = this.#write(link, account, traced, slot, id);
    tracer.onSent(link, isSent);
    return isSent;
  }

  /** Writes the message for one server, with the queue groups that were picked there. */
  #write(link: Link, account: Account, message: Message, slot: number, id: number): boolean {
    const { outbound } = link;
    if (this.#interest?.isDirty) this.#interest.flush();
    const name = account.wireName;
    const queueBytes = this.#picked.bytesFor(slot);
    const body = message.end - message.tailStart + message.subjectEnd - message.subjectStart;
    const needed = (name.length + body + queueBytes + FRAME_EXTRA) | 0;
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
    if (queueBytes === 0 && (hasHeaders || message.headerBytes === 0)) {
      o = writeTail(out, o, message);
    } else {
      o = this.#writeNamed(out, o, message, slot, queueBytes, hasHeaders);
    }
    const sent = hasHeaders ? message.totalBytes : message.totalBytes - message.headerBytes;
    outbound.end = o;
    outbound.freshMsgs = (outbound.freshMsgs + 1) | 0;
    outbound.freshBytes = (outbound.freshBytes + sent) | 0;
    this.#count(account, id, sent);
    if (outbound.tracing) outbound.onDelivered(frameStart, o - sent - 2, o);
    return true;
  }

  #count({ routed }: Account, id: number, bytes: number): void {
    const { words } = this.#subs.pool;
    const at = (id << RECORD_SHIFT) + SUB_DELIVERED;
    if (words[at] !== COUNT_MAX) words[at]!++;
    routed.outMsgs++;
    routed.outBytes += bytes;
  }

  /** The rest of a line with queue groups, or without the header block that is not wanted. */
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
    if (hasReply) o += buf.copy(out, o, replyStart, replyEnd + 1);
    if (queueBytes !== 0) o = this.#picked.write(slot, out, o);
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
}

function mayGet({ isOpen, outbound: { filter } }: Link, message: Message): boolean {
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
