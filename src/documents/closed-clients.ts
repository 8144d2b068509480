/**
 * The last clients that have gone, with what there was to tell of them at their end.
 *
 * There are as many as `max_closed_clients` says. Ten thousand ordinary ones take some four megabytes.
 * What clients may make as long as they like is counted besides: names, tokens, and the subscriptions
 * that they had. When all of that would be too much, the oldest clients lose their subscriptions, and
 * when that is not enough, they are forgotten.
 */

import type { LoginFailure } from "../auth/login.ts";
import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import type { Exchange } from "../core/exchange.ts";
import { SUB_DELIVERED } from "../core/subscriptions.ts";
import type { ClientObserver } from "../kinds/client-observer.ts";
import type { ClientSession } from "../kinds/client-session.ts";
import { type ConnectionFacts, connectionFacts, currentMoment } from "./connz/connection-facts.ts";

/** Bytes of texts of all closed clients together. */
const TEXT_BYTES_MAX = 8 * 1024 * 1024;
/** Subscriptions of one client that are kept, the newest first: a client is gone at once. */
const SUBSCRIPTIONS_MAX = 1000;

export interface ClosedClient {
  readonly facts: ConnectionFacts;
  /** See `closedSubscriptions`; "" for none. */
  subscriptions: string;
}

/** What was known of a subscription at the end. */
export interface ClosedSubscription {
  readonly subject: Buffer;
  readonly queue: Buffer;
  readonly sid: string;
  readonly msgs: number;
}

export class ClosedClients implements ClientObserver {
  readonly #max: number;
  readonly #textBytesMax: number;
  readonly #exchange: Exchange;
  /** By the number of the closed client; only so many are kept that none overwrites another one. */
  readonly #ring: (ClosedClient | undefined)[] = [];
  #first = 0;
  #next = 0;
  /** Number of the first client that may still have its subscriptions. */
  #firstWhole = 0;
  #textBytes = 0;
  /** Where clients would have been that are about to be gone, as there was no room for them. */
  readonly #wantedBy = new WeakMap<ClientSession, string>();

  /** @param max clients that are kept; below 1 none is. */
  constructor(max: number, exchange: Exchange, textBytesMax = TEXT_BYTES_MAX) {
    this.#max = Math.max(max, 0);
    this.#exchange = exchange;
    this.#textBytesMax = textBytesMax;
  }

  get count(): number {
    return this.#next - this.#first;
  }

  /** Those that are kept at the moment, the oldest first. */
  all(): ClosedClient[] {
    return Array.from({ length: this.count }, (_, i) => this.#at(this.#first + i));
  }

  onLogin(): void {}

  onRefused(client: ClientSession, { account }: LoginFailure): void {
    if (account !== undefined) this.#wantedBy.set(client, account.name);
  }

  onClosing(client: ClientSession): void {
    if (this.#max === 0) return;
    if (this.count === this.#max) this.#forgetFirst();
    const facts = connectionFacts(client, currentMoment(), true);
    const account = this.#wantedBy.get(client) ?? facts.account;
    const closed: ClosedClient = {
      facts: account === facts.account ? facts : { ...facts, account },
      subscriptions: this.#subscriptionsOf(client),
    };
    this.#ring[this.#next++ % this.#max] = closed;
    this.#textBytes += textBytes(closed);
    while (this.#textBytes > this.#textBytesMax) this.#shrink();
  }

  #shrink(): void {
    if (this.#firstWhole === this.#next) {
      this.#forgetFirst();
      return;
    }
    const closed = this.#at(this.#firstWhole++);
    this.#textBytes -= closed.subscriptions.length;
    closed.subscriptions = "";
  }

  #forgetFirst(): void {
    const first = this.#at(this.#first);
    this.#textBytes -= textBytes(first);
    this.#ring[this.#first++ % this.#max] = undefined;
    this.#firstWhole = Math.max(this.#firstWhole, this.#first);
  }

  #at(number: number): ClosedClient {
    return this.#ring[number % this.#max]!;
  }

  /** Subject, queue, sid and deliveries of each, in a line, as none of them has spaces in it. */
  #subscriptionsOf({ outbound, account }: ClientSession): string {
    const { subs } = this.#exchange;
    const { words } = subs.pool;
    const lines: string[] = [];
    let id = outbound.firstSub;
    for (let i = 0; i < SUBSCRIPTIONS_MAX && id !== 0; i++) {
      const subject = account.sublist.subjectOf(id).toString("latin1");
      const msgs = words[(id << RECORD_SHIFT) + SUB_DELIVERED];
      lines.push(`${subject} ${subs.queueName(id)} ${subs.sid(id)} ${msgs}`);
      id = subs.nextOfSink(id);
    }
    return lines.join("\n");
  }
}

/** What a closed client had subscribed to. */
export function closedSubscriptions({ subscriptions }: ClosedClient): ClosedSubscription[] {
  if (subscriptions === "") return [];
  return subscriptions.split("\n").map((line) => {
    const [subject = "", queue = "", sid = "", msgs] = line.split(" ");
    return {
      subject: Buffer.from(subject, "latin1"),
      queue: Buffer.from(queue, "latin1"),
      sid,
      msgs: Number(msgs),
    };
  });
}

function textBytes({ facts, subscriptions }: ClosedClient): number {
  const { name, lang, version, user, token } = facts;
  const own = name.length + lang.length + version.length + user.length;
  const claims = token === null ? 0 : token.jwt.length + token.tags.join("").length;
  return own + claims + subscriptions.length;
}
