/**
 * Hot path. The matcher of one account: which subscriptions want a subject.
 *
 * A radix tree whose edges are subject tokens. A node is a 64-byte record; its literal children are
 * found through one hash table for the whole tree, keyed by parent and token, so a node costs the
 * same with one child or a million. `*` and `>` children have fields of their own; `sublist-node.ts` has
 * them all.
 *
 * Matching only reads; results are lists of ids that stay valid as lists while subscriptions change
 * (an id that is gone has sink 0). Empty nodes are removed at once.
 */

import { DOT, GREATER, STAR } from "../bytes/ascii.ts";
import { hashBytes, mixHash } from "../bytes/hash.ts";
import { IdTable } from "../bytes/id-table.ts";
import { RECORD_SHIFT, RecordPool } from "../bytes/record-pool.ts";
import { GATEWAY_BASE, LINK_BASE } from "./link/link.ts";
import { numberOf } from "./link/links.ts";
import { doubled, MatchResult } from "./match-result.ts";
import { MatchScratch } from "./match-scratch.ts";
import { formGroups } from "./queue-groups.ts";
import { hasWildcard, tokenEnd } from "./subject.ts";
import { type Fanout, SublistCache } from "./sublist-cache.ts";
import {
  NODE_CHILDREN,
  NODE_HASH,
  NODE_PARENT,
  NODE_PLAIN,
  NODE_QUEUE,
  NODE_REST,
  NODE_STAR,
  NODE_TOKEN,
  NODE_TOLD,
  NODE_TOLD_CLUSTER,
  ROOT,
} from "./sublist-node.ts";
import {
  SUB_NEXT_IN_NODE,
  SUB_NODE,
  SUB_PREVIOUS_IN_NODE,
  SUB_QUEUE,
  SUB_SINK,
  type Subscriptions,
} from "./subscriptions.ts";

const scratch = new MatchScratch();

/** Keeps count of what other servers are to know. */
export interface NodeInterest {
  /** A subscription has come to a node. */
  added(node: number, id: number): void;
  /** One has gone from it; the record is still there. */
  removed(node: number, id: number): void;
}

/** Counters wrap at 2^31. */
export interface SublistStats {
  subscriptions: number;
  nodes: number;
  inserts: number;
  removes: number;
  matches: number;
  cacheEntries: number;
  cacheHits: number;
}

export class Sublist {
  readonly #subs: Subscriptions;
  readonly #nodes = new RecordPool(NODE_TOKEN);
  readonly #children = new IdTable();
  readonly #cache: SublistCache;
  readonly #result = new MatchResult(8);

  /** Told of what comes and goes; null where no other server is to know. */
  interest: NodeInterest | null = null;
  #subCount = 0;
  #gatewayCount = 0;
  #inserts = 0;
  #removes = 0;

  /** @param isCached false matches every message anew. */
  constructor(subs: Subscriptions, isCached = true) {
    this.#subs = subs;
    this.#cache = new SublistCache(isCached);
  }

  get stats(): SublistStats {
    return {
      subscriptions: this.#subCount,
      nodes: this.#nodes.count,
      inserts: this.#inserts,
      removes: this.#removes,
      matches: this.#cache.hits + this.#cache.misses,
      cacheEntries: this.#cache.count,
      cacheHits: this.#cache.hits,
    };
  }

  /** How many subscriptions there are, without those that stand for what other clusters want. */
  get count(): number {
    return this.#subCount;
  }

  /** The same with those. */
  get size(): number {
    return this.#subCount + this.#gatewayCount;
  }

