/**
 * `routez`: the connections to other servers of the cluster, with what those ask for.
 *
 *     const document = routez(view, options);
 *     await document.encode("  ")
 *
 * Routes are looked at when their piece is made; one that has closed meanwhile is told as it was last.
 * There may be a million subscriptions, so they come bit by bit.
 */

import type { Route } from "../../kinds/route/route.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { currentMoment } from "../connz/connection-facts.ts";
import { emptyList, encodeConnections, encodeItems, itemsEnd } from "../connz/frames.ts";
import { SubscriptionWalk } from "../connz/subscription-walk.ts";
import { encodeGo } from "../go-document.ts";
import { openLocalTime } from "../go-texts.ts";
import { frameOf, type PieceIndent, PiecewiseDocument } from "../piecewise-document.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import { interestItem } from "./interest-items.ts";
import {
  type RouteContext,
  type RouteDocument,
  routeDocument,
  subjectsDocument,
} from "./route-document.ts";

/** Names and meanings are those of the JSON body of nats-server's service. */
export interface RoutezOptions {
  /** Subjects of subscriptions; false by default, as `subscriptions_detail`, which comes before it. */
  readonly subscriptions?: boolean;
  readonly subscriptions_detail?: boolean;
}

/** Items of a list that are encoded at once, at most. */
const ITEMS_BATCH = 256;

export function routez(view: ServerView, options: RoutezOptions = {}): RoutezDocument {
  return new RoutezDocument(view, options);
}

/** All but the routes themselves: the list is there, without any in it. */
export function routezHead(
  { serverInfo, options, cluster }: ServerView,
  micros: number,
): RouteDocument {
  const permissions = options.cluster?.permissions;
  return {
    server_id: serverInfo.id,
    server_name: serverInfo.name,
    now: rfc3339Nano(micros),
    import: subjectsDocument(permissions?.publish),
    export: subjectsDocument(permissions?.subscribe),
    num_routes: cluster?.routeCount ?? 0,
    routes: [],
  };
}

export class RoutezDocument extends PiecewiseDocument {
  readonly #view: ServerView;
  readonly #field: "subscriptions_list" | "subscriptions_list_detail" | "";
  readonly #now = currentMoment();
  readonly #routes: readonly Route[];

  constructor(view: ServerView, options: RoutezOptions) {
    super(view.stats, "too many subscriptions at once");
    const { subscriptions = false, subscriptions_detail: isDetailed = false } = options;
    this.#view = view;
    if (isDetailed) this.#field = "subscriptions_list_detail";
    else this.#field = subscriptions ? "subscriptions_list" : "";
    this.#routes = [...(view.cluster?.routes ?? [])];
  }

  async *pieces(indent: PieceIndent): AsyncGenerator<Buffer> {
    const head = routezHead(this.#view, this.#now.micros);
    const fields = { ...head, num_routes: this.#routes.length };
    if (this.#routes.length === 0) {
      yield encodeGo(fields, indent);
      return;
    }
    const [before, after] = frameOf(fields, indent);
    yield Buffer.from(before);
    const context = { localTime: await openLocalTime(), now: this.#now };
    const slices = new Slices(this.#view.stats);
    let isFirst = true;
    for (const route of this.#routes) {
      yield* this.#route(route, context, indent, isFirst, slices);
      isFirst = false;
      if (slices.isOver) await slices.pause();
    }
    yield Buffer.from(after);
  }

  /** The document of a route, and in the middle of it what may be a long list. */
  async *#route(
    route: Route,
    context: RouteContext,
    indent: PieceIndent,
    isFirst: boolean,
    slices: Slices,
  ): AsyncGenerator<Buffer> {
    const field = this.#field;
    const hasList = field !== "" && route.outbound.subCount > 0;
    const list = { field: field || "subscriptions_list", items: hasList ? [] : undefined } as const;
    const document = encodeConnections([routeDocument(route, list, context)], indent, isFirst);
    if (!hasList) {
      yield document;
      return;
    }
    const empty = emptyList(list.field, indent);
    const end = document.indexOf(empty) + empty.length;
    yield document.subarray(0, end - "]".length);
    yield* this.#items(route, indent, slices);
    yield document.subarray(end);
  }

  async *#items(route: Route, indent: PieceIndent, slices: Slices): AsyncGenerator<Buffer> {
    const { exchange } = this.#view;
    const isDetailed = this.#field === "subscriptions_list_detail";
    const walk = new SubscriptionWalk(exchange, route);
    for (let isFirst = true; ; isFirst = false) {
      const ids = walk.next(ITEMS_BATCH);
      if (ids.length === 0) break;
      const items = ids.map((id) => interestItem(exchange, route, id, isDetailed));
      yield encodeItems(items, indent, isFirst);
      if (slices.isOver) await slices.pause();
    }
    yield Buffer.from(itemsEnd(indent));
  }
}
