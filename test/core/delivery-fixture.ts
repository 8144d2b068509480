/** An account with sinks that keep what they are given as text. */

import { hashBytes } from "../../src/bytes/hash.ts";
import { Account } from "../../src/core/account.ts";
import { Exchange } from "../../src/core/exchange.ts";
import type { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import type { ReplyPermits } from "../../src/core/permissions/reply-permits.ts";
import type { Sink, SinkName, SinkTable } from "../../src/core/sink.ts";
import { Message } from "../../src/protocol/message.ts";

/** Where a sink belongs. */
interface SinkHome {
  readonly account: Account;
  /** Null for a sink that gets its slot elsewhere. */
  readonly sinks: SinkTable | null;
}

export class TestSink implements Sink {
  slot = 0;
  firstSub = 0;
  subCount = 0;
  buf: Buffer = Buffer.alloc(0);
  end = 0;
  limit = 0;
  echo = true;
  headers = true;
  tracing = false;
  debugging = false;
  filter: PermissionSet | null = null;
  permits: ReplyPermits | null = null;
  answersAbroad = false;
  freshMsgs = 0;
  freshBytes = 0;
  /** Bytes asked for beyond which it closes itself, as a slow consumer does. */
  capacity = Number.POSITIVE_INFINITY;
  /** Whether it refuses frames without closing. */
  isRefusing = false;
  readonly ended: string[] = [];
  readonly maxima: string[] = [];
  readonly delivered: string[] = [];
  readonly #home: SinkHome;

  constructor(home: SinkHome) {
    this.#home = home;
    home.sinks?.add(this);
  }

  /** Everything received so far, one character per byte. */
  get text(): string {
    return this.buf.toString("latin1", 0, this.end);
  }

  /** The frames received so far, each with its line breaks shown as `|`. */
  get frames(): string[] {
    return this.text
      .replaceAll("\r\n", "|")
      .split(/(?=HMSG )|(?<!H)(?=MSG )/)
      .filter((frame) => frame !== "");
  }

  reserve(bytes: number): boolean {
    if (this.isRefusing || this.slot === 0) return false;
    if (this.end + bytes > this.capacity) {
      this.close();
      return false;
    }
    // Exactly as much as asked for: a frame that needs more overruns, and is seen.
    const larger = Buffer.alloc(this.end + bytes);
    this.buf.copy(larger, 0, 0, this.end);
    this.buf = larger;
    this.limit = this.buf.length;
    return true;
  }

  close(): void {
    while (this.firstSub !== 0) this.#home.account.unsubscribe(this, this.firstSub);
    this.#home.sinks?.remove(this);
    this.limit = 0;
  }

  describe(): SinkName {
    return { cid: this.slot, name: "" };
  }

  requestInfo(): Buffer {
    return Buffer.from('{"acc":"$G"}');
  }

  onMaxReached(sid: string, max: number): void {
    this.maxima.push(`${sid} ${max}`);
  }

  onSubscriptionEnded(sid: string): void {
    this.ended.push(sid);
  }

  onDelivered(frameStart: number, bodyStart: number, frameEnd: number): void {
    const line = this.buf.toString("latin1", frameStart, bodyStart);
    this.delivered.push(`${line}~${this.buf.toString("latin1", bodyStart, frameEnd)}`);
  }
}

export class Hub {
  readonly exchange = new Exchange(true);
  readonly subs = this.exchange.subs;
  readonly sinks = this.exchange.sinks;
  readonly account = new Account("$G", this.exchange);
  readonly delivery = this.exchange.delivery;

  sink(change: Partial<TestSink> = {}): TestSink {
    return Object.assign(new TestSink(this), change);
  }

  subscribe(sink: TestSink, subject: string, sid: string, queue = ""): void {
    const buf = Buffer.from(`${subject} ${sid}`);
    this.account.subscribe(sink, queue, buf, {
      subjectStart: 0,
      subjectEnd: Buffer.byteLength(subject),
      sidStart: Buffer.byteLength(subject) + 1,
      sidEnd: buf.length,
    });
  }

  /** UNSUB with a maximum. */
  limit(sink: TestSink, sid: string, max: number): void {
    const buf = Buffer.from(sid);
    const id = this.subs.find(sink, buf, 0, buf.length);
    this.account.unsubscribeAfter(sink, id, max);
  }

  /** Delivers a message given as `subject [reply] [headers] size` and its body; returns the count. */
  publish(source: TestSink, line: string, body = "", headerBytes = 0): number {
    const message = messageOf(line, body, headerBytes);
    const { sublist } = this.account;
    const result = sublist.match(message.buf, 0, message.subjectEnd, message.hash);
    return this.delivery.deliver(this.account, source, message, result);
  }

  /** Sends the 503 for a message that nobody took. */
  answerNobody(source: TestSink, line: string): void {
    const message = messageOf(line, "", 0);
    const { buf, replyStart, replyEnd } = message;
    const replies = this.account.sublist.matchRange(buf, replyStart, replyEnd);
    this.delivery.sendNoResponders(source, message, replies);
  }
}

/** A message as the parser hands it on. */
export function messageOf(line: string, body: string, headerBytes: number): Message {
  const tokens = line.split(" ");
  const message = new Message();
  message.buf = Buffer.from(`${line}\r\n${body}\r\n`, "latin1");
  message.subjectEnd = tokens[0]!.length;
  if (tokens.length === (headerBytes > 0 ? 4 : 3)) {
    message.replyStart = message.subjectEnd + 1;
    message.replyEnd = message.replyStart + tokens[1]!.length;
  }
  message.bodyStart = line.length + 2;
  message.end = message.buf.length;
  message.headerBytes = headerBytes;
  message.totalBytes = body.length;
  message.hash = hashBytes(message.buf, 0, message.subjectEnd);
  return message;
}
