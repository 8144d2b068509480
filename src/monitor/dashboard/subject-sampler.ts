/**
 * Which subjects are busy, estimated from samples: of each chunk of input that is parsed, one message
 * stands for all that lie whole in it; those that do not are samples of their own. While very many
 * chunks come, only some are looked at.
 */

import type { TrafficSampler } from "../../net/traffic-sampler.ts";
import type { Message } from "../../protocol/message.ts";
import { sampleOf } from "./chunk-sample.ts";
import type { SubjectRate } from "./shapes.ts";

/** Subjects that are told apart; the quietest ones make room. */
export const SUBJECTS_MAX = 1000;
/** Samples in a second. */
const SAMPLES_MAX = 2000;
/** Connections of which it is known that a message is under way; of others one more is counted. */
const MIDWAY_MAX = 65_536;
/** Bytes of a subject that are kept. */
const SUBJECT_BYTES_MAX = 256;
/** Weight of the last second in what is shown; the first ones, which nothing came before, have more. */
const FRESHNESS = 0.4;
/** Messages per second below which a subject is forgotten. */
const QUIET = 0.05;
/** Subjects of answers are new each time: all of them count as one. */
const INBOX = /^(?:_INBOX|_R_|_GR_)\.|^\$SYS\._INBOX\./;

interface Rate {
  freshMsgs: number;
  freshBytes: number;
  msgs: number;
  bytes: number;
}

export class SubjectSampler implements TrafficSampler {
  readonly #rates = new Map<string, Rate>();
  #chunks = 0;
  #ticks = 0;
  /** Every so-manieth chunk is looked at. */
  #stride = 1;
  #skipped = 0;
  /** Messages of the chunk under way that were gathered. */
  #gathered = 0;
  /** Connections that have sent a part of a message; some of them may be closed by now. */
  readonly #midway = new Set<number>();

  onChunk(cid: number, message: Message, messages: number, isMidway: boolean): void {
    const wasMidway = this.#midway.delete(cid);
    if (this.#midway.size >= MIDWAY_MAX) this.#midway.clear();
    if (isMidway) this.#midway.add(cid);
    const whole = messages - this.#gathered - Number(wasMidway) + Number(isMidway);
    this.#gathered = 0;
    if (whole <= 0 || !this.#takes(whole)) return;
    this.#count(sampleOf(message, whole));
  }

  onGathered(message: Message): void {
    this.#gathered++;
    if (this.#takes(1)) this.#count(message);
  }

  /** Whether it is looked at; else what is looked at next stands for these messages too. */
  #takes(messages: number): boolean {
    this.#chunks++;
    this.#skipped += messages;
    return this.#chunks % this.#stride === 0;
  }

  #count(message: Message): void {
    const count = this.#skipped;
    this.#skipped = 0;
    const { subject: buf, subjectStart, subjectEnd } = message;
    const end = Math.min(subjectEnd, subjectStart + SUBJECT_BYTES_MAX);
    const text = buf.toString("utf8", subjectStart, end);
    const subject = INBOX.test(text) ? `${text.slice(0, text.indexOf(".") + 1)}>` : text;
    const rate = this.#rates.get(subject) ?? this.#open(subject);
    rate.freshMsgs += count;
    rate.freshBytes += count * message.totalBytes;
  }

  /** Closes a second of `seconds`, and returns the busiest subjects. */
  tick(seconds: number, limit: number): SubjectRate[] {
    this.#stride = Math.max(1, Math.ceil(this.#chunks / SAMPLES_MAX / seconds));
    this.#chunks = 0;
    const freshness = Math.max(FRESHNESS, 1 / ++this.#ticks);
    for (const [subject, rate] of this.#rates) {
      rate.msgs += freshness * (rate.freshMsgs / seconds - rate.msgs);
      rate.bytes += freshness * (rate.freshBytes / seconds - rate.bytes);
      rate.freshMsgs = 0;
      rate.freshBytes = 0;
      if (rate.msgs < QUIET) this.#rates.delete(subject);
    }
    return [...this.#rates]
      .map(([subject, { msgs, bytes }]) => ({ subject, msgs, bytes }))
      .sort((a, b) => b.msgs - a.msgs)
      .slice(0, limit);
  }

  #open(subject: string): Rate {
    if (this.#rates.size >= SUBJECTS_MAX) this.#makeRoom();
    const rate = { freshMsgs: 0, freshBytes: 0, msgs: 0, bytes: 0 };
    this.#rates.set(subject, rate);
    return rate;
  }

  /** Forgets the quieter half, so that it is seldom done. */
  #makeRoom(): void {
    const quietest = [...this.#rates].sort(
      ([, a], [, b]) => a.msgs + a.freshMsgs - (b.msgs + b.freshMsgs),
    );
    for (const [subject] of quietest.slice(0, SUBJECTS_MAX / 2)) this.#rates.delete(subject);
  }
}
