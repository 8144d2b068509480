/** Makes the documents of connections, with as much in them as was asked for. */

import type { Account } from "../../core/account.ts";
import type { Client } from "../../kinds/client.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { type ClosedClient, closedSubscriptions } from "../closed-clients.ts";
import type { GoValue } from "../go-document.ts";
import { openLocalTime } from "../go-texts.ts";
import type { ServerView } from "../server-view.ts";
import {
  type ConnectionContext,
  type ConnectionDocument,
  connectionDocument,
} from "./connection-document.ts";
import { type ConnectionFacts, connectionFacts, type Moment } from "./connection-facts.ts";
import type { ConnzOptions } from "./connz-options.ts";
import type { peerCertificates } from "./peer-certificates.ts";
import { remembering } from "./recent-times.ts";
import { closedItem, type ListKind, openItem } from "./subscription-items.ts";

/** Lists up to this length are made at once, with all of their connection. */
const SHORT_LIST_MAX = 64;

export class ConnectionDocuments {
  readonly lists: ListKind;
  readonly #view: ServerView;
  readonly #moment: Moment;
  readonly #context: ConnectionContext;
  readonly #peerCertificates: typeof peerCertificates;

  private constructor(
    view: ServerView,
    lists: ListKind,
    moment: Moment,
    context: ConnectionContext,
    certificates: typeof peerCertificates,
  ) {
    this.#view = view;
    this.lists = lists;
    this.#moment = moment;
    this.#context = context;
    this.#peerCertificates = certificates;
  }

  static async open(
    view: ServerView,
    options: ConnzOptions,
    moment: Moment,
  ): Promise<ConnectionDocuments> {
    const { auth = false, subscriptions = false, subscriptions_detail: details = false } = options;
    const lists = details ? "details" : subscriptions ? "subjects" : "none";
    const localTime = remembering(await openLocalTime());
    const utcTime = remembering(rfc3339Nano);
    // Nobody needs them where no peer shows certificates.
    const certificates =
      auth && view.options.tls !== null
        ? (await import("./peer-certificates.ts")).peerCertificates
        : () => undefined;
    const now = moment.micros;
    const context = { kind: "Client", localTime, utcTime, now, auth } as const;
    return new ConnectionDocuments(view, lists, moment, context, certificates);
  }

  /** The field of a connection that has the list, if there is one. */
  get listField(): "subscriptions_list" | "subscriptions_list_detail" {
    return this.lists === "details" ? "subscriptions_list_detail" : "subscriptions_list";
  }

  /** The list would be too long to be made at once. */
  hasLongList({ outbound }: Client): boolean {
    return this.lists !== "none" && outbound.subCount > SHORT_LIST_MAX;
  }

  /** @param leavesList the list stays empty, to be completed. */
  open(client: Client, leavesList: boolean): ConnectionDocument {
    const facts = connectionFacts(client, this.#moment, false);
    const { auth } = this.#context;
    const parts = {
      certificates: auth && facts.tls !== null ? this.#certificatesOf(client) : undefined,
      nameTag: auth ? tagOf(client.account) : undefined,
      list: leavesList ? [] : this.#shortList(client),
      isDetailed: this.lists === "details",
    };
    return connectionDocument(facts, parts, this.#context);
  }

  closed(closed: ClosedClient): ConnectionDocument {
    const { facts } = closed;
    const parts = {
      certificates: undefined,
      nameTag: this.#tagOfClosed(facts),
      list: this.#closedList(closed),
      isDetailed: this.lists === "details",
    };
    return connectionDocument(facts, parts, this.#context);
  }

  #shortList({ outbound, account, cid }: Client): GoValue[] | undefined {
    if (this.lists === "none" || outbound.firstSub === 0) return undefined;
    const { exchange } = this.#view;
    const items: GoValue[] = [];
    for (let id = outbound.firstSub; id !== 0; id = exchange.subs.nextOfSink(id)) {
      items.push(openItem(exchange, account, id, cid, this.lists));
    }
    return items;
  }

  #closedList(closed: ClosedClient): GoValue[] | undefined {
    if (this.lists === "none" || closed.subscriptions === "") return undefined;
    const { account: name, cid } = closed.facts;
    const account = this.#view.accounts.find(name);
    const owner = { name, tag: account === undefined ? name : tagOf(account) };
    return closedSubscriptions(closed).map((each) => closedItem(each, owner, cid, this.lists));
  }

  /** A socket that is gone has forgotten them. */
  #certificatesOf({ tls }: Client): GoValue | undefined {
    try {
      return this.#peerCertificates(tls?.certificates ?? []);
    } catch {
      return undefined;
    }
  }

  /** That of the user stands in for that of an account that there is not any more. */
  #tagOfClosed({ account: name, token }: ConnectionFacts): string | undefined {
    if (!this.#context.auth || name === GLOBAL_ACCOUNT) return token?.name;
    const account = this.#view.accounts.find(name);
    return account === undefined ? token?.name : tagOf(account);
  }
}

function tagOf({ nameTag, name }: Account): string {
  return nameTag === "" ? name : nameTag;
}
