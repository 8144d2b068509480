/** Accounts of a configuration or of claims, without a server, with sinks that keep what they get. */

import { AccountSet } from "../../src/accounts/account-set.ts";
import { type AccountDefinition, emptyDefinition } from "../../src/accounts/definition.ts";
import type { Export, Import } from "../../src/config/options/accounts.ts";
import type { Account, AccountMember } from "../../src/core/account.ts";
import { Exchange } from "../../src/core/exchange.ts";
import { InternalClient } from "../../src/kinds/internal-client.ts";
import { Logger } from "../../src/log/logger.ts";
import { type Hub, messageOf, TestSink } from "../core/delivery-fixture.ts";

const QUIET = { debug: false, trace: false };

/** A client that is bound to an account. */
export class Tenant extends TestSink {
  readonly account: Account;
  readonly #exchange: Exchange;
  readonly #member: AccountMember;

  constructor(exchange: Exchange, account: Account) {
    super({ sinks: exchange.sinks, account } as Hub);
    this.#exchange = exchange;
    this.account = account;
    this.#member = {
      label: "",
      inMsgs: 0,
      inBytes: 0,
      debug: null,
      outbound: Object.assign(this, { outMsgs: 0, outBytes: 0 }),
      recheck() {},
      closeWithError() {},
      close() {},
    };
    account.members.add(this.#member);
    account.wake();
  }

  override close(): void {
    super.close();
    this.account.members.delete(this.#member);
  }

  subscribe(subject: string, sid: string, queue = ""): void {
    const buf = Buffer.from(`${subject} ${sid}`);
    const subjectEnd = Buffer.byteLength(subject);
    const sidRange = { sidStart: subjectEnd + 1, sidEnd: buf.length };
    this.account.subscribe(this, queue, buf, { subjectStart: 0, subjectEnd, ...sidRange });
  }

  /** UNSUB, with a maximum when it is not 0. */
  unsubscribe(sid: string, max = 0): void {
    const buf = Buffer.from(sid);
    const id = this.#exchange.subs.find(this, buf, 0, buf.length);
    if (max > 0) this.account.unsubscribeAfter(this, id, max);
    else this.account.unsubscribe(this, id);
  }

  /** Publishes a message given as `subject [reply] size`; returns how many have got it. */
  publish(line: string, body = ""): number {
    const message = messageOf(line, body, 0);
    const { sublist } = this.account;
    const result = sublist.match(message.buf, 0, message.subjectEnd, message.hash);
    return this.#exchange.delivery.deliver(this.account, this, message, result);
  }

  /** Reply subject of the latest request that has come. */
  get reply(): string {
    return /.*SG \S+ \S+ (_R_\S+) /s.exec(this.text)?.[1] ?? "";
  }
}

export class Tenants {
  readonly exchange = new Exchange(true);
  readonly accounts = new AccountSet(this.exchange, new Logger(null, QUIET));
  readonly messaging = new InternalClient(this.exchange);
  readonly refused: string[] = [];

  constructor() {
    this.accounts.onRefused = (importer, { subject }, why) =>
      this.refused.push(`${importer} ${subject}: ${why}`);
  }

  /** Makes or updates an account as claims do. */
  apply(name: string, change: Partial<AccountDefinition> = {}): Account {
    return this.accounts.apply({ ...emptyDefinition(name), ...change });
  }

  join(name: string): Tenant {
    return new Tenant(this.exchange, this.accounts.find(name)!);
  }

  /** Subscriptions of all kinds, in all accounts. */
  get subscriptions(): number {
    return this.exchange.subs.pool.count;
  }
}

export function exported(kind: Export["kind"], subject: string): AccountDefinition["exports"][0] {
  return {
    ...{ kind, subject, accounts: null, isTokenRequired: false, revocations: new Map() },
    ...{ responseType: "singleton", responseThresholdMs: 60_000, latency: null },
    ...{ accountTokenPosition: 0, allowTrace: false },
  };
}

export function imported(
  kind: Import["kind"],
  account: string,
  subject: string,
  change: Partial<Import> = {},
): AccountDefinition["imports"][0] {
  const rest = { prefix: "", to: "", share: false, allowTrace: false, activation: null };
  return { kind, account, subject, ...rest, ...change };
}
