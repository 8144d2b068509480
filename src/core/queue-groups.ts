/**
 * Hot path. Sorts the queue subscriptions that were found into one run per queue name, whatever their
 * patterns: members of this server first, then those of others, and last those that are there by way
 * of a leafnode, which are served only when there is nobody else.
 */

import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import { doubled, GROUP_FIELDS, type MatchResult } from "./match-result.ts";
import type { MatchScratch } from "./match-scratch.ts";
import { SUB_LEAF_CLUSTER, SUB_QUEUE, SUB_WEIGHT } from "./subscriptions.ts";

/** The sum of weights stays an int32. */
const TOTAL_MAX = 1 << 30;

/** @param words of the subscriptions. */
export function formGroups(result: MatchResult, scratch: MatchScratch, words: Int32Array): void {
  const locals = scratch.queuedCount;
  if (scratch.remoteCount > 0) appendRemote(scratch, words);
  const count = scratch.queuedCount;
  while (result.queue.length < count) result.queue = doubled(result.queue);
  for (let i = 0; i < count; i++) {
    const queue = queueOf(words, scratch.queued[i]!);
    while (scratch.groupOf.length <= queue) scratch.groupOf = doubled(scratch.groupOf);
    let group = scratch.groupOf[queue]!;
    if (group === 0) {
      if (result.groupCount === result.groupEnds.length) {
        result.groupEnds = doubled(result.groupEnds);
      }
      result.groupEnds[result.groupCount] = 0;
      group = ++result.groupCount;
      scratch.groupOf[queue] = group;
    }
    result.groupEnds[group - 1]!++;
  }
  // Sizes become starts; filling the runs then turns starts into ends.
  for (let group = 0, start = 0; group < result.groupCount; group++) {
    const size = result.groupEnds[group]!;
    result.groupEnds[group] = start;
    start += size;
  }
  for (let i = 0; i < count; i++) {
    const group = scratch.groupOf[queueOf(words, scratch.queued[i]!)]! - 1;
    result.queue[result.groupEnds[group]!++] = scratch.queued[i]!;
  }
  if (count > locals) weighGroups(result, scratch, words, locals);
  for (let i = 0; i < count; i++) scratch.groupOf[queueOf(words, scratch.queued[i]!)] = 0;
}

/** Those of leafnodes come last. */
function appendRemote(scratch: MatchScratch, words: Int32Array): void {
  for (let i = 0; i < scratch.remoteCount; i++) {
    const id = scratch.remote[i]!;
    if (words[(id << RECORD_SHIFT) + SUB_LEAF_CLUSTER] === 0) scratch.addQueued(id);
  }
  for (let i = 0; i < scratch.remoteCount; i++) {
    const id = scratch.remote[i]!;
    if (words[(id << RECORD_SHIFT) + SUB_LEAF_CLUSTER] !== 0) scratch.addQueued(id);
  }
}

/** Counts members and weights of each group. Every member of this server weighs 1. */
function weighGroups(
  result: MatchResult,
  scratch: MatchScratch,
  words: Int32Array,
  locals: number,
): void {
  result.hasRemoteMembers = true;
  while (result.groups.length < result.groupCount * GROUP_FIELDS) {
    result.groups = doubled(result.groups);
  }
  result.groups.fill(0, 0, result.groupCount * GROUP_FIELDS);
  for (let i = 0; i < scratch.queuedCount; i++) {
    const id = scratch.queued[i]!;
    const base = id << RECORD_SHIFT;
    const at = Math.imul(scratch.groupOf[words[base + SUB_QUEUE]!]! - 1, GROUP_FIELDS);
    if (i < locals) result.groups[at]!++;
    else if (words[base + SUB_LEAF_CLUSTER] !== 0) continue;
    result.groups[at + 1]!++;
    const weight = i < locals ? 1 : words[base + SUB_WEIGHT]!;
    result.groups[at + 2] = Math.min(result.groups[at + 2]! + weight, TOTAL_MAX);
  }
}

function queueOf(words: Int32Array, id: number): number {
  return words[(id << RECORD_SHIFT) + SUB_QUEUE]!;
}
