/**
 * Hot path. One list of rules as a tree of subject tokens.
 *
 * A node is eight int32 words; literal children are found through one hash table for the whole tree,
 * so a list of ten thousand rules is asked as fast as one of ten.
 *
 *      0 parent    node above
 *      1 star      child for `*`
 *      2 rest      child for `>`
 *      3 first     first literal child
 *      4 next      next literal child of the same parent
 *      5 text      where its token begins among the tokens' bytes; it ends where that of the next node
 *                  begins
 *      6 plain     number of the first rule that ends here and names no queue
 *      7 queues    rules that end here and name queues, as an index
 *
 * Rules are numbered from 1 in the order in which they are written. The tree is made when it is first
 * asked, and never changes: a configuration with many users costs nothing for those that stay away.
 * What is found is left in `plain` and `queued`, valid until the next question.
 */

import { GREATER, STAR } from "../../bytes/ascii.ts";
import { hashBytes, mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import { tokenEnd } from "../subject.ts";
import { QueueRules } from "./queue-rules.ts";
import { parseRule, type RuleList } from "./subject-rule.ts";
import { SubjectTokens } from "./subject-tokens.ts";

const NODE_SHIFT = 3;
const NODE_PARENT = 0;
const NODE_STAR = 1;
const NODE_REST = 2;
const NODE_FIRST = 3;
const NODE_NEXT = 4;
const NODE_TEXT = 5;
const NODE_PLAIN = 6;
const NODE_QUEUES = 7;

/** Node 0 means no node. */
const ROOT = 1;
const NO_QUEUE = "";

/** When a question is answered. */
const AT_PLAIN = 1;
const AT_QUEUED = 2;

const tokens = new SubjectTokens();

/** What a tree has until it is made. */
const NO_WORDS = new Int32Array(0);
const NO_TEXT = new Uint8Array(0);
const NO_CHILDREN = new IdTable(4);
const NO_QUEUES: (QueueRules | null)[] = [];

export class RuleTree {
  readonly list: RuleList;
  /** The rules as they are written. */
  readonly texts: readonly string[];
  /** What was found: lowest number of a matching rule that names no queue, or 0. */
  plain = 0;
  /** Lowest number of a matching rule that means the queue group asked for, or 0. */
  queued = 0;
  /** Whether any matching rule names a queue, whichever it is. */
  namesQueue = false;

  #isBuilt = false;
  #words: Int32Array = NO_WORDS;
  #text: Uint8Array = NO_TEXT;
  #textEnd = 0;
  #nodeCount = 0;
  /** Tokens of the longest rule. */
  #depth = 0;
  #children = NO_CHILDREN;
  /** Index 0 means none. */
  #queues = NO_QUEUES;

  /** The question being answered. */
  #queue = NO_QUEUE;
  #isPattern = false;
  #until = 0;

  /** @param texts entries of the list as they stand in the options; not copied. */
  constructor(list: RuleList, texts: readonly string[]) {
    this.list = list;
    this.texts = texts;
  }

  /**
   * Which rules match a subject, its tokens taken literally.
   *
   * @param queue the queue group that rules may name; "" for none.
   * @param isComplete whether the lowest numbers are wanted, and not just any.
   */
  match(buf: Uint8Array, start: number, end: number, queue: string, isComplete: boolean): void {
    this.#begin(queue, false, isComplete ? 0 : AT_PLAIN);
    if (this.#depth !== 0 && tokens.split(buf, start, end, this.#depth)) this.#walk(ROOT, 0);
  }

  /** Which rules match every subject that a subscription to this pattern can receive. */
  cover(buf: Uint8Array, start: number, end: number, queue: string): void {
    this.#begin(queue, true, 0);
    if (tokens.split(buf, start, end, this.#depth)) this.#walk(ROOT, 0);
  }

  /** Whether a rule matches some subject that a subscription to this pattern can receive. */
  overlaps(buf: Uint8Array, start: number, end: number, queue: string): boolean {
    this.#begin(queue, true, AT_PLAIN | AT_QUEUED);
    return tokens.split(buf, start, end, this.#depth) && this.#overlaps(ROOT, 0);
  }

  #begin(queue: string, isPattern: boolean, until: number): void {
    if (!this.#isBuilt) this.#build();
    this.plain = 0;
    this.queued = 0;
    this.namesQueue = false;
    this.#queue = queue;
    this.#isPattern = isPattern;
    this.#until = until;
  }

  /** True when the walk can stop. */
  #walk(node: number, index: number): boolean {
    if (index === tokens.count) return this.#take(node);
    const base = node << NODE_SHIFT;
    const rest = this.#words[base + NODE_REST]!;
    if (rest !== 0 && this.#take(rest)) return true;
    const star = this.#words[base + NODE_STAR]!;
    if (star !== 0 && !(this.#isPattern && this.#wildcardAt(index) === GREATER)) {
      if (this.#walk(star, index + 1)) return true;
    }
    const child = this.#childAt(node, index);
    return child !== 0 && this.#walk(child, index + 1);
  }

  #overlaps(node: number, index: number): boolean {
    if (index === tokens.count) return this.#take(node);
    const base = node << NODE_SHIFT;
    const rest = this.#words[base + NODE_REST]!;
    if (rest !== 0 && this.#take(rest)) return true;
    const star = this.#words[base + NODE_STAR]!;
    const first = this.#words[base + NODE_FIRST]!;
    // Deeper tokens than the tree's are not recorded.
    if (star === 0 && first === 0) return false;
    const wildcard = this.#wildcardAt(index);
    if (wildcard === GREATER) return this.#anyBelow(node);
    if (star !== 0 && this.#overlaps(star, index + 1)) return true;
    if (wildcard === 0) {
      const child = this.#childAt(node, index);
      return child !== 0 && this.#overlaps(child, index + 1);
    }
    for (let child = first; child !== 0; child = this.#next(child)) {
      if (this.#overlaps(child, index + 1)) return true;
    }
    return false;
  }

  /** Whether a rule for the queue group ends anywhere below a node. */
  #anyBelow(node: number): boolean {
    const base = node << NODE_SHIFT;
    const star = this.#words[base + NODE_STAR]!;
    if (star !== 0 && (this.#take(star) || this.#anyBelow(star))) return true;
    const rest = this.#words[base + NODE_REST]!;
    if (rest !== 0 && this.#take(rest)) return true;
    for (let child = this.#words[base + NODE_FIRST]!; child !== 0; child = this.#next(child)) {
      if (this.#take(child) || this.#anyBelow(child)) return true;
    }
    return false;
  }

  /** Notes the rules that end at a node; true when they answer the question. */
  #take(node: number): boolean {
    const base = node << NODE_SHIFT;
    const plain = this.#words[base + NODE_PLAIN]!;
    if (plain !== 0 && (this.plain === 0 || plain < this.plain)) this.plain = plain;
    const queues = this.#words[base + NODE_QUEUES]!;
    if (queues !== 0) {
      this.namesQueue = true;
      if (this.#queue !== NO_QUEUE) {
        const rule = this.#queues[queues]!.find(this.#queue);
        if (rule !== 0 && (this.queued === 0 || rule < this.queued)) this.queued = rule;
      }
    }
    const found = (this.plain === 0 ? 0 : AT_PLAIN) | (this.queued === 0 ? 0 : AT_QUEUED);
    return (found & this.#until) !== 0;
  }

  #next(node: number): number {
    return this.#words[(node << NODE_SHIFT) + NODE_NEXT]!;
  }

  /** The wildcard byte that is the whole token, or 0. */
  #wildcardAt(index: number): number {
    const at = Math.imul(index, 3);
    const start = tokens.triples[at]!;
    if (tokens.triples[at + 1]! - start !== 1) return 0;
    const byte = tokens.buf[start]!;
    return byte === STAR || byte === GREATER ? byte : 0;
  }

  /** The literal child for a token of the subject asked about, or 0. */
  #childAt(node: number, index: number): number {
    if (this.#words[(node << NODE_SHIFT) + NODE_FIRST] === 0) return 0;
    const at = Math.imul(index, 3);
    const { buf, triples } = tokens;
    return this.#find(node, buf, triples[at]!, triples[at + 1]!, triples[at + 2]!);
  }

  #find(parent: number, buf: Uint8Array, start: number, end: number, tokenHash: number): number {
    const table = this.#children;
    const hash = mixHash(tokenHash, parent);
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const node = table.idAt(at);
      if (
        this.#words[(node << NODE_SHIFT) + NODE_PARENT] === parent &&
        this.#hasText(node, buf, start, end)
      ) {
        return node;
      }
    }
    return 0;
  }

  #hasText(node: number, buf: Uint8Array, start: number, end: number): boolean {
    const at = (node << NODE_SHIFT) + NODE_TEXT;
    let from = this.#words[at]!;
    if (this.#words[at + (1 << NODE_SHIFT)]! - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#text[from++] !== buf[i]) return false;
    return true;
  }

  #build(): void {
    this.#isBuilt = true;
    let tokenCount = 0;
    let byteCount = 0;
    const subjects: { bytes: Buffer; queue: string; rule: number }[] = [];
    for (let i = 0; i < this.texts.length; i++) {
      const rule = parseRule(this.texts[i]!, this.list);
      if (rule === null) continue;
      const bytes = Buffer.from(rule.subject);
      let depth = 0;
      for (let at = 0; at <= bytes.length; at = tokenEnd(bytes, at, bytes.length) + 1) depth++;
      tokenCount += depth;
      byteCount += bytes.length;
      this.#depth = Math.max(this.#depth, depth);
      subjects.push({ bytes, queue: rule.queue, rule: i + 1 });
    }
    // One node a token at most, the root, no node 0, and an end for the last node's text.
    this.#words = new Int32Array((tokenCount + 3) << NODE_SHIFT);
    this.#text = new Uint8Array(byteCount);
    this.#children = new IdTable(4);
    this.#queues = [null];
    this.#nodeCount = 2;
    for (let i = 0; i < subjects.length; i++) {
      const { bytes, queue, rule } = subjects[i]!;
      this.#insert(bytes, queue, rule);
    }
  }

  #insert(subject: Uint8Array, queue: string, rule: number): void {
    let node = ROOT;
    for (let i = 0; i <= subject.length; ) {
      const stop = tokenEnd(subject, i, subject.length);
      node = this.#childFor(node, subject, i, stop);
      i = stop + 1;
    }
    const base = node << NODE_SHIFT;
    if (queue === NO_QUEUE) {
      if (this.#words[base + NODE_PLAIN] === 0) this.#words[base + NODE_PLAIN] = rule;
      return;
    }
    if (this.#words[base + NODE_QUEUES] === 0) {
      this.#words[base + NODE_QUEUES] = this.#queues.length;
      this.#queues.push(new QueueRules());
    }
    this.#queues[this.#words[base + NODE_QUEUES]!]!.add(queue, rule);
  }

  #childFor(parent: number, buf: Uint8Array, start: number, end: number): number {
    const words = this.#words;
    const parentBase = parent << NODE_SHIFT;
    const isWildcard = end - start === 1 && (buf[start] === STAR || buf[start] === GREATER);
    const field = buf[start] === STAR ? NODE_STAR : NODE_REST;
    const tokenHash = isWildcard ? 0 : hashBytes(buf, start, end);
    const known = isWildcard
      ? words[parentBase + field]!
      : this.#find(parent, buf, start, end, tokenHash);
    if (known !== 0) return known;

    const node = this.#nodeCount++;
    const base = node << NODE_SHIFT;
    words[base + NODE_PARENT] = parent;
    words[base + NODE_TEXT] = this.#textEnd;
    if (isWildcard) {
      words[parentBase + field] = node;
    } else {
      for (let i = start; i < end; i++) this.#text[this.#textEnd++] = buf[i]!;
      words[base + NODE_NEXT] = words[parentBase + NODE_FIRST]!;
      words[parentBase + NODE_FIRST] = node;
      this.#children.add(mixHash(tokenHash, parent), node);
    }
    words[base + NODE_TEXT + (1 << NODE_SHIFT)] = this.#textEnd;
    return node;
  }
}
