/** What one step of a message's way through other accounts is written into. */

import { SPACE } from "../../bytes/ascii.ts";
import { hashBytes } from "../../bytes/hash.ts";
import { Message } from "../../protocol/message.ts";
import type { ServiceExport } from "./service-export.ts";

export const NOTHING: Buffer = Buffer.alloc(0);
const FIRST_BYTES = 1024;
/** A buffer that had to be larger than this is not kept for the next message. */
const KEPT_BYTES = 256 * 1024;

export class PassageFrame {
  readonly message = new Message();
  buf = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** The header block, until it is known how long it is. */
  header = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** A subject that does not stand in front of the tail, and a space after it. */
  subject = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** The service that the message has come through. */
  exported: ServiceExport | null = null;
  /** The first account of the chain lets everybody in it know who asks. */
  share = false;
  /** What services were told about who asks; empty for an answer that comes from no request. */
  info: Buffer = NOTHING;

  constructor(depth: number) {
    this.message.depth = depth;
  }

  /** Makes room for a message of so many bytes; what was in the buffer is lost. */
  reserve(bytes: number): void {
    if (bytes <= this.buf.length && this.buf.length <= KEPT_BYTES) return;
    this.buf = Buffer.allocUnsafeSlow(Math.max(bytes, FIRST_BYTES));
  }

  /** Makes room for a header block of so many bytes. */
  reserveHeader(bytes: number): void {
    if (bytes <= this.header.length && this.header.length <= KEPT_BYTES) return;
    this.header = Buffer.allocUnsafeSlow(Math.max(bytes, FIRST_BYTES));
  }

  /** Makes room for a subject of so many bytes. */
  reserveSubject(bytes: number): void {
    if (bytes >= this.subject.length) this.subject = Buffer.allocUnsafeSlow(bytes * 2 + 1);
  }

  /** The subject is written, up to `end`: the message has it from now on. */
  takeSubject(end: number): void {
    this.subject[end] = SPACE;
    this.message.setSubject(this.subject, end, hashBytes(this.subject, 0, end));
  }

  /** The message is written to `buf`, its subject first. */
  takeOwn(subjectEnd: number): void {
    this.message.buf = this.buf;
    this.message.movedTail = subjectEnd;
    this.message.setSubject(this.buf, subjectEnd, hashBytes(this.buf, 0, subjectEnd));
  }

  /** Gives the message a copy of another subject. */
  copySubject(subject: Buffer, end: number): void {
    this.reserveSubject(end);
    subject.copy(this.subject, 0, 0, end);
    this.takeSubject(end);
  }
}

/** Frames by depth, made when they are needed first. */
export class PassageFrames {
  readonly #frames: PassageFrame[] = [];

  at(depth: number): PassageFrame {
    let frame = this.#frames[depth];
    if (frame === undefined) {
      frame = new PassageFrame(depth);
      this.#frames[depth] = frame;
    }
    return frame;
  }
}
