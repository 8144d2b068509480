/**
 * Hot path. Messages of another account's stream, under the subjects of the account that imports it.
 *
 * For each subscription of the importing account that may want them, one of this crossing stands in
 * the exporting account's sublist. It delivers to the client's subscription as if the message had been
 * published here: what the client has received, its limits and permissions count only once.
 */

import { SPACE } from "../../bytes/ascii.ts";
import { hashBytes } from "../../bytes/hash.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { Delivery } from "../delivery.ts";
import type { SubjectTransform } from "../mapping/subject-transform.ts";
import type { Sink } from "../sink.ts";
import { SUB_ORIGIN, type Subscriptions } from "../subscriptions.ts";
import type { Crossing } from "./crossing.ts";

/** What an import says. */
export interface StreamImportRule {
  readonly exporter: Account;
  readonly importer: Account;
  /** Subject in the exporting account. */
  readonly from: string;
  /** Subject here, its wildcards as `*`. */
  readonly to: string;
  /** From the one to the other; null when it is the same subject, or neither has wildcards. */
  readonly transform: SubjectTransform | null;
  readonly allowTrace: boolean;
}

/** Shared by all imports: it is delivered to one receiver before the next one is served. */
const renamed = new Message();

export class StreamImport implements Crossing {
  readonly service = null;
  readonly rule: StreamImportRule;
  /** In the table of crossings. */
  number = 0;
  readonly #importer: Account;
  readonly #subs: Subscriptions;
  readonly #delivery: Delivery;
  readonly #transform: SubjectTransform | null;
  readonly #isSame: boolean;
  /** The delivery whose message has the subject below. */
  #serial = -1;
  #subject: Buffer;
  #length = 0;
  #hash = 0;

  constructor(rule: StreamImportRule, subs: Subscriptions, delivery: Delivery) {
    this.rule = rule;
    this.#importer = rule.importer;
    this.#subs = subs;
    this.#delivery = delivery;
    this.#transform = rule.transform;
    this.#isSame = rule.transform === null && rule.from === rule.to;
    this.#subject = Buffer.from(`${rule.to} `);
    this.#length = this.#subject.length - 1;
    this.#hash = hashBytes(this.#subject, 0, this.#length);
  }

  take(id: number, source: Sink, message: Message): boolean {
    const taken = this.received(message);
    if (taken === null) return false;
    const origin = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_ORIGIN]!;
    if (!this.#delivery.deliverTo(origin, this.#importer, source, taken)) return false;
    this.countTraffic(message);
    return true;
  }

  /** As in nats-server, what a client here has got is traffic of the account whose stream it is. */
  countTraffic({ totalBytes }: Message): void {
    const exporter = this.rule.exporter;
    exporter.shiftedMsgs++;
    exporter.shiftedBytes += totalBytes;
    this.#importer.shiftedMsgs--;
    this.#importer.shiftedBytes -= totalBytes;
  }

  /**
   * A message as it comes to the importing account, until the next one; null when it does not: as in
   * nats-server, what came from a service of another account is not exported further.
   */
  received(message: Message): Message | null {
    if (message.depth !== 0) return null;
    return this.#isSame ? message : this.#renamed(message);
  }

  /** The message under its subject here, which is written once, however many subscriptions want it. */
  #renamed(message: Message): Message {
    const { serial } = this.#delivery;
    if (this.#transform !== null && serial !== this.#serial) {
      this.#serial = serial;
      this.#transformSubject(message, this.#transform);
    }
    renamed.resume(message);
    renamed.setSubject(this.#subject, this.#length, this.#hash);
    return renamed;
  }

  #transformSubject(
    { subject, subjectStart, subjectEnd }: Message,
    transform: SubjectTransform,
  ): void {
    const needed = transform.maxLength(subjectEnd - subjectStart) + 1;
    if (this.#subject.length < needed) this.#subject = Buffer.allocUnsafeSlow(needed * 2);
    const end = transform.write(subject, subjectStart, subjectEnd, this.#subject, 0);
    this.#subject[end] = SPACE;
    this.#length = end;
    this.#hash = hashBytes(this.#subject, 0, end);
  }
}
