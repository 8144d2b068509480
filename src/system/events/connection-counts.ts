/**
 * How many connections accounts have: told whenever that changes, and every half a minute for as long
 * as there are any. One timer serves all accounts; it sleeps until the first of them is due.
 *
 *     due:  A 12:00:29.1   C 12:00:29.4   B 12:00:30.2      in the order in which they were told of
 */

import type { AccountEntry } from "../../accounts/account-entry.ts";
import type { Account } from "../../core/account.ts";
import { type AccountStat, accountStat } from "../../documents/accstatz.ts";
import type { SystemOutbox } from "../system-outbox.ts";
import { ConnectionsEvent } from "./connections-event.ts";

/** What each change is worth. */
const MESSAGES = 2;
/** Time between two messages about an account in which nothing changes. */
const HEARTBEAT_MS = 30_000;
/** Accounts that are due within this time are told of together. */
const TOGETHER_MS = 100;
/** Accounts that are told of in one go. */
const BATCH = 512;
/** Members whose traffic is added up anew for each message; that of more is told a little later. */
const QUICK_MEMBERS = 100;
/** How old the traffic of a large account may be, in milliseconds for each of its members. */
const AGE_PER_MEMBER_MS = 0.01;

interface Told {
  readonly entry: AccountEntry;
  dueAt: number;
}

export interface CountsHost {
  readonly outbox: SystemOutbox;
  readonly accounts: {
    readonly system: Account | null;
    readonly global: Account;
    entry(name: string): AccountEntry | undefined;
  };
}

export class ConnectionCounts {
  readonly #host: CountsHost;
  readonly #heartbeatMs: number;
  /** By the time at which they are due. */
  readonly #told = new Map<Account, Told>();
  readonly #kept = new Map<Account, { readonly stat: AccountStat; readonly goodUntil: number }>();
  #timer: Timer | undefined;
  #isStopped = false;

  /** @param heartbeatMs time between two messages about an account in which nothing changes. */
  constructor(host: CountsHost, heartbeatMs = HEARTBEAT_MS) {
    this.#host = host;
    this.#heartbeatMs = heartbeatMs;
  }

  /**
   * Something has come to an account or left it.
   *
   * @param connections how many there are now.
   */
  changed(account: Account, connections: number): void {
    const { accounts, outbox } = this.#host;
    const { system } = accounts;
    const told = this.#told.get(account);
    this.#told.delete(account);
    // As in nats-server, nothing is said of the account that anybody may be in.
    if (system === null || account === accounts.global || this.#isStopped) return;
    const current = accounts.entry(account.name);
    // Who is left in an account that is gone still counts.
    const entry = current?.account === account ? current : told?.entry;
    if (entry === undefined) return;
    if (connections > 0) {
      this.#told.set(account, { entry, dueAt: performance.now() + this.#heartbeatMs });
      if (this.#timer === undefined) this.#sleep(this.#heartbeatMs);
    } else this.#kept.delete(account);
    // Who is in the system account may be about to listen.
    if (account !== system && outbox.skips(system, MESSAGES)) return;
    const counts = { conns: connections, total_conns: connections };
    const event = new ConnectionsEvent(() => ({ ...this.#stat(entry), ...counts }));
    const write = (server: string): string => event.write(server);
    const { name } = account;
    outbox.add({ account: system, subject: `$SYS.SERVER.ACCOUNT.${name}.CONNS`, write });
    outbox.add({ account: system, subject: `$SYS.ACCOUNT.${name}.SERVER.CONNS`, write });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#told.clear();
    this.#kept.clear();
  }

  #sleep(ms: number): void {
    this.#timer = setTimeout(() => this.#tick(), Math.max(ms, 0));
    this.#timer.unref();
  }

  #tick(): void {
    this.#timer = undefined;
    const now = performance.now();
    const due: Account[] = [];
    let next = 0;
    for (const [account, { dueAt }] of this.#told) {
      if (dueAt > now + TOGETHER_MS || due.length === BATCH) {
        next = dueAt;
        break;
      }
      due.push(account);
    }
    // Put at the end again, with a new time.
    for (const account of due) this.changed(account, account.members.size);
    if (next === 0) return;
    clearTimeout(this.#timer);
    this.#sleep(next - now);
  }

  /** The traffic of an account is that of all its members, of whom there may be very many. */
  #stat(entry: AccountEntry): AccountStat {
    const { account } = entry;
    const { size } = account.members;
    if (size <= QUICK_MEMBERS) return accountStat(entry);
    const now = performance.now();
    const kept = this.#kept.get(account);
    if (kept !== undefined && now < kept.goodUntil) return kept.stat;
    const stat = accountStat(entry);
    this.#kept.set(account, { stat, goodUntil: now + size * AGE_PER_MEMBER_MS });
    return stat;
  }
}