  /** Differs as soon as a subscription has come or gone. */
  get changes(): number {
    return (this.#inserts + this.#removes) | 0;
  }

  /** All node records, those that are free too: their words are 0. For walks over subscriptions. */
  get nodeWords(): Int32Array {
    return this.#nodes.words;
  }

  /** How many receivers the results have that are remembered. */
  fanout(): Fanout {
    return this.#cache.fanout();
  }

  /** Adds a subscription under a subject that `isValidSubject` has accepted. */
  insert(id: number, buf: Uint8Array, start: number, end: number): void {
    let node = ROOT;
    for (let i = start; i <= end; ) {
      const stop = tokenEnd(buf, i, end);
      node = this.#childFor(node, buf, i, stop);
      i = stop + 1;
    }
    const words = this.#subs.pool.words;
    const base = id << RECORD_SHIFT;
    const list = (node << RECORD_SHIFT) + (words[base + SUB_QUEUE] === 0 ? NODE_PLAIN : NODE_QUEUE);
    const next = this.#nodes.words[list]!;
    words[base + SUB_NODE] = node;
    words[base + SUB_NEXT_IN_NODE] = next;
    words[base + SUB_PREVIOUS_IN_NODE] = 0;
    if (next !== 0) words[(next << RECORD_SHIFT) + SUB_PREVIOUS_IN_NODE] = id;
    this.#nodes.words[list] = id;
    if (words[base + SUB_SINK]! < GATEWAY_BASE) this.#subCount++;
    else this.#gatewayCount++;
    this.#inserts = (this.#inserts + 1) | 0;
    if (this.interest !== null) this.interest.added(node, id);
    this.#changed(buf, start, end);
  }

  /** Takes a subscription out; its record is still the caller's to destroy. */
  remove(id: number): void {
    const words = this.#subs.pool.words;
    const base = id << RECORD_SHIFT;
    const node = words[base + SUB_NODE]!;
    const length = this.writeSubject(node);
    const next = words[base + SUB_NEXT_IN_NODE]!;
    const previous = words[base + SUB_PREVIOUS_IN_NODE]!;
    if (next !== 0) words[(next << RECORD_SHIFT) + SUB_PREVIOUS_IN_NODE] = previous;
    if (previous !== 0) {
      words[(previous << RECORD_SHIFT) + SUB_NEXT_IN_NODE] = next;
    } else {
      const field = words[base + SUB_QUEUE] === 0 ? NODE_PLAIN : NODE_QUEUE;
      this.#nodes.words[(node << RECORD_SHIFT) + field] = next;
    }
    words[base + SUB_NODE] = 0;
    if (words[base + SUB_SINK]! < GATEWAY_BASE) this.#subCount--;
    else this.#gatewayCount--;
    this.#removes = (this.#removes + 1) | 0;
    if (this.interest !== null) this.interest.removed(node, id);
    this.prune(node);
    this.#changed(scratch.path, 0, length);
  }

  /** The weight of another server's members of a queue group has changed: results with it are wrong. */
  reweighed(node: number): void {
    const length = this.writeSubject(node);
    this.#changed(scratch.path, 0, length);
  }

  /** Node of a subject that somebody has subscribed to, or 0. */
  nodeOf(buf: Uint8Array, start: number, end: number): number {
    let node = ROOT;
    for (let i = start; i <= end; ) {
      const stop = tokenEnd(buf, i, end);
      node = this.#childOf(node, buf, i, stop);
      if (node === 0) return 0;
      i = stop + 1;
    }
    return node;
  }

  /** What `writeSubject` has written, until the next call. */
  get path(): Buffer {
    return scratch.path;
  }

  /** A copy of the subject of a subscription, for whatever is not done for each message. */
  subjectOf(id: number): Buffer {
    const length = this.writeSubject(this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_NODE]!);
    return Buffer.from(scratch.path.subarray(0, length));
  }

