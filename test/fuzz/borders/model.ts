/**
 * Who gets what, by the rules of accounts in their plainest form: every subscription and every import
 * is looked at for every message, and nothing is remembered but requests that may be answered.
 */

import { type Graph, type GraphAccount, type GraphImport, localPatterns } from "./graph.ts";
import { covers, matches, rewrite, rewriteBack } from "./subjects.ts";

/** A client: its account, and its place among the clients of that. */
export type ClientName = `${string}-${number}`;

export interface Receiver {
  readonly client: ClientName;
  readonly sid: string;
  readonly subject: string;
}

/** One delivery that must happen; of several receivers one gets it. */
export interface Expected {
  readonly payload: string;
  readonly receivers: readonly Receiver[];
  readonly reply: string;
  /** As it was published. */
  readonly header: string;
  /** Who asks, as a service learns; null where nothing is said. */
  readonly info: { readonly acc: string; readonly svc?: string } | null;
}

/** What the server tells a client of whose request nobody took note. */
export interface NoResponders {
  readonly client: ClientName;
  readonly reply: string;
  readonly subject: string;
}

/** A request to another account that may be answered. */
export interface Pending {
  /** Where to answer, in the responder's account. */
  readonly subject: string;
  readonly responder: GraphAccount;
  readonly requester: GraphAccount;
  readonly reply: string;
  readonly service: string;
  readonly isSingleton: boolean;
}

export interface Published {
  readonly client: ClientName;
  readonly subject: string;
  readonly reply: string;
  readonly payload: string;
  /** Header block, "" for none. */
  readonly header: string;
}

/** A message on its way. */
interface Travel {
  readonly from: Published;
  /** Services that it has come through. */
  readonly services: readonly string[];
  readonly info: Expected["info"];
}

/**
 * Subjects on which answers are waited for have names of the model's own: `_R_`, a word for the
 * account and one for the request.
 */
export class Model {
  readonly #accounts: Map<string, GraphAccount>;
  readonly #pending = new Map<string, Pending>();
  /** Accounts that have been asked by others. */
  readonly #asked = new Set<GraphAccount>();
  #requests = 0;
  expected: Expected[] = [];
  noResponders: NoResponders[] = [];
  /** Clients whose message was refused, once for each. */
  refused: ClientName[] = [];

  constructor(graph: Graph) {
    this.#accounts = new Map(graph.map((account) => [account.name, account]));
  }

