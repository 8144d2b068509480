/** `subsz`: counts of subscriptions, and the subscriptions themselves. */

import type { AccountEntry } from "../../accounts/account-entry.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import { LINK_BASE } from "../../core/link/link.ts";
import { matchesPattern } from "../../core/subject.ts";
import { subscriptionsOf } from "../../core/sublist-walk.ts";
import { SUB_NODE, SUB_SINK } from "../../core/subscriptions.ts";
import { currentMicros } from "../../log/clock.ts";
import { goText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { DocumentError } from "../document-error.ts";
import type { GoValue } from "../go-document.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import { type SublistStatsDocument, SublistSums } from "../sublist-stats.ts";
import { type SubDetail, subDetail, waitingDetail } from "./sub-detail.ts";

/** Names and meanings are those of the JSON body of nats-server's service. */
export interface SubszOptions {
  /** Below 0 is 0. */
  readonly offset?: number;
  /** 0 and below is 1024. */
  readonly limit?: number;
  /** Lists the subscriptions. */
  readonly subscriptions?: boolean;
  /** Only those of this account; "" for all. */
  readonly account?: string;
  /** Only those that would receive a message on this subject; "" for all. */
  readonly test?: string;
}

export interface Subsz extends SublistStatsDocument {
  readonly [field: string]: GoValue | undefined;
  readonly server_id: string;
  readonly now: string;
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly subscriptions_list: readonly SubDetail[] | undefined;
}

const LIMIT = 1024;

/** @throws DocumentError when the subject to test is none that can be published to. */
export async function subsz(view: ServerView, options: SubszOptions = {}): Promise<Subsz> {
  const { test = "", account = "" } = options;
  if (test !== "" && test.split(".").some((token) => ["", "*", ">"].includes(token))) {
    throw new DocumentError(`invalid test subject, must be valid publish subject: ${test}`);
  }
  const offset = Math.max(options.offset ?? 0, 0);
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : LIMIT;
  const now = rfc3339Nano(currentMicros());
  const sums = new SublistSums();
  const list = options.subscriptions === true ? new Listing(view, test, offset, limit) : null;
  const slices = new Slices();
  for (const entry of [...view.accounts.entries]) {
    if (account !== "" && entry.account.name !== account) continue;
    sums.add(entry);
    await list?.add(entry, slices);
    if (slices.isOver) await slices.pause();
  }
  return {
    server_id: view.serverInfo.id,
    now,
    ...sums.document(),
    total: list?.total ?? 0,
    offset,
    limit,
    subscriptions_list: list === null || list.details.length === 0 ? undefined : list.details,
  };
}

/** One page of the subscriptions that are wanted. */
class Listing {
  total = 0;
  readonly details: SubDetail[] = [];
  readonly #view: ServerView;
  readonly #test: Buffer | null;
  readonly #offset: number;
  readonly #limit: number;

  constructor(view: ServerView, test: string, offset: number, limit: number) {
    this.#view = view;
    this.#test = test === "" ? null : Buffer.from(test);
    this.#offset = offset;
    this.#limit = limit;
  }

  async add(entry: AccountEntry, slices: Slices): Promise<void> {
    this.#addWaiting(entry);
    const { account } = entry;
    const { sublist } = account;
    const { subs } = this.#view.exchange;
    let node = 0;
    let subject: Buffer | null = null;
    for (const id of subscriptionsOf(sublist, subs)) {
      if (slices.isOver) {
        // Afterwards it may be another node's, so this one is told first.
        if (id !== 0) this.#addOne(account, id, sublist.subjectOf(id));
        await slices.pause();
        subject = null;
        continue;
      }
      if (id === 0) continue;
      const now = subs.pool.words[(id << RECORD_SHIFT) + SUB_NODE]!;
      if (subject === null || now !== node) subject = sublist.subjectOf(id);
      node = now;
      this.#addOne(account, id, subject);
    }
  }

  #addWaiting(entry: AccountEntry): void {
    if (entry.sleepingServices === 0) return;
    let sid = 0;
    for (const { kind, here } of entry.imports) {
      if (kind !== "service") continue;
      sid++;
      if (this.#test !== null && !matches(this.#test, Buffer.from(here))) continue;
      if (this.#isOnPage()) this.details.push(waitingDetail(entry.account, here, sid));
    }
  }

  /** What other servers ask for is counted, and not listed. */
  #addOne(account: AccountEntry["account"], id: number, subject: Buffer): void {
    const { words } = this.#view.exchange.subs.pool;
    if (words[(id << RECORD_SHIFT) + SUB_SINK]! > LINK_BASE) return;
    if (this.#test !== null && !matches(this.#test, subject)) return;
    if (this.#isOnPage()) this.details.push(subDetail(this.#view, account, id, goText(subject)));
  }

  /** Counts one more. */
  #isOnPage(): boolean {
    const index = this.total++;
    return index >= this.#offset && this.details.length < this.#limit;
  }
}

function matches(literal: Buffer, pattern: Buffer): boolean {
  return matchesPattern(literal, 0, literal.length, pattern);
}
