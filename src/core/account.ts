/**
 * One tenant's subjects. Messages and subscriptions of an account meet in its sublist and nowhere
 * else; what leads out of it are crossings, of which there are as many as imports say.
 */

import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import { type AccountLimits, DEFAULT_ACCOUNT_LIMITS } from "../config/options/accounts.ts";
import type { ClosedReason } from "../protocol/errors.ts";
import type { StreamImports } from "./crossing/stream-imports.ts";
import type { Exchange } from "./exchange.ts";
import type { AccountInterest } from "./interest/account-interest.ts";
import { bothOf } from "./interest/both-interests.ts";
import type { Mappings } from "./mapping/mappings.ts";
import { Sublist } from "./sublist.ts";
import { SUB_DELIVERED, SUB_MAX, type SubscriptionOwner } from "./subscriptions.ts";

/** Refused subscriptions of one account are logged at most this often. */
const REFUSAL_LOG_MS = 2000;

/** Messages and their bytes, headers included. */
export interface Traffic {
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
}

/** Which messages with an external trace context are traced. */
export interface TraceSettings {
  /** Subject that events go to. */
  readonly dest: string;
  /** Percent of them. */
  readonly sampling: number;
}

/** Whoever is bound to an account: a client, later a leafnode too. */
export interface AccountMember {
  readonly label: string;
  /** What has come from it. */
  readonly inMsgs: number;
  readonly inBytes: number;
  /** For lines of the log about it; null when nobody wants them. */
  readonly debug: ((text: string) => void) | null;
  /** Has its subscriptions. */
  readonly outbound: SubscriptionOwner & { readonly outMsgs: number; readonly outBytes: number };
  /** Decides again whether it may stay, and what it may do, by what is in force now. */
  recheck(): void;
  closeWithError(text: string, reason: ClosedReason): void;
  close(reason: ClosedReason): void;
}

