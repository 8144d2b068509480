/**
 * What another cluster wants, as the server at the other end of an outbound gateway tells it.
 *
 * By now every server tells all its interest in an account, between two commands, and then each change:
 *
 *     Optimistic ──command 2──> Transitioning ──command 3──> Interest-Only
 *
 * Before that it gets nothing but what queue groups are told to want. Servers before 2.9 are optimistic
 * about an account at first: they get every message, say of which subjects (RS-) or accounts (A-)
 * they want none, and take that back when somebody subscribes. That is a plain subscription to `>` here,
 * and a list of refused subjects beside it.
 */

import type { Account } from "../account.ts";
import type { Exchange } from "../exchange.ts";
import type { InterestLine } from "../link/interest-line.ts";
import { hasWildcard, matchesPattern } from "../subject.ts";
import type { GatewayLink } from "./gateway-link.ts";

export type InterestMode = "Optimistic" | "Transitioning" | "Interest-Only";

/** Subjects of one account that may be refused. A server goes over to telling its interest at 1000. */
const REFUSED_MAX = 2000;
/** Subjects of all accounts together. */
const ALL_REFUSED_MAX = 1_000_000;
/** Messages on longer subjects are sent although they are refused. */
const REFUSED_LENGTH_MAX = 256;
/** Accounts of a cluster that has come, before others have their turn: there may be a sublist to make. */
const OPENED_AT_ONCE = 64;
/** The same of one that is gone. */
const RELEASED_AT_ONCE = 1024;

const EVERYTHING = Buffer.from(">");
const EVERYTHING_LINE: InterestLine = {
  buf: EVERYTHING,
  subjectStart: 0,
  subjectEnd: EVERYTHING.length,
  queueStart: 0,
  queueEnd: 0,
  weight: 1,
  originStart: 0,
  originEnd: 0,
};

/** What holds of an account of which the other cluster has told nothing. */
const NOTHING_TOLD: Pick<GatewayAccount, "mode" | "hasNoInterest"> = {
  mode: "Optimistic",
  hasNoInterest: false,
};

/** One account, as the other cluster has told of it. */
export interface GatewayAccount {
  readonly account: Account;
  readonly mode: InterestMode;
  /** The other cluster has no such account, or nobody in it. */
  readonly hasNoInterest: boolean;
  /** Subjects of which it wants no messages, one character per byte. */
  readonly refused: ReadonlySet<string>;
}

class Known implements GatewayAccount {
  readonly account: Account;
  mode: InterestMode = "Optimistic";
  hasNoInterest = false;
  /** Its interest is in every subject, told as such. */
  toldEverything = false;
  readonly refused = new Set<string>();

  constructor(account: Account) {
    this.account = account;
  }
}

export class GatewayInterest {
  /** Messages may be sent on the chance that they are wanted. */
  isOptimistic = false;
  readonly #link: GatewayLink;
  readonly #exchange: Exchange;
  readonly #known = new Map<Account, Known>();
  #refusedCount = 0;
  /** Accounts of which nothing is wanted, whatever was told before. */
  #mutedCount = 0;

  constructor(link: GatewayLink, exchange: Exchange) {
    this.#link = link;
    this.#exchange = exchange;
  }

  /**
   * The other server is registered.
   *
   * @param isInterestOnly it tells all its interest in every account at once.
   * @param accounts all that there are here.
   */
  open(isInterestOnly: boolean, accounts: Iterable<Account>): void {
    this.isOptimistic = !isInterestOnly;
    if (this.isOptimistic) void this.#wantAll([...accounts]);
  }

  /** Messages may be refused although there is plain interest in them. */
  get mayRefuse(): boolean {
    return this.isOptimistic || this.#mutedCount > 0;
  }

  /** There is another account here. */
  accountCreated(account: Account): void {
    if (!this.isOptimistic) return;
    const { mode, hasNoInterest } = this.of(account) ?? NOTHING_TOLD;
    if (mode === "Optimistic" && !hasNoInterest) this.#wantEverything(account);
  }

  /** Accounts of which something was told. */
  accounts(): Iterable<GatewayAccount> {
    return this.#known.values();
  }

  of(account: Account): GatewayAccount | null {
    return this.#known.get(account) ?? null;
  }

  /**
   * RS+: somebody there wants messages. A plain one before all interest is told takes a refusal back, a
   * group takes back that nobody wants anything of the account.
   *
   * @returns false when the subject is none.
   */
  subscribe(account: Account, line: InterestLine): boolean {
    const isPlain = line.queueEnd === line.queueStart;
    const known = this.#known.get(account);
    if (!isPlain || (known !== undefined && known.mode !== "Optimistic")) {
      const told = known ?? this.#of(account);
      if (isEverything(line)) told.toldEverything = true;
      if (told.hasNoInterest) this.#takeChance(told);
      return this.#exchange.remoteInterest.add(this.#link, account, line);
    }
    if (known !== undefined) this.#takeBack(known, line);
    return true;
  }

