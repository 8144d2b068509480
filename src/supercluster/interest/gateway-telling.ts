/**
 * All interest of this cluster for a server of another one, in the order in which it has to come:
 *
 *     RS+ of queue groups of all accounts
 *     for each account   INFO with command 2   RS+ of plain subscriptions   INFO with command 3
 *
 * Between the two commands changes are told as they come, so a subscription may be told twice, which
 * does no harm. Before the first one they are not, as the other server would not take them.
 */

import type { InterestTarget } from "../../cluster/interest/interest-target.ts";
import { InterestWriter } from "../../cluster/interest/interest-writer.ts";
import { PacedTelling, STEPS } from "../../cluster/interest/paced-telling.ts";
import type { Account } from "../../core/account.ts";
import type { Exchange } from "../../core/exchange.ts";
import type { AccountInterest } from "../../core/interest/account-interest.ts";
import type { InterestListener } from "../../core/interest/interest-feed.ts";
import { type InterestParts, InterestWalk } from "../../core/interest/interest-walk.ts";
import { traceOut } from "../../kinds/client-trace.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../../protocol/route-info.ts";

const START = 2;
const COMPLETE = 3;
/** Accounts that the other server was told not to be here; of more, the first one is told again. */
const REFUSED_MAX = 1024;
/** Longer names are nobody's, and told each time. */
const NAME_LENGTH_MAX = 512;

/** An inbound gateway, as those see it who tell it of interest. */
export interface InterestGateway extends InterestTarget {
  readonly outbound: InterestTarget["outbound"] & { append(bytes: Buffer): void };
  /** Name of the other cluster. */
  readonly cluster: string;
  sendInfoLine(info: RouteInfo): void;
}

export class GatewayTelling implements InterestListener {
  readonly #gateway: InterestGateway;
  readonly #cluster: string;
  readonly #exchange: Exchange;
  /** Says everything at once: as in nats-server, traces do not show it. */
  readonly #writer: InterestWriter;
  /**
   * Accounts whose plain subscriptions are still to be told; of one that comes late, or comes back, the
   * groups as well, as other servers of the cluster may have wanted something meanwhile.
   */
  readonly #toCome = new Map<Account, InterestParts>();
  readonly #refused = new Set<string>();
  #isTelling = false;
  /** Something was told since this was set to false. */
  #hasTold = false;

  /** @param cluster name of this one. */
  constructor(gateway: InterestGateway, cluster: string, exchange: Exchange) {
    this.#gateway = gateway;
    this.#cluster = cluster;
    this.#exchange = exchange;
    this.#writer = new InterestWriter(exchange.queues, false);
  }

  /** Tells everything. @param onGroupsTold comes between the queue groups and the rest, step by step. */
  begin(accounts: readonly Account[], onGroupsTold: () => Iterable<void>): void {
    for (const account of accounts) this.#toCome.set(account, "plain");
    this.#pace(this.#all(accounts, onGroupsTold));
  }

  /** An account has come: tells it, unless it is about to be told. */
  tellAccount(account: Account): void {
    this.#refused.delete(account.name);
    this.#toCome.set(account, "all");
    if (!this.#isTelling) this.#pace(this.#rest());
  }

  /**
   * Whether a change of plain subscriptions is told with all the rest of the account, which is to come.
   * The end of one may be news where the account has been told before.
   */
  isToCome(account: Account, weight: number): boolean {
    if (this.#toCome.size === 0) return false;
    const parts = this.#toCome.get(account);
    return parts === "plain" || (parts === "all" && weight > 0);
  }

  /** Accounts that the other server was told not to be here. */
  get refused(): ReadonlySet<string> {
    return this.#refused;
  }

  /** There is no such account. It is told once. */
  refuse(account: string): void {
    const refused = this.#refused;
    if (refused.has(account)) return;
    if (account.length <= NAME_LENGTH_MAX) {
      if (refused.size === REFUSED_MAX) refused.delete(refused.values().next().value!);
      refused.add(account);
    }
    const { outbound } = this.#gateway;
    const line = `A- ${account}`;
    outbound.append(Buffer.from(`${line}\r\n`));
    if (outbound.tracing) this.#gateway.trace(traceOut(line));
  }

  onInterest(
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): void {
    if (this.#writer.write(this.#gateway, account, subject, length, queue, weight)) {
      this.#hasTold = true;
    }
  }

  #pace(steps: Iterator<void>): void {
    this.#isTelling = true;
    const step = (): boolean => steps.next().done !== true;
    new PacedTelling(this.#gateway, this.#exchange.longWork, step).begin();
  }

  *#all(accounts: readonly Account[], onGroupsTold: () => Iterable<void>): Generator<void> {
    this.#hasTold = false;
    for (const [index, account] of accounts.entries()) {
      yield* this.#walk(account.clusterInterest, "groups");
      if (index % STEPS === STEPS - 1) yield;
    }
    this.#logTold();
    yield* onGroupsTold();
    yield* this.#rest();
  }

  /** Of all accounts to come, also of those that are added meanwhile. */
  *#rest(): Generator<void> {
    for (const [account, parts] of this.#toCome) {
      this.#toCome.delete(account);
      const { name } = account;
      const { cluster } = this.#gateway;
      const what = `Gateway ${goQuoteText(cluster)}: switching account ${goQuoteText(name)}`;
      this.#gateway.debug(`${what} to Interest-Only mode`);
      this.#command(START, name);
      this.#hasTold = false;
      yield* this.#walk(account.clusterInterest, parts);
      this.#logTold();
      this.#command(COMPLETE, name);
      this.#gateway.debug(`${what} to Interest-Only mode complete`);
      yield;
    }
    this.#isTelling = false;
  }

  *#walk(interest: AccountInterest | null, parts: InterestParts): Generator<void> {
    if (interest === null) return;
    const walk = new InterestWalk(interest, parts);
    while (walk.advance(this, STEPS)) yield;
  }

  /** With the words of nats-server, whatever it was. */
  #logTold(): void {
    if (this.#hasTold) this.#gateway.debug("Sent queue subscriptions to gateway");
  }

  #command(command: number, account: string): void {
    this.#gateway.sendInfoLine({
      ...EMPTY_ROUTE_INFO,
      gateway: this.#cluster,
      gateway_cmd: command,
      gateway_cmd_payload: Buffer.from(account),
    });
  }
}