export class Account {
  /** A name, or a public key where accounts are those of an operator. */
  readonly name: string;
  /** Tells accounts of a server apart. */
  readonly number: number;
  /** The name behind a public key; "" for none. */
  nameTag = "";
  limits: Readonly<AccountLimits> = DEFAULT_ACCOUNT_LIMITS;
  /** Who is bound to it. */
  readonly members = new Set<AccountMember>();
  /** How many are bound to it on other servers, so far as these have told. */
  remoteMembers = 0;
  /** Made when the first subscription comes. */
  sublist: Sublist;
  /** What becomes of published subjects; null for nothing. */
  mappings: Mappings | null = null;
  /** What becomes of messages with a trace context of somebody else's; null for nothing. */
  trace: TraceSettings | null = null;
  /** Streams of other accounts; null for none. */
  streams: StreamImports | null = null;
  /** Carries out its imports as soon as it is used; null when that is done, or there are none. */
  onWake: ((account: Account) => void) | null = null;
  /** Somebody has been in it. */
  isAwake = false;
  /** Requests of its members to services of other accounts that may still be answered, by weight. */
  awaited = 0;
  /** Members that were closed for being too slow. */
  slowConsumers = 0;
  /** What has come from and gone to other servers of the cluster. */
  readonly routed: Traffic = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  /** How many other clusters have told something of it, and may do so again. */
  knownAbroad = 0;
  /** What has come from and gone to other clusters. */
  readonly gatewayed: Traffic = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  /** What has gone to members of others as its stream, less what has come to its own as theirs. */
  shiftedMsgs = 0;
  shiftedBytes = 0;
  readonly #exchange: Exchange;
  /** Of members that are gone; null while none was. */
  #past: Traffic | null = null;
  #localInterest: AccountInterest | null = null;
  #clusterInterest: AccountInterest | null = null;
  #wireName: Buffer | null = null;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, exchange: Exchange) {
    this.name = name;
    this.number = exchange.takeAccountNumber();
    this.#exchange = exchange;
    this.sublist = exchange.emptySublist;
  }

  /** Somebody is in it, or a message on its way into it. */
  wake(): void {
    this.isAwake = true;
    const { onWake } = this;
    this.onWake = null;
    onWake?.(this);
  }

  /** A member is gone. Its traffic stays the account's. */
  forget(member: AccountMember): void {
    this.members.delete(member);
    this.#past ??= { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
    addTraffic(this.#past, member);
  }

  /** All traffic of those who are, or were last, bound to it, and with other servers. */
  traffic(): Traffic {
    const sum = { ...this.routed };
    add(sum, this.gatewayed);
    if (this.#past !== null) add(sum, this.#past);
    for (const member of this.members) addTraffic(sum, member);
    sum.outMsgs += this.shiftedMsgs;
    sum.outBytes += this.shiftedBytes;
    return sum;
  }

  /** Its name as logs show it. */
  get label(): string {
    return this.nameTag === "" ? this.name : `${this.name}/${this.nameTag}`;
  }

  /**
   * Adds a subscription. Subject and free sid have been checked.
   *
   * @param queue name of the queue group, "" for none.
   * @param ranges start and end of subject and sid in `buf`.
   * @param debug is told of what it makes in accounts whose streams are imported; null for nobody.
   */
  subscribe(
    owner: SubscriptionOwner,
    queue: string,
    buf: Buffer,
    ranges: { subjectStart: number; subjectEnd: number; sidStart: number; sidEnd: number },
    debug: ((text: string) => void) | null = null,
  ): void {
    const { subs, queues } = this.#exchange;
    const { subjectStart, subjectEnd } = ranges;
    const queueId = queue === "" ? 0 : queues.acquire(queue);
    const id = subs.create(owner, queueId, buf, ranges.sidStart, ranges.sidEnd);
    this.#openSublist().insert(id, buf, subjectStart, subjectEnd);
    this.#exchange.gateways?.recent.add(id);
    this.streams?.subscribed(id, buf.toString("latin1", subjectStart, subjectEnd), debug);
  }

  /** Adds a subscription that leads out of the account. */
  insertCrossing(id: number, subject: Uint8Array): void {
    this.#openSublist().insert(id, subject, 0, subject.length);
    this.#exchange.gateways?.recent.add(id);
  }

  /** Adds a subscription that stands for what another server wants. */
  insertLinked(id: number, buf: Buffer, start: number, end: number): void {
    this.#openSublist().insert(id, buf, start, end);
  }

  /** What other servers are told of the account; null when there are none to be told. */
  get localInterest(): AccountInterest | null {
    return this.#localInterest;
  }

  /** The same for other clusters. */
  get clusterInterest(): AccountInterest | null {
    return this.#clusterInterest;
  }

  /** The name as it stands on the wire between servers, a space after it. */
  get wireName(): Buffer {
    this.#wireName ??= Buffer.from(`${this.name} `);
    return this.#wireName;
  }

  /** Removes a subscription at once. */
  unsubscribe(owner: SubscriptionOwner, id: number): void {
    if (this.awaited !== 0) this.#exchange.interest.lost(this, this.sublist.subjectOf(id));
    this.streams?.unsubscribed(id);
    this.sublist.remove(id);
    this.#exchange.subs.destroy(owner, id);
  }

  /**
   * Lets a subscription end after `max` deliveries, counted from its beginning.
   *
   * @returns true when it has had them already and was removed.
   */
  unsubscribeAfter(owner: SubscriptionOwner, id: number, max: number): boolean {
    const words = this.#exchange.subs.pool.words;
    const base = id << RECORD_SHIFT;
    if (max > words[base + SUB_DELIVERED]!) {
      words[base + SUB_MAX] = max;
      return false;
    }
    this.unsubscribe(owner, id);
    return true;
  }

  /** Imports other streams than before, for the subscriptions there are as well. */
  importStreams(streams: StreamImports | null): void {
    this.streams?.close();
    this.streams = streams;
    if (streams === null) return;
    const { subs } = this.#exchange;
    for (const { outbound, debug } of this.members) {
      for (let id = outbound.firstSub; id !== 0; id = subs.nextOfSink(id)) {
        streams.subscribed(id, this.sublist.subjectOf(id).toString("latin1"), debug);
      }
    }
  }

  /** Tells whether a refused subscription should be logged now; a flood of them is logged once. */
  mayLogRefusal(): boolean {
    const now = performance.now();
    if (now - this.#refusalLoggedAt < REFUSAL_LOG_MS) return false;
    this.#refusalLoggedAt = now;
    return true;
  }

  #openSublist(): Sublist {
    if (this.sublist === this.#exchange.emptySublist) {
      this.sublist = new Sublist(this.#exchange.subs, this.#exchange.isCached);
      this.#localInterest = this.#exchange.localInterest?.watch(this) ?? null;
      this.#clusterInterest = this.#exchange.clusterInterest?.watch(this) ?? null;
      this.sublist.interest = bothOf(this.#localInterest, this.#clusterInterest);
    }
    return this.sublist;
  }
}

function add(sum: Traffic, { inMsgs, inBytes, outMsgs, outBytes }: Readonly<Traffic>): void {
  sum.inMsgs += inMsgs;
  sum.inBytes += inBytes;
  sum.outMsgs += outMsgs;
  sum.outBytes += outBytes;
}

function addTraffic(sum: Traffic, { inMsgs, inBytes, outbound }: AccountMember): void {
  sum.inMsgs += inMsgs;
  sum.inBytes += inBytes;
  sum.outMsgs += outbound.outMsgs;
  sum.outBytes += outbound.outBytes;
}
