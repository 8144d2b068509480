/**
 * Where answers to requests of other clusters go: the reply subject that a receiver has seen, and what
 * came before it. Each is remembered for two seconds.
 *
 * What is new is written behind what is there; two seconds after the first of it, all of it becomes
 * the past, and the past before that is forgotten as a whole. Nothing is made per reply.
 */

import { bytesEqual, DOT } from "../../bytes/ascii.ts";
import { hashBytes, mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import type { Message } from "../../protocol/message.ts";
import { doubled } from "../match-result.ts";
import { RECENT_MS } from "./recent-subscriptions.ts";

/** So many and no more are new at a time: then what is there becomes the past sooner. */
export const NEW_REPLIES_MAX = 1 << 16;
/** The same in bytes of all their subjects. */
const TEXT_MAX = 1 << 23;
const FIRST_TEXT = 1 << 14;

const FIELDS_SHIFT = 3;
/** Slot of the receiver, or the negative number of an account. */
const RECEIVER = 0;
/** In milliseconds that wrap. */
const UNTIL = 1;
/** Where the prefix begins, and its length; the reply comes right after it. */
const TEXT = 2;
const PREFIX = 3;
const REPLY = 4;

/** Replies that were seen one after another. They are numbered from 1. */
class Seen {
  count = 0;
  startedAt = 0;
  words: Int32Array = new Int32Array(16 << FIELDS_SHIFT);
  text = Buffer.alloc(FIRST_TEXT);
  textEnd = 0;
  index = new IdTable();

  add(
    receiver: number,
    hash: number,
    now: number,
    buf: Buffer,
    prefixStart: number,
    replyStart: number,
    replyEnd: number,
  ): void {
    const length = replyEnd - prefixStart;
    while (this.text.length < this.textEnd + length) {
      this.text = Buffer.concat([this.text], this.text.length * 2);
    }
    if (this.count === 0) this.startedAt = now;
    const base = ++this.count << FIELDS_SHIFT;
    while (this.words.length <= base + REPLY) this.words = doubled(this.words);
    this.words[base + RECEIVER] = receiver;
    this.words[base + UNTIL] = (now + RECENT_MS) | 0;
    this.words[base + TEXT] = this.textEnd;
    this.words[base + PREFIX] = replyStart - prefixStart;
    this.words[base + REPLY] = replyEnd - replyStart;
    this.textEnd += buf.copy(this.text, this.textEnd, prefixStart, replyEnd);
    this.index.add(hash, this.count);
  }

  /** The same reply is used again. @returns false when something else comes before it now. */
  renew(id: number, now: number, buf: Buffer, prefixStart: number): boolean {
    const { words, text } = this;
    const base = id << FIELDS_SHIFT;
    if (!bytesEqual(text, words[base + TEXT]!, buf, prefixStart, words[base + PREFIX]!))
      return false;
    words[base + UNTIL] = (now + RECENT_MS) | 0;
    return true;
  }

  /** Something else is known of it since. */
  remove(id: number, hash: number): void {
    this.index.remove(hash, id);
  }

  find(receiver: number, hash: number, buf: Buffer, start: number, end: number): number {
    const { words, index } = this;
    for (let at = index.first(hash); at >= 0; at = index.next(at, hash)) {
      const id = index.idAt(at);
      const base = id << FIELDS_SHIFT;
      if (words[base + RECEIVER] !== receiver || words[base + REPLY] !== end - start) continue;
      const text = words[base + TEXT]! + words[base + PREFIX]!;
      if (bytesEqual(this.text, text, buf, start, end - start)) return id;
    }
    return 0;
  }
}

export class MappedReplies {
  #new = new Seen();
  #past = new Seen();
  /** What was found last, and where. */
  #found = 0;
  #foundIn = this.#new;

  /** How many are remembered, over or not. */
  get count(): number {
    return this.#new.count + this.#past.count;
  }

  /** Remembers a reply subject with what came before it, instead of what was known of it. */
  add(
    receiver: number,
    buf: Buffer,
    prefixStart: number,
    replyStart: number,
    replyEnd: number,
  ): void {
    const now = performance.now() | 0;
    this.#age(now);
    const hash = mixHash(hashBytes(buf, replyStart, replyEnd), receiver);
    if (this.#locate(receiver, hash, buf, replyStart, replyEnd)) {
      if (this.#foundIn === this.#new && this.#new.renew(this.#found, now, buf, prefixStart))
        return;
      this.#foundIn.remove(this.#found, hash);
    }
    const { count, textEnd } = this.#new;
    const length = replyEnd - prefixStart;
    if (length > TEXT_MAX) return;
    if (count === NEW_REPLIES_MAX || textEnd + length > TEXT_MAX) this.#turn();
    this.#new.add(receiver, hash, now, buf, prefixStart, replyStart, replyEnd);
  }

  /** Whether something is known of the subject of a message; it is what `prefixBytes` is about then. */
  find(receiver: number, { subject, subjectStart, subjectEnd, hash }: Message): boolean {
    if (this.count === 0) return false;
    const now = performance.now() | 0;
    this.#age(now);
    if (!this.#locate(receiver, mixHash(hash, receiver), subject, subjectStart, subjectEnd)) {
      return false;
    }
    return ((this.#foundIn.words[(this.#found << FIELDS_SHIFT) + UNTIL]! - now) | 0) > 0;
  }

  /** Length of what came before the reply that was found. */
  get prefixBytes(): number {
    return this.#foundIn.words[(this.#found << FIELDS_SHIFT) + PREFIX]!;
  }

  /** Writes what came before the reply that was found, a dot at its end; returns the index after it. */
  writePrefix(out: Buffer, at: number): number {
    const { words, text } = this.#foundIn;
    const start = words[(this.#found << FIELDS_SHIFT) + TEXT]!;
    const end = at + text.copy(out, at, start, start + this.prefixBytes);
    out[end - 1] = DOT;
    return end;
  }

  #locate(receiver: number, hash: number, buf: Buffer, start: number, end: number): boolean {
    this.#foundIn = this.#new;
    this.#found = this.#new.find(receiver, hash, buf, start, end);
    if (this.#found !== 0) return true;
    this.#foundIn = this.#past;
    this.#found = this.#past.find(receiver, hash, buf, start, end);
    return this.#found !== 0;
  }

  #age(now: number): void {
    const { count, startedAt } = this.#new;
    if (count > 0 && ((now - startedAt) | 0) >= RECENT_MS) this.#turn();
    const { count: past, startedAt: pastStartedAt } = this.#past;
    if (past > 0 && ((now - pastStartedAt) | 0) >= 2 * RECENT_MS) this.#past = new Seen();
  }

  #turn(): void {
    this.#past = this.#new;
    this.#new = new Seen();
  }
}