  /**
   * Who wants this subject. The result is valid until the next call of `match`.
   *
   * @param hash `hashBytes` of the subject.
   */
  match(buf: Uint8Array, start: number, end: number, hash: number): MatchResult {
    const cached = this.#cache.find(buf, start, end, hash);
    if (cached !== null) return cached;
    const result = this.#result;
    result.clear();
    scratch.begin();
    if (this.#splitTokens(buf, start, end)) {
      this.#walk(ROOT, 0, buf);
      if (scratch.hasQueued) formGroups(result, scratch, this.#subs.pool.words);
      result.routeCount = result.linkCount;
      for (let i = 0; i < scratch.gatewayCount; i++) result.addLink(scratch.gateways[i]!);
    }
    if (start < end && this.#cache.admits(hash)) this.#cache.store(buf, start, end, hash, result);
    return result;
  }

  /** `match` for a range whose hash is not known yet. */
  matchRange(buf: Uint8Array, start: number, end: number): MatchResult {
    return this.match(buf, start, end, hashBytes(buf, start, end));
  }

  /** Goes down by itself where there is one way only: subjects may have very many tokens. */
  #walk(from: number, first: number, buf: Uint8Array): void {
    const words = this.#nodes.words;
    let node = from;
    for (let index = first; index < scratch.tokenCount; index++) {
      const base = node << RECORD_SHIFT;
      const rest = words[base + NODE_REST]!;
      if (rest !== 0) this.#collect(rest);
      const at = index * 3;
      const start = scratch.tokens[at]!;
      const end = scratch.tokens[at + 1]!;
      const child = this.#find(node, buf, start, end, mixHash(scratch.tokens[at + 2]!, node));
      const star = words[base + NODE_STAR]!;
      if (star !== 0 && child !== 0) this.#walk(star, index + 1, buf);
      node = child !== 0 ? child : star;
      if (node === 0) return;
    }
    this.#collect(node);
  }

  #collect(node: number): void {
    const words = this.#subs.pool.words;
    const base = node << RECORD_SHIFT;
    for (let id = this.#nodes.words[base + NODE_PLAIN]!; id !== 0; ) {
      const at = id << RECORD_SHIFT;
      const sink = words[at + SUB_SINK]!;
      // Another server gets a message once, however many of its subscriptions match.
      if (sink < LINK_BASE) this.#result.addPlain(id);
      else if (scratch.isFirst(numberOf(sink))) {
        if (sink < GATEWAY_BASE) this.#result.addLink(id);
        else scratch.addGateway(id);
      }
      id = words[at + SUB_NEXT_IN_NODE]!;
    }
    for (let id = this.#nodes.words[base + NODE_QUEUE]!; id !== 0; ) {
      const at = id << RECORD_SHIFT;
      const sink = words[at + SUB_SINK]!;
      if (sink < LINK_BASE) scratch.addQueued(id);
      else if (sink < GATEWAY_BASE) scratch.addRemote(id);
      else scratch.addGateway(id);
      id = words[at + SUB_NEXT_IN_NODE]!;
    }
  }