  /** Requests that may still be answered. */
  get pending(): Pending[] {
    return [...this.#pending.values()];
  }

  /** Of a request that was passed on several times: the subject for answers to the first one. */
  firstOf(subject: string): string {
    const reply = this.#pending.get(subject)?.reply ?? "";
    return this.#pending.has(reply) ? this.firstOf(reply) : subject;
  }

  accountOf(client: ClientName): GraphAccount {
    return this.#accounts.get(client.slice(0, client.lastIndexOf("-")))!;
  }

  publish(from: Published): void {
    const account = this.accountOf(from.client);
    // Subjects that the server makes up are not for clients to be answered on.
    if (from.reply.startsWith("_R_.")) {
      this.refused.push(from.client);
      return;
    }
    const subject = mapped(account, from.subject);
    const count = this.#deliver(account, subject, from.reply, { from, services: [], info: null });
    if (count > 0 || from.reply === "") return;
    const { client } = from;
    const { noResponders, subscriptions } = clientOf(account, client);
    const isHeard = subscriptions.some(
      (each) => each.queue === "" && matches(each.subject, from.reply),
    );
    if (noResponders && isHeard) this.noResponders.push({ client, reply: from.reply, subject });
  }

  /** @returns how many have got it. */
  #deliver(account: GraphAccount, subject: string, reply: string, travel: Travel): number {
    const { from, info, services } = travel;
    const offers = this.#offers(account, subject, from.client);
    // What came through a service is not streamed on.
    if (services.length === 0) {
      for (const importer of this.#accounts.values()) {
        for (const each of importer.imports) {
          if (each.kind !== "stream" || each.account !== account.name) continue;
          if (!matches(each.subject, subject)) continue;
          offers.push(...this.#offers(importer, nameHere(each, subject), from.client));
        }
      }
    }
    const groups = Map.groupBy(offers, ({ queue }) => queue);
    const plain = (groups.get("") ?? []).map((one) => [one]);
    groups.delete("");
    let count = 0;
    for (const receivers of [...plain, ...groups.values()]) {
      const { payload, header } = from;
      this.expected.push({ payload, receivers, reply, header, info });
      count++;
    }
    for (const each of account.imports) {
      if (each.kind !== "service" || !matches(localPatterns(each)[0]!, subject)) continue;
      if (this.#request(account, each, subject, reply, travel)) count++;
    }
    if (!this.#asked.has(account) || !matches(`_R_.R${account.name}.>`, subject)) return count;
    const pending = this.#pending.get(subject);
    if (pending !== undefined) this.#answer(pending, reply, travel);
    // The server listens to all of these subjects, also when nobody waits any more.
    return count + 1;
  }

  #offers(
    account: GraphAccount,
    subject: string,
    publisher: ClientName,
  ): (Receiver & { queue: string })[] {
    return account.clients.flatMap(({ echo, subscriptions }, at) => {
      const client: ClientName = `${account.name}-${at}`;
      if (client === publisher && !echo) return [];
      return subscriptions.flatMap(({ subject: wanted, queue }, index) =>
        matches(wanted, subject) ? [{ client, sid: `${index + 1}`, subject, queue }] : [],
      );
    });
  }

  #request(
    importer: GraphAccount,
    each: GraphImport,
    subject: string,
    reply: string,
    { from, services, info }: Travel,
  ): boolean {
    const responder = this.#accounts.get(each.account)!;
    const offered = responder.exports.filter(({ kind }) => kind === "service");
    const exported =
      offered.find((one) => one.subject === each.subject) ??
      offered.find((one) => covers(one.subject, each.subject))!;
    const service = `${responder.name} ${exported.subject}`;
    if (services.includes(service)) return false;
    const isSingleton = exported.response === "singleton";
    const back = this.#await(responder, importer, reply, service, isSingleton);
    const acc = this.accountOf(from.client).name;
    const count = this.#deliver(responder, mapped(responder, nameThere(each, subject)), back, {
      from,
      services: [...services, service],
      info: info === null ? { acc } : { ...info, svc: importer.name },
    });
    if (count === 0) this.#pending.delete(back);
    return count > 0;
  }

  #answer(pending: Pending, reply: string, { from, services, info }: Travel): void {
    const { responder, requester, service, isSingleton } = pending;
    if (services.includes(service)) return;
    const back = this.#await(requester, responder, reply, service, isSingleton);
    const isLast = isSingleton || (from.payload === "" && from.header === "");
    if (isLast) this.#pending.delete(pending.subject);
    const count = this.#deliver(requester, mapped(requester, pending.reply), back, {
      from,
      services: [...services, service],
      info,
    });
    if (count > 0) return;
    this.#pending.delete(pending.subject);
    this.#pending.delete(back);
  }

  #await(
    responder: GraphAccount,
    requester: GraphAccount,
    reply: string,
    service: string,
    isSingleton: boolean,
  ): string {
    if (reply === "") return "";
    const subject = `_R_.R${responder.name}.n${++this.#requests}`;
    this.#pending.set(subject, { subject, responder, requester, reply, service, isSingleton });
    this.#asked.add(responder);
    return subject;
  }
}

function clientOf(account: GraphAccount, client: ClientName): GraphAccount["clients"][number] {
  return account.clients[Number(client.slice(client.lastIndexOf("-") + 1))]!;
}

/** A published subject as the account's mappings change it. */
export function mapped({ mappings }: GraphAccount, subject: string): string {
  const found = mappings.find(({ source }) => matches(source, subject));
  return found === undefined ? subject : rewrite(found.source, found.destination, subject);
}

/** Of a stream's message, in the importing account. */
function nameHere({ subject: source, to, prefix }: GraphImport, subject: string): string {
  if (prefix !== "") return `${prefix}.${subject}`;
  return to === "" ? subject : rewrite(source, to, subject);
}

/** Of a request, in the exporting account. */
function nameThere({ subject: source, to }: GraphImport, subject: string): string {
  return to === "" ? subject : rewriteBack(source, to, subject);
}
