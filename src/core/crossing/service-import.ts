/**
 * Hot path. A service of another account, as the account that imports it reaches it: a subscription
 * to the subject here, which leads into the exporting account.
 */

import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { SubjectTransform } from "../mapping/subject-transform.ts";
import type { Sink } from "../sink.ts";
import type { Crossing, ServiceCrossing } from "./crossing.ts";
import type { Passage } from "./passage.ts";
import type { ServiceExport } from "./service-export.ts";

/** What an import says. */
export interface ServiceImportRule {
  readonly importer: Account;
  readonly service: ServiceExport;
  /** Subject here, its wildcards as `*`. */
  readonly from: string;
  /** Subject in the exporting account. */
  readonly to: string;
  /** From the one to the other; null when it is the same subject, or neither has wildcards. */
  readonly transform: SubjectTransform | null;
  /** The exporting account may know all about the client that asks. */
  readonly share: boolean;
  readonly allowTrace: boolean;
}

export class ServiceImport implements Crossing, ServiceCrossing {
  readonly service = this;
  readonly rule: ServiceImportRule;
  readonly exported: ServiceExport;
  /** In the table of crossings. */
  number = 0;
  /** The subscription that leads here. */
  subscription = 0;
  readonly #passage: Passage;
  readonly #fixed: Buffer | null;

  constructor(rule: ServiceImportRule, passage: Passage) {
    this.rule = rule;
    this.exported = rule.service;
    this.#passage = passage;
    const isFixed = rule.transform === null && rule.from !== rule.to;
    this.#fixed = isFixed ? Buffer.from(rule.to) : null;
  }

  take(): boolean {
    return false;
  }

  pass(source: Sink, message: Message): boolean {
    return this.#passage.request(this, source, message);
  }

  /** Length of the subject in the exporting account, at most. */
  maxLength({ subjectStart, subjectEnd }: Message): number {
    const length = subjectEnd - subjectStart;
    if (this.#fixed !== null) return this.#fixed.length;
    return this.rule.transform === null ? length : this.rule.transform.maxLength(length);
  }

  /** Writes the subject in the exporting account; returns the index after it. */
  writeSubject({ subject, subjectStart, subjectEnd }: Message, out: Buffer, at: number): number {
    if (this.#fixed !== null) return at + this.#fixed.copy(out, at);
    const { transform } = this.rule;
    if (transform === null) return at + subject.copy(out, at, subjectStart, subjectEnd);
    return transform.write(subject, subjectStart, subjectEnd, out, at);
  }
}
