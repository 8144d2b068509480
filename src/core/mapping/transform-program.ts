/**
 * Hot path. A subject transform as it runs: steps that write a subject, from bytes to bytes.
 *
 * Tokens are ranges between dots; no other byte has a meaning, so any binary subject passes.
 */

import { DOT } from "../../bytes/ascii.ts";
import { nextRandom } from "../random.ts";
import { matchesSource } from "./source-match.ts";
import {
  copyRange,
  writeCharacters,
  writeHalves,
  writeSlices,
  writeSplit,
  writeUnsigned,
} from "./token-pieces.ts";

export const Op = {
  /** Plain text of the destination. */
  Text: 0,
  Token: 1,
  Left: 2,
  Right: 3,
  SplitFromLeft: 4,
  SplitFromRight: 5,
  SliceFromLeft: 6,
  SliceFromRight: 7,
  Split: 8,
  Partition: 9,
  Random: 10,
  /** All tokens from one on. */
  Tail: 11,
} as const;

export type OpCode = (typeof Op)[keyof typeof Op];

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 16777619;
/** Digits of the greatest number that is written. */
const DIGITS_MAX = 10;

export class Step {
  readonly op: OpCode;
  /** Tokens of the subject, from 0. A partition may have several, or none for the whole subject. */
  readonly tokens: Int32Array;
  readonly token: number;
  /** Number of partitions, of bytes, … */
  readonly amount: number;
  /** The text, or a separator. */
  readonly bytes: Uint8Array;

  constructor(op: OpCode, positions: readonly number[], amount: number, text: string) {
    this.op = op;
    this.tokens = Int32Array.from(positions);
    this.token = positions[0] ?? 0;
    this.amount = amount;
    this.bytes = Buffer.from(text);
  }
}

export class TransformProgram {
  readonly #pattern: Uint8Array;
  readonly #steps: readonly Step[];
  /** How many tokens of a subject are looked up, with start and end of each. */
  readonly #tokenCount: number;
  readonly #ranges: Int32Array;
  #fixedLength = 0;
  #subjectCopies = 0;

  /** @param source subject that is transformed, with wildcards. */
  constructor(source: string, steps: readonly Step[]) {
    this.#pattern = Buffer.from(source);
    this.#steps = steps;
    this.#tokenCount = 0;
    for (const { op, tokens, bytes } of steps) {
      for (const token of tokens) this.#tokenCount = Math.max(this.#tokenCount, token + 1);
      if (op === Op.Text) this.#fixedLength += bytes.length;
      else if (op === Op.Partition || op === Op.Random) this.#fixedLength += DIGITS_MAX;
      // With a dot after each byte.
      else this.#subjectCopies += op === Op.Token || op === Op.Tail ? 1 : 2;
    }
    this.#ranges = new Int32Array(this.#tokenCount * 2);
  }

  /** The most bytes that are written for a subject of so many. */
  maxLength(subjectLength: number): number {
    return this.#fixedLength + this.#subjectCopies * subjectLength;
  }

  /**
   * Writes what becomes of a subject that `matches`; there must be room for `maxLength` bytes.
   *
   * @returns the index after the last byte.
   */
  write(subject: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
    if (this.#tokenCount !== 0) this.#locate(subject, start, end);
    const steps = this.#steps;
    let o = at;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step.op === Op.Text) o = copyRange(step.bytes, 0, step.bytes.length, out, o);
      else if (step.op === Op.Partition)
        o = this.#writePartition(step, subject, start, end, out, o);
      else if (step.op === Op.Random) {
        o = writeUnsigned(out, o, step.amount === 0 ? 0 : nextRandom() % step.amount);
      } else o = this.#writeToken(step, subject, end, out, o);
    }
    return o;
  }

  /** Tells whether a published subject is one of the source's. */
  matches(subject: Uint8Array, start: number, end: number): boolean {
    return matchesSource(subject, start, end, this.#pattern);
  }

  /** Finds the tokens that the steps take; those that are not there are empty. */
  #locate(subject: Uint8Array, start: number, end: number): void {
    const ranges = this.#ranges;
    const length = ranges.length;
    let i = start;
    for (let at = 0; at < length; at += 2) {
      if (i > end) {
        ranges[at] = end;
        ranges[at + 1] = end;
        continue;
      }
      ranges[at] = i;
      while (i < end && subject[i] !== DOT) i++;
      ranges[at + 1] = i++;
    }
  }

  #writeToken(step: Step, subject: Uint8Array, end: number, out: Uint8Array, at: number): number {
    const s = this.#ranges[step.token * 2]!;
    const e = this.#ranges[step.token * 2 + 1]!;
    const { amount } = step;
    const length = e - s;
    const isShort = amount <= 0 || amount >= length;
    switch (step.op) {
      case Op.Left:
        return copyRange(subject, s, isShort ? e : s + amount, out, at);
      case Op.Right:
        return copyRange(subject, isShort ? s : e - amount, e, out, at);
      case Op.SplitFromLeft:
        return writeHalves(subject, s, e, isShort ? 0 : amount, out, at);
      case Op.SplitFromRight:
        return writeHalves(subject, s, e, isShort ? 0 : length - amount, out, at);
      case Op.SliceFromLeft:
        if (isShort) return copyRange(subject, s, e, out, at);
        return writeSlices(subject, s, e, amount, amount, out, at);
      case Op.SliceFromRight:
        if (isShort) return copyRange(subject, s, e, out, at);
        return writeSlices(subject, s, e, length % amount || amount, amount, out, at);
      case Op.Split:
        if (step.bytes.length === 0) return writeCharacters(subject, s, e, out, at);
        return writeSplit(subject, s, e, step.bytes, out, at);
      default:
        return copyRange(subject, s, step.op === Op.Tail ? end : e, out, at);
    }
  }

  /** The number is a public fact, not this process's hash: other servers and clients count alike. */
  #writePartition(
    step: Step,
    subject: Uint8Array,
    start: number,
    end: number,
    out: Uint8Array,
    at: number,
  ): number {
    const { tokens, amount } = step;
    if (amount === 0) return writeUnsigned(out, at, 0);
    let hash = FNV_OFFSET;
    if (tokens.length === 0) hash = fnv(hash, subject, start, end);
    for (let i = 0; i < tokens.length; i++) {
      const range = tokens[i]! * 2;
      hash = fnv(hash, subject, this.#ranges[range]!, this.#ranges[range + 1]!);
    }
    return writeUnsigned(out, at, (hash >>> 0) % (amount >>> 0));
  }
}

function fnv(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash;
}
