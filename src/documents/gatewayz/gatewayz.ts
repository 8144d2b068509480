/**
 * `gatewayz`: the connections to other clusters and from them, with what is wanted there.
 *
 *     const document = gatewayz(view, options);
 *     await document.encode("  ")
 *
 * Connections are all looked at in the beginning. Their accounts, and subscriptions of these, may be very
 * many: they are put bit by bit into the empty lists that stand for them.
 */

import type { GatewayAccount } from "../../core/gateway/gateway-interest.ts";
import type { InboundGateway } from "../../kinds/gateway/inbound-gateway.ts";
import type { OutboundGateway } from "../../kinds/gateway/outbound-gateway.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { splitHostPort } from "../../protocol/host-port.ts";
import { currentMoment } from "../connz/connection-facts.ts";
import { emptyList, encodeItems, itemsEnd } from "../connz/frames.ts";
import { SubscriptionWalk } from "../connz/subscription-walk.ts";
import { encodeGo, GoMap, type GoValue } from "../go-document.ts";
import { type PieceIndent, PiecewiseDocument } from "../piecewise-document.ts";
import { shownName } from "../routez/route-document.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import type { Gateway, SuperclusterView } from "../supercluster-view.ts";
import {
  accountDocument,
  countWanted,
  type ListField,
  subscriptionItems,
  toldAccountDocument,
  type WantedAccount,
} from "./gateway-accounts.ts";
import { GatewayDocuments } from "./gateway-document.ts";

/** Names and meanings are those of the JSON body of nats-server's service. */
export interface GatewayzOptions {
  /** Of the one remote cluster that is wanted; "" for all, which is the default. */
  readonly name?: string;
  /** Accounts are listed; false by default. */
  readonly accounts?: boolean;
  /** The one account that is listed; "" for all, which is the default. */
  readonly account_name?: string;
  /** Subjects of the accounts' subscriptions; false by default, as `subscriptions_detail`. */
  readonly subscriptions?: boolean;
  readonly subscriptions_detail?: boolean;
}

/** Items of a list that are encoded at once, at most. */
const ITEMS_BATCH = 256;
/** How deep the items of lists stand. */
const OUTBOUND_ACCOUNT = 4;
const INBOUND_ACCOUNT = 5;
const SUBSCRIPTION = 6;

/** What its cluster knows of the interest here. */
type ToldAccount = readonly [name: string, mode: GatewayAccount["mode"]];

/** The accounts of a connection, which an empty list stands for. */
type AccountList = (indent: PieceIndent) => AsyncGenerator<Buffer>;

export function gatewayz(view: ServerView, options: GatewayzOptions = {}): GatewayzDocument {
  return new GatewayzDocument(view, options);
}

export class GatewayzDocument extends PiecewiseDocument {
  readonly #view: ServerView;
  readonly #name: string;
  readonly #account: string;
  readonly #hasAccounts: boolean;
  readonly #field: ListField;
  readonly #moment = currentMoment();
  readonly #slices: Slices;
  /** In the order in which they stand in the document. */
  readonly #lists: AccountList[] = [];

  constructor(view: ServerView, options: GatewayzOptions) {
    super(view.stats, "too many subscriptions at once");
    const { name = "", accounts = false, account_name: account = "" } = options;
    this.#view = view;
    this.#name = name;
    this.#account = account;
    this.#hasAccounts = accounts || account !== "";
    if (options.subscriptions === true) this.#field = "subscriptions_list";
    else this.#field = options.subscriptions_detail === true ? "subscriptions_list_detail" : "";
    this.#slices = new Slices(view.stats);
  }