  /** Finds the tokens of a published subject; false when one is empty, which matches nobody. */
  #splitTokens(buf: Uint8Array, start: number, end: number): boolean {
    let count = 0;
    for (let i = start; i <= end; ) {
      const stop = tokenEnd(buf, i, end);
      if (stop === i) return false;
      if ((count + 1) * 3 > scratch.tokens.length) scratch.tokens = doubled(scratch.tokens);
      scratch.tokens[count * 3] = i;
      scratch.tokens[count * 3 + 1] = stop;
      scratch.tokens[count * 3 + 2] = hashBytes(buf, i, stop);
      count++;
      i = stop + 1;
    }
    scratch.tokenCount = count;
    return true;
  }

  #find(parent: number, buf: Uint8Array, start: number, end: number, hash: number): number {
    const table = this.#children;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      if (
        this.#nodes.words[(id << RECORD_SHIFT) + NODE_PARENT] === parent &&
        this.#nodes.textEquals(id, buf, start, end)
      ) {
        return id;
      }
    }
    return 0;
  }

  /** The child of a node for a subscription's token, or 0. */
  #childOf(parent: number, buf: Uint8Array, start: number, end: number): number {
    const field = wildcardField(buf, start, end);
    if (field !== 0) return this.#nodes.words[(parent << RECORD_SHIFT) + field]!;
    return this.#find(parent, buf, start, end, mixHash(hashBytes(buf, start, end), parent));
  }

  /** The same, made when it is not there yet. */
  #childFor(parent: number, buf: Uint8Array, start: number, end: number): number {
    const known = this.#childOf(parent, buf, start, end);
    if (known !== 0) return known;
    const field = wildcardField(buf, start, end);
    const hash = field === 0 ? mixHash(hashBytes(buf, start, end), parent) : 0;
    const node = this.#nodes.allocate();
    const words = this.#nodes.words;
    words[(node << RECORD_SHIFT) + NODE_PARENT] = parent;
    words[(node << RECORD_SHIFT) + NODE_HASH] = hash;
    words[(parent << RECORD_SHIFT) + NODE_CHILDREN]!++;
    if (field === 0) {
      this.#nodes.setText(node, buf, start, end);
      this.#children.add(hash, node);
    } else {
      words[(parent << RECORD_SHIFT) + field] = node;
    }
    return node;
  }

  /** Removes a node, and those above it, as long as nothing hangs on them. */
  prune(from: number): void {
    const words = this.#nodes.words;
    for (let node = from; node !== ROOT; ) {
      const base = node << RECORD_SHIFT;
      if (words[base + NODE_PLAIN] !== 0 || words[base + NODE_QUEUE] !== 0) return;
      if (words[base + NODE_CHILDREN] !== 0 || words[base + NODE_TOLD] !== 0) return;
      if (words[base + NODE_TOLD_CLUSTER] !== 0) return;
      const parent = words[base + NODE_PARENT]!;
      const parentBase = parent << RECORD_SHIFT;
      if (words[parentBase + NODE_STAR] === node) words[parentBase + NODE_STAR] = 0;
      else if (words[parentBase + NODE_REST] === node) words[parentBase + NODE_REST] = 0;
      else this.#children.remove(words[base + NODE_HASH]!, node);
      words[parentBase + NODE_CHILDREN]!--;
      this.#nodes.free(node);
      node = parent;
    }
  }

  #changed(buf: Uint8Array, start: number, end: number): void {
    if (hasWildcard(buf, start, end)) {
      this.#cache.wildcardChanged(Uint8Array.prototype.slice.call(buf, start, end));
    } else {
      this.#cache.literalChanged(buf, start, end, hashBytes(buf, start, end));
    }
  }

  /** Writes a node's subject to the front of `path`; returns its length. */
  writeSubject(node: number): number {
    let length = -1;
    for (let at = node; at !== ROOT; at = this.#parentOf(at)) {
      length += this.#tokenLength(at) + 1;
    }
    while (scratch.path.length < length) scratch.path = Buffer.alloc(scratch.path.length * 2);
    let end = length;
    for (let at = node; at !== ROOT; at = this.#parentOf(at)) {
      const start = end - this.#tokenLength(at);
      this.#writeToken(at, start);
      if (start > 0) scratch.path[start - 1] = DOT;
      end = start - 1;
    }
    return length;
  }

  #parentOf(node: number): number {
    return this.#nodes.words[(node << RECORD_SHIFT) + NODE_PARENT]!;
  }

  /** The wildcard byte of a `*` or `>` node, 0 for a literal one. */
  #wildcardOf(node: number): number {
    const parentBase = this.#parentOf(node) << RECORD_SHIFT;
    if (this.#nodes.words[parentBase + NODE_STAR] === node) return STAR;
    return this.#nodes.words[parentBase + NODE_REST] === node ? GREATER : 0;
  }

  #tokenLength(node: number): number {
    return this.#wildcardOf(node) === 0 ? this.#nodes.textLength(node) : 1;
  }

  #writeToken(node: number, at: number): void {
    const wildcard = this.#wildcardOf(node);
    if (wildcard === 0) this.#nodes.copyText(node, scratch.path, at);
    else scratch.path[at] = wildcard;
  }
}

/** The node field of a wildcard token's child, 0 for a literal token. */
function wildcardField(buf: Uint8Array, start: number, end: number): number {
  if (end - start !== 1) return 0;
  if (buf[start] === STAR) return NODE_STAR;
  return buf[start] === GREATER ? NODE_REST : 0;
}