  /** RS-: nobody there wants them any more, or nobody ever did. */
  unsubscribe(account: Account, line: InterestLine): void {
    const isPlain = line.queueEnd === line.queueStart;
    const known = this.#known.get(account);
    if (!isPlain || (known !== undefined && known.mode !== "Optimistic")) {
      if (known !== undefined && isEverything(line)) {
        known.toldEverything = false;
        // That is what stands for all that is sent by chance.
        if (this.isOptimistic && known.mode === "Transitioning") return;
      }
      this.#exchange.remoteInterest.remove(this.#link, account, line);
      return;
    }
    const refusing = this.#of(account);
    // It would not say so if nobody wanted anything any more.
    if (refusing.hasNoInterest) this.#takeChance(refusing);
    const { refused } = refusing;
    if (line.subjectEnd - line.subjectStart > REFUSED_LENGTH_MAX) return;
    if (refused.size >= REFUSED_MAX || this.#refusedCount >= ALL_REFUSED_MAX) return;
    const before = refused.size;
    refused.add(line.buf.toString("latin1", line.subjectStart, line.subjectEnd));
    this.#refusedCount += refused.size - before;
  }

  /** A-: nobody there wants anything of the account. An old server starts anew with it. */
  accountUnsub(account: Account): void {
    const known = this.#of(account);
    this.#forgetRefused(known);
    this.#mute(known, true);
    if (!this.isOptimistic) return;
    known.mode = "Optimistic";
    known.toldEverything = false;
    this.#wantNothing(account);
  }

  /** A+: somebody may. */
  accountSub(account: Account): void {
    const known = this.#known.get(account);
    if (known === undefined) return;
    this.#forgetRefused(known);
    if (this.isOptimistic) known.mode = "Optimistic";
    this.#takeChance(known);
  }

  /** Command 2: all interest in the account follows. What was not refused is wanted until then. */
  begin(account: Account): void {
    const before = this.#known.get(account);
    if (this.isOptimistic && (before === undefined || before.hasNoInterest)) {
      this.#wantNothing(account);
    }
    const known = before ?? this.#of(account);
    this.#mute(known, false);
    if (known.mode === "Optimistic") known.mode = "Transitioning";
  }

  /** Command 3: that was all, so nothing else is wanted. */
  complete(account: Account): void {
    const known = this.#known.get(account);
    if (known === undefined) return;
    known.mode = "Interest-Only";
    this.#forgetRefused(known);
    // Whoever wants everything by now has said so in the meantime.
    if (this.isOptimistic && !known.toldEverything) this.#wantNothing(account);
  }

  /** Whether messages on a subject are refused, where that may be. */
  refuses(account: Account, subject: Buffer, start: number, end: number): boolean {
    const known = this.#known.get(account);
    if (known === undefined) return false;
    if (known.hasNoInterest) return true;
    if (known.refused.size === 0) return false;
    return known.refused.has(subject.toString("latin1", start, end));
  }

  /** The connection is gone. Resolves when all its interest is taken back. */
  async close(): Promise<void> {
    const { foreign, longWork, remoteInterest } = this.#exchange;
    const known = [...this.#known.keys()];
    this.#known.clear();
    await remoteInterest.dropAll(this.#link);
    for (const [index, account] of known.entries()) {
      foreign.release(account);
      if (index % RELEASED_AT_ONCE === RELEASED_AT_ONCE - 1) await longWork.next();
    }
  }

  #of(account: Account): Known {
    let known = this.#known.get(account);
    if (known === undefined) {
      known = new Known(account);
      account.knownAbroad++;
      this.#known.set(account, known);
    }
    return known;
  }

  /** Everything of all accounts, in slices: a cluster is registered a little later for the last ones. */
  async #wantAll(accounts: readonly Account[]): Promise<void> {
    for (const [index, account] of accounts.entries()) {
      if (!this.#link.isOpen) return;
      this.accountCreated(account);
      if (index % OPENED_AT_ONCE === OPENED_AT_ONCE - 1) await this.#exchange.longWork.next();
    }
  }

  #takeBack({ refused }: Known, { buf, subjectStart, subjectEnd }: InterestLine): void {
    const before = refused.size;
    if (!hasWildcard(buf, subjectStart, subjectEnd)) {
      refused.delete(buf.toString("latin1", subjectStart, subjectEnd));
    } else {
      const pattern = buf.subarray(subjectStart, subjectEnd);
      for (const text of refused) {
        const subject = Buffer.from(text, "latin1");
        if (matchesPattern(subject, 0, subject.length, pattern)) refused.delete(text);
      }
    }
    this.#refusedCount -= before - refused.size;
  }

  /** Somebody may want anything of the account again. */
  #takeChance(known: Known): void {
    this.#mute(known, false);
    if (this.isOptimistic) this.#wantEverything(known.account);
  }

  #mute(known: Known, isMuted: boolean): void {
    if (known.hasNoInterest === isMuted) return;
    known.hasNoInterest = isMuted;
    this.#mutedCount += isMuted ? 1 : -1;
  }

  #forgetRefused({ refused }: Known): void {
    this.#refusedCount -= refused.size;
    refused.clear();
  }

  #wantEverything(account: Account): void {
    this.#exchange.remoteInterest.add(this.#link, account, EVERYTHING_LINE);
  }

  #wantNothing(account: Account): void {
    this.#exchange.remoteInterest.remove(this.#link, account, EVERYTHING_LINE);
  }
}

function isEverything({
  buf,
  subjectStart,
  subjectEnd,
  queueStart,
  queueEnd,
}: InterestLine): boolean {
  const isOne = subjectEnd - subjectStart === 1 && queueEnd === queueStart;
  return isOne && buf[subjectStart] === EVERYTHING[0];
}
