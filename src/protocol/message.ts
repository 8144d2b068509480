/**
 * One published message as offsets into the buffers that hold it.
 *
 * The bytes are laid out as they will leave again, so that a receiver's frame is a prefix, the
 * subject, the sid and one copy of the tail:
 *
 *     foo.bar reply 5\r\nhello\r\n
 *     ^subject      ^tail          ^end
 *            ^-- tail begins with the space after the subject
 *
 * A message that goes on under another subject keeps its tail where it is; only the subject lies in a
 * buffer of its own.
 *
 * Messages of routes have more on their line, all of it in `buf` too:
 *
 *     origin $G foo.bar + reply q1 q2 0 5\r\nhello\r\n
 *     ^origin ^account    ^reply ^queues ^sizes
 *
 * There the tail is not yet what receivers get where queue groups are named or the header size is 0;
 * `closeLine` makes it so.
 */

import { SPACE } from "../bytes/ascii.ts";

export class Message {
  buf: Buffer = Buffer.alloc(0);
  /** Another subject, and a space after it; null when the subject stands in front of the tail. */
  moved: Buffer | null = null;
  subjectStart = 0;
  subjectEnd = 0;
  /** Where the tail of a message with another subject begins. */
  movedTail = 0;
  replyStart = 0;
  /** Equal to `replyStart` when there is no reply subject. */
  replyEnd = 0;
  /** First byte of the header block, or of the payload when there is none. */
  bodyStart = 0;
  /** After the final CR LF. */
  end = 0;
  /** Bytes of the header block; 0 when there is none. */
  headerBytes = 0;
  /** Bytes of header block and payload together. */
  totalBytes = 0;
  /** `hashBytes` of the subject. */
  hash = 0;
  /** How many services of other accounts it has come through, 0 for none. */
  depth = 0;
  /** Name of the account; both are 0 where the connection is one account's own. */
  accountStart = 0;
  accountEnd = 0;
  /** Cluster of the leafnode that it comes from; both are 0 when it comes from none that has one. */
  originStart = 0;
  originEnd = 0;
  /** Names of the queue groups that get it, with a space between any two; equal when there are none. */
  queuesStart = 0;
  queuesEnd = 0;
  /** Where the sizes begin that a receiver gets; 0 for what has not come by a route. */
  sizesStart = 0;
  /**
   * Where that begins which stands in front of the reply, up to it, and tells other servers which
   * cluster the answer is for; 0 for nothing.
   */
  prefixStart = 0;
  /** Other clusters do not get it. */
  staysHere = false;

  /** Holds the subject and a space after it. */
  get subject(): Buffer {
    return this.moved ?? this.buf;
  }

  /** The subject, one character per byte. */
  get subjectText(): string {
    return this.subject.toString("latin1", this.subjectStart, this.subjectEnd);
  }

  /** In `buf`: the space that reply and sizes come after. */
  get tailStart(): number {
    return this.moved === null ? this.subjectEnd : this.movedTail;
  }

  /** Becomes the same message under another subject, which the caller has yet to set. */
  resume(message: Message): void {
    this.buf = message.buf;
    this.movedTail = message.tailStart;
    this.replyStart = message.replyStart;
    this.replyEnd = message.replyEnd;
    this.bodyStart = message.bodyStart;
    this.end = message.end;
    this.headerBytes = message.headerBytes;
    this.totalBytes = message.totalBytes;
    this.depth = message.depth;
  }

  /** Gives it a subject that lies in a buffer of its own, with a space after it. */
  setSubject(subject: Buffer, end: number, hash: number): void {
    this.moved = subject;
    this.subjectStart = 0;
    this.subjectEnd = end;
    this.hash = hash;
  }

  /**
   * Makes the tail of a message from a route what receivers get: the reply is moved right up to the
   * sizes, over the names of queue groups, which are gone then. Does nothing where that is so already.
   */
  closeLine(): void {
    if (this.moved !== null || this.sizesStart === 0) return;
    const { buf } = this;
    let at = this.sizesStart - 1;
    const hasReply = this.replyEnd > this.replyStart;
    const tail = hasReply ? at - (this.replyEnd - this.replyStart) - 1 : at;
    if (tail === this.subjectEnd) return;
    if (hasReply) {
      const end = at;
      for (let i = this.replyEnd - 1; i >= this.replyStart; i--) buf[--at] = buf[i]!;
      this.replyStart = at;
      this.replyEnd = end;
      buf[tail] = SPACE;
    }
    this.moved = buf;
    this.movedTail = tail;
    this.queuesStart = 0;
    this.queuesEnd = 0;
  }
}