  async *pieces(indent: PieceIndent): AsyncGenerator<Buffer> {
    let rest = encodeGo(await this.#document(), indent);
    const empty = emptyList("accounts", indent);
    for (const list of this.#lists) {
      const end = rest.indexOf(empty) + empty.length;
      yield rest.subarray(0, end - "]".length);
      yield* list(indent);
      rest = rest.subarray(end);
    }
    yield rest;
  }

  /** All of it but accounts. */
  async #document(): Promise<GoValue> {
    const { serverInfo, supercluster } = this.#view;
    const head = { server_id: serverInfo.id, now: rfc3339Nano(this.#moment.micros) };
    if (supercluster === null || supercluster.url === "") {
      return { ...head, outbound_gateways: {}, inbound_gateways: {} };
    }
    const { host, port } = splitHostPort(supercluster.url);
    const documents = await GatewayDocuments.open(this.#moment);
    return {
      ...head,
      name: supercluster.name,
      host,
      port: Number(port),
      outbound_gateways: this.#outbounds(supercluster, documents),
      inbound_gateways: this.#inbounds(supercluster, documents),
    };
  }

  /** As in nats-server, null where the one that is wanted is not there. */
  #outbounds({ outbounds }: SuperclusterView, documents: GatewayDocuments): GoValue {
    const found = this.#wanted(outbounds);
    if (this.#name !== "" && found.length === 0) return null;
    const entries = found.map((gateway): [string, GoValue] => {
      const told = this.#hasAccounts ? this.#accountsOf(gateway) : [];
      if (told.length > 0)
        this.#lists.push((indent) => this.#outboundAccounts(gateway, told, indent));
      const document = {
        configured: gateway.dialled.isExplicit,
        connection: documents.of(gateway),
        accounts: told.length > 0 ? [] : undefined,
      };
      return [shownName(gateway.cluster), document];
    });
    return new GoMap(entries);
  }

  #inbounds(supercluster: SuperclusterView, documents: GatewayDocuments): GoValue {
    const gateways = this.#wanted(supercluster.inbounds);
    const byCluster = Map.groupBy(gateways, ({ cluster }) => shownName(cluster));
    const entries = [...byCluster].map(([cluster, list]): [string, GoValue] => {
      const told = list.map((gateway) => {
        const accounts = this.#hasAccounts ? this.#toldTo(gateway, supercluster) : [];
        if (accounts.length > 0)
          this.#lists.push((indent) => this.#inboundAccounts(accounts, indent));
        return {
          // As in nats-server, whether the cluster is configured does not matter here.
          configured: false,
          connection: documents.of(gateway),
          accounts: accounts.length > 0 ? [] : undefined,
        };
      });
      return [cluster, told];
    });
    return new GoMap(entries);
  }

  /** In the order in which their names stand in a map. */
  #wanted<G extends Gateway>(gateways: Iterable<G>): G[] {
    const name = this.#name;
    return [...gateways]
      .filter(({ cluster }) => name === "" || cluster === name)
      .sort((a, b) => Buffer.compare(Buffer.from(a.cluster), Buffer.from(b.cluster)));
  }

  #accountsOf({ interest }: OutboundGateway): GatewayAccount[] {
    const name = this.#account;
    return [...interest.accounts()].filter(({ account }) => name === "" || account.name === name);
  }

  /** All that are here, of which everything is told, and those that are not. */
  #toldTo(gateway: InboundGateway, supercluster: SuperclusterView): ToldAccount[] {
    const isWanted = (name: string): boolean => this.#account === "" || name === this.#account;
    const told: ToldAccount[] = [];
    for (const { account } of this.#view.accounts.entries) {
      if (isWanted(account.name)) told.push([account.name, "Interest-Only"]);
    }
    for (const name of supercluster.refusedTo(gateway)) {
      if (isWanted(name)) told.push([name, "Optimistic"]);
    }
    return told;
  }

  async *#outboundAccounts(
    gateway: OutboundGateway,
    told: readonly GatewayAccount[],
    indent: PieceIndent,
  ): AsyncGenerator<Buffer> {
    const { exchange } = this.#view;
    const field = this.#field;
    const isListed = field !== "";
    const walk = new SubscriptionWalk(exchange, gateway);
    const { isOptimistic } = gateway.interest;
    const how = { isListed, isOptimistic };
    const wanted = await countWanted(exchange, walk, told, how, this.#slices);
    for (const [at, account] of wanted.entries()) {
      const document = accountDocument(account, field);
      const bytes = encodeItems([document], indent, at === 0, OUTBOUND_ACCOUNT);
      if (isListed && account.ids.length > 0)
        yield* this.#withList(gateway, account, bytes, indent);
      else yield bytes;
      if (this.#slices.isOver) await this.#slices.pause();
    }
    yield Buffer.from(itemsEnd(indent, OUTBOUND_ACCOUNT));
  }

  /** @param document of the account, in which the list is empty. */
  async *#withList(
    gateway: OutboundGateway,
    { told, ids }: WantedAccount,
    document: Buffer,
    indent: PieceIndent,
  ): AsyncGenerator<Buffer> {
    const { exchange } = this.#view;
    const isDetailed = this.#field === "subscriptions_list_detail";
    const empty = emptyList(this.#field, indent);
    const end = document.indexOf(empty) + empty.length;
    yield document.subarray(0, end - "]".length);
    let isFirst = true;
    for (let at = 0; at < ids.length; at += ITEMS_BATCH) {
      const batch = ids.slice(at, at + ITEMS_BATCH);
      const items = subscriptionItems(exchange, gateway, told.account, batch, isDetailed);
      if (items.length > 0) yield encodeItems(items, indent, isFirst, SUBSCRIPTION);
      isFirst &&= items.length === 0;
      if (this.#slices.isOver) await this.#slices.pause();
    }
    yield isFirst ? Buffer.from("]") : Buffer.from(itemsEnd(indent, SUBSCRIPTION));
    yield document.subarray(end);
  }

  async *#inboundAccounts(
    accounts: readonly ToldAccount[],
    indent: PieceIndent,
  ): AsyncGenerator<Buffer> {
    for (let at = 0; at < accounts.length; at += ITEMS_BATCH) {
      const batch = accounts.slice(at, at + ITEMS_BATCH);
      const items = batch.map(([name, mode]) => toldAccountDocument(name, mode));
      yield encodeItems(items, indent, at === 0, INBOUND_ACCOUNT);
      if (this.#slices.isOver) await this.#slices.pause();
    }
    yield Buffer.from(itemsEnd(indent, INBOUND_ACCOUNT));
  }
}
