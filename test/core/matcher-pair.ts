/** A sublist beside the naive matcher that does the same. */

import { RECORD_SHIFT } from "../../src/bytes/record-pool.ts";
import type { MatchResult } from "../../src/core/match-result.ts";
import { NameTable } from "../../src/core/name-table.ts";
import { Sublist } from "../../src/core/sublist.ts";
import { SUB_QUEUE, Subscriptions } from "../../src/core/subscriptions.ts";
import { NaiveMatcher, type NaiveResult } from "../support/naive-matcher.ts";

export class MatcherPair {
  readonly owner = { slot: 1, firstSub: 0, subCount: 0 };
  readonly queues = new NameTable();
  readonly subs = new Subscriptions(this.queues);
  readonly sublist: Sublist;
  readonly naive = new NaiveMatcher();
  #nextSid = 1;

  constructor(isCached = true) {
    this.sublist = new Sublist(this.subs, isCached);
  }

  insert(subject: string, queue = ""): number {
    const buf = Buffer.from(subject);
    const sid = Buffer.from(String(this.#nextSid++));
    const queueId = queue === "" ? 0 : this.queues.acquire(queue);
    const id = this.subs.create(this.owner, queueId, sid, 0, sid.length);
    this.sublist.insert(id, buf, 0, buf.length);
    this.naive.add(id, subject, queue);
    return id;
  }

  remove(id: number): void {
    this.sublist.remove(id);
    this.subs.destroy(this.owner, id);
    this.naive.remove(id);
  }

  match(subject: string): MatchResult {
    // Not at the front of its buffer, as in a published line.
    const buf = Buffer.from(`PUB ${subject} 0`);
    return this.sublist.matchRange(buf, 4, buf.length - 2);
  }

  /** What both say of a subject, as text to compare. */
  answers(subject: string): { actual: string; expected: string } {
    return {
      actual: describe(subject, this.#read(this.match(subject))),
      expected: describe(subject, this.naive.match(subject)),
    };
  }

  /** Sorted ids, and members by queue name; a name with two groups is shown as such. */
  #read(result: MatchResult): NaiveResult {
    const groups = new Map<string, number[]>();
    let start = 0;
    for (let group = 0; group < result.groupCount; group++) {
      const end = result.groupEnds[group]!;
      const members = [...result.queue.subarray(start, end)].sort((a, b) => a - b);
      const names = new Set(members.map((id) => this.#queueOf(id)));
      const name = [...names].join("+");
      groups.set(groups.has(name) ? `${name} again` : name, members);
      start = end;
    }
    const plain = [...result.plain.subarray(0, result.plainCount)].sort((a, b) => a - b);
    return { plain, groups };
  }

  #queueOf(id: number): string {
    return this.queues.name(this.subs.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE]!);
  }
}

function describe(subject: string, { plain, groups }: NaiveResult): string {
  const parts = [...groups].map(([name, members]) => `${name}=${members}`).sort();
  return `${subject}: ${plain} ${parts.join(" ")}`;
}
