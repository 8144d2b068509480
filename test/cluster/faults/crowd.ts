/** Clients on all nodes of a cluster that subscribe, publish, and keep the books of it. */

import type { MeshNode } from "../../support/mesh-node.ts";
import { matchesNaively } from "../../support/naive-matcher.ts";
import { Ledger, type Receiver, type Sent } from "./ledger.ts";
import { TrafficClient } from "./traffic-client.ts";

/** One subscription of a client. */
export interface Member extends Receiver {
  readonly node: string;
  readonly sid: number;
}

/** Tries of what has to succeed once no client is lost. */
const TRIES = 4;
const ARRIVAL_MS = 5_000;
const POLL_MS = 10;
/** Copies that should not be come right behind those that should. */
const EXTRA_MS = 50;
const SHOWN_MAX = 10;

/** A client was lost that nobody has taken away: the test was too busy to answer its server. */
class ClientLost extends Error {}

/** Does something again as long as clients are lost meanwhile. */
export async function despiteLosses(body: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await body();
      return;
    } catch (error) {
      if (!(error instanceof ClientLost) || tries === TRIES) throw error;
    }
  }
}

export class Crowd implements Disposable {
  readonly ledger = new Ledger();
  readonly members = new Set<Member>();
  readonly #clients = new Map<string, TrafficClient>();
  #lastMember = 0;

  /** A client of the account on the node; a new one when the last one was lost. */
  async join(node: MeshNode, account: string): Promise<void> {
    const key = `${node.name} ${account}`;
    this.#drop(node.name, account);
    const client = await TrafficClient.open(node.ports.client, account);
    client.onViolation = (text) => this.ledger.violate(`${key}: ${text}`);
    this.#clients.set(key, client);
  }

  /** The client goes, and its subscriptions with it. */
  leave(node: string, account: string): void {
    this.#drop(node, account);
  }

  hasClient(node: string, account: string): boolean {
    const client = this.#clients.get(`${node} ${account}`);
    return client !== undefined && !client.isLost;
  }

  subscribe(node: string, account: string, pattern: string, queue = ""): Member {
    const name = `${node}/${account}/${pattern}/${queue}#${++this.#lastMember}`;
    const receiver = { node, account, pattern, queue, name };
    const sid = this.#client(node, account).subscribe(pattern, queue, (payload, subject) =>
      this.ledger.take(member, payload, subject),
    );
    const member: Member = { ...receiver, sid };
    this.members.add(member);
    return member;
  }

  async unsubscribe(member: Member): Promise<void> {
    this.members.delete(member);
    await this.#client(member.node, member.account).unsubscribe(member.sid);
  }

  publish(node: string, account: string, subject: string): Sent {
    const { sent, payload } = this.ledger.next(account, node, subject);
    this.#client(node, account).publish(subject, payload);
    return sent;
  }

  /** Many messages that nobody keeps books of. */
  flood(node: string, account: string, subject: string, payload: string, count: number): void {
    const client = this.#client(node, account);
    for (let i = 0; i < count; i++) client.publish(subject, payload);
  }

  /** Servers have handled all that their clients have sent; all of them unless told. */
  async flush(nodes?: readonly string[]): Promise<void> {
    const isMeant = (key: string): boolean => nodes?.includes(key.split(" ")[0]!) ?? true;
    const clients = [...this.#clients].filter(([key]) => isMeant(key));
    await Promise.all(clients.map(([, client]) => client.flush()));
  }

  /**
   * Waits until everybody who should has got these messages, and nobody twice.
   *
   * @param members who should; all there are unless told.
   */
  async arrived(
    messages: readonly Sent[],
    members: Iterable<Member> = this.members,
  ): Promise<void> {
    const due: (() => string | null)[] = [];
    const clients = new Set<string>();
    for (const { publisher, account } of messages) clients.add(`${publisher} ${account}`);
    for (const member of members) {
      clients.add(`${member.node} ${member.account}`);
      for (const sent of messages) {
        if (sent.account !== member.account || !isMatch(member.pattern, sent.subject)) continue;
        const what = `${member.name} has not got ${sent.publisher} ${sent.subject} ${sent.number}`;
        due.push(() => (this.ledger.has(member, sent) ? null : what));
      }
    }
    const deadline = performance.now() + ARRIVAL_MS;
    let missing = due;
    for (;;) {
      missing = missing.filter((check) => check() !== null);
      if (missing.length === 0) break;
      const lost = [...clients].filter((key) => this.#clients.get(key)?.isLost === true);
      if (lost.length > 0) throw new ClientLost(`lost: ${lost.join(", ")}`);
      if (performance.now() > deadline) {
        const shown = missing.slice(0, SHOWN_MAX).map((check) => check());
        throw new Error(`${missing.length} of ${due.length} are missing:\n${shown.join("\n")}`);
      }
      await Bun.sleep(POLL_MS);
    }
    await Bun.sleep(EXTRA_MS);
    this.blameless();
  }

  /** @throws Error with all that went wrong since the beginning. */
  blameless(): void {
    const { violations } = this.ledger;
    if (violations.length > 0) throw new Error(violations.join("\n"));
  }

  /** Forgets the clients that were lost with their servers. Returns what they were subscribed to. */
  forgetLost(): Member[] {
    const lost: Member[] = [];
    for (const [key, client] of this.#clients) {
      if (!client.isLost) continue;
      const [node, account] = key.split(" ") as [string, string];
      lost.push(...this.#membersOf(node, account));
      this.#drop(node, account);
    }
    return lost;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(node: string, account: string): TrafficClient {
    const client = this.#clients.get(`${node} ${account}`);
    if (client === undefined) throw new Error(`no client of ${account} on ${node}`);
    return client;
  }

  #drop(node: string, account: string): void {
    const key = `${node} ${account}`;
    this.#clients.get(key)?.close();
    this.#clients.delete(key);
    for (const member of this.#membersOf(node, account)) this.members.delete(member);
  }

  #membersOf(node: string, account: string): Member[] {
    return [...this.members].filter((each) => each.node === node && each.account === account);
  }
}

function isMatch(pattern: string, subject: string): boolean {
  return matchesNaively(pattern.split("."), subject.split("."));
}
