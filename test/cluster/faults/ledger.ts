/**
 * The books of a cluster's traffic: what was published, who got what, and what may not be.
 *
 * At any time: nothing twice for one subscription, or for two members of a queue group; the order of each
 * publisher and subject (not for groups, whose messages may be handed on by a node that has lost its last
 * member); nothing that was not published. With the net well also: everything.
 */

import { crc32 } from "node:zlib";

export interface Sent {
  readonly account: string;
  readonly publisher: string;
  readonly subject: string;
  readonly number: number;
}

/** A subscription as far as deliveries are concerned. */
export interface Receiver {
  readonly account: string;
  readonly pattern: string;
  /** "" for a plain subscription. */
  readonly queue: string;
  readonly name: string;
}

const VIOLATIONS_MAX = 50;

export class Ledger {
  readonly violations: string[] = [];
  /** While the net changes bytes, messages may come with other ones than they were sent with. */
  expectsDamage = false;
  /** While messages may go one way before and another way after a fault, they may overtake each other. */
  expectsDisorder = false;
  delivered = 0;
  #lastNumber = 0;
  /** Keys of messages by receiver, or by account and queue. */
  readonly #got = new Map<Receiver | string, Set<string>>();
  /** Greatest number by receiver, and by publisher and subject. */
  readonly #greatest = new Map<Receiver, Map<string, number>>();

  /** The next message of a publisher, and its payload. */
  next(account: string, publisher: string, subject: string): { sent: Sent; payload: string } {
    const sent = { account, publisher, subject, number: ++this.#lastNumber };
    const body = keyOf(sent);
    return { sent, payload: `${body} ${crc32(body)}` };
  }

  take(receiver: Receiver, payload: string, subject: string): void {
    const cut = payload.lastIndexOf(" ");
    const body = payload.slice(0, cut);
    const sentTo = body.split(" ")[2];
    if (Number(payload.slice(cut + 1)) !== crc32(body) || sentTo !== subject) {
      if (!this.expectsDamage) this.#note(`${receiver.name} got ${payload} on ${subject}`);
      return;
    }
    this.delivered++;
    const [account, publisher, , number] = body.split(" ");
    if (account !== receiver.account) this.#note(`${receiver.name} got ${body} of another account`);
    const got = this.#gotOf(receiver);
    if (got.has(body)) this.#note(`${receiver.name} got ${body} ${groupOf(receiver)}twice`);
    got.add(body);
    if (receiver.queue !== "") return;
    const greatest = this.#greatest.get(receiver) ?? new Map<string, number>();
    this.#greatest.set(receiver, greatest);
    const line = `${publisher} ${subject}`;
    const before = greatest.get(line) ?? 0;
    if (Number(number) < before && !this.expectsDisorder) {
      this.#note(`${receiver.name} got ${body} after ${before}`);
    }
    greatest.set(line, Math.max(before, Number(number)));
  }

  has(receiver: Receiver, sent: Sent): boolean {
    return this.#gotOf(receiver).has(keyOf(sent));
  }

  /** Forgets what is past, so that a long run needs no more memory than a short one. */
  turnPage(): void {
    this.#got.clear();
  }

  violate(text: string): void {
    this.#note(text);
  }

  #gotOf(receiver: Receiver): Set<string> {
    const key = receiver.queue === "" ? receiver : `${receiver.account} ${receiver.queue}`;
    const got = this.#got.get(key) ?? new Set();
    this.#got.set(key, got);
    return got;
  }

  #note(text: string): void {
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(text);
  }
}

function keyOf({ account, publisher, subject, number }: Sent): string {
  return `${account} ${publisher} ${subject} ${number}`;
}

function groupOf({ queue }: Receiver): string {
  return queue === "" ? "" : `in group ${queue} `;
}
