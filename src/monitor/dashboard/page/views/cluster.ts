/** The cluster as this server sees it: a map, its servers, and the connections to each. */

import type { ClusterMap, ClusterNode, RouteRow } from "../../cluster-shapes.ts";
import { get } from "../api.ts";
import { ClusterPicture } from "../cluster-picture.ts";
import { h, setText } from "../dom.ts";
import { bytes, duration, moment, plural, rateText, short, whole } from "../format.ts";
import { empty, heading, Poll, panel, type View } from "../parts.ts";
import { Table } from "../table.ts";
import { SuperclusterPart } from "./supercluster.ts";

const PERIOD_MS = 2000;

export class ClusterView implements View {
  readonly title = "Cluster";
  readonly element: HTMLElement;
  readonly #about = h("p", { class: "about" });
  readonly #missing = h("p", { class: "note warn" });
  readonly #picture = new ClusterPicture("server");
  readonly #alone = h("div");
  readonly #servers = serverTable();
  readonly #routes = routeTable();
  readonly #details: HTMLElement;
  readonly #supercluster = new SuperclusterPart();
  /** Shown as soon as there is something to show, so that nothing moves when it comes. */
  readonly #body: HTMLElement;
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    this.#show(await get<ClusterMap>("cluster", signal));
  });
  #why = "";

  constructor() {
    this.#missing.hidden = true;
    this.#details = h(
      "div",
      {},
      panel(
        "Servers",
        "What each one tells of itself in the system account, and what goes between it and this one.",
        this.#servers.element,
      ),
      panel(
        "Routes",
        "Connections to other servers: those of the pool share the accounts, some accounts have one of their own.",
        this.#routes.element,
      ),
    );
    this.#body = h(
      "div",
      { hidden: true },
      panel("Map", "", this.#about, this.#missing, this.#alone, this.#picture.element),
      this.#details,
      this.#supercluster.element,
    );
    this.element = h(
      "div",
      {},
      heading(
        "Cluster",
        "Servers and clusters that share their subjects with this one, and how far away they are.",
      ),
      this.#body,
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  #show(map: ClusterMap): void {
    const { name, nodes, routes, missing } = map;
    const hasOthers = nodes.length > 1;
    const servers = plural(nodes.length, "server");
    setText(
      this.#about,
      hasOthers
        ? `${servers} in cluster ${name}. Numbers are clients; arrows show who dialled.`
        : "",
    );
    this.#about.hidden = !hasOthers;
    this.#missing.hidden = missing.length === 0;
    setText(this.#missing, `No route yet to ${missing.join(", ")}. The log says why.`);
    this.#explain(hasOthers ? "" : whyAlone(map));
    this.#picture.update(nodes);
    this.#details.hidden = !hasOthers;
    this.#servers.update(nodes);
    this.#routes.update(routes);
    const clients = nodes.reduce((sum, { stats }) => sum + (stats?.connections ?? 0), 0);
    this.#supercluster.update(map.supercluster, clients);
    this.#body.hidden = false;
  }

  #explain(why: string): void {
    if (why === this.#why) return;
    this.#why = why;
    if (why === "") this.#alone.replaceChildren();
    else this.#alone.replaceChildren(empty("No other servers", why, "cluster"));
  }
}

function whyAlone({ isCluster, hasConfiguredRoutes, port, supercluster }: ClusterMap): string {
  if (!isCluster) {
    const what = supercluster === null ? "stands alone" : "is the only one of its cluster";
    return `This server ${what}. With a cluster block that has a port it takes others in, and with routes in it dials them.`;
  }
  const others = `Other servers come in on port ${port}`;
  return hasConfiguredRoutes
    ? `${others}, and those that are configured are dialled until they answer.`
    : `${others}. None has come yet, and the configuration has no routes to dial.`;
}

function serverTable(): Table<ClusterNode> {
  return new Table<ClusterNode>({
    caption: "Servers of the cluster",
    key: ({ id }) => id,
    columns: [
      {
        title: "Server",
        text: ({ name, isSelf }) => (isSelf ? `${name} (this one)` : name),
        hint: ({ id, address }) => `${address}, ${id}`,
      },
      {
        title: "Version",
        text: ({ version }) => version || "–",
        hint: ({ runtime }) => (runtime === "" ? "" : `Runs on ${runtime}`),
      },
      { title: "Clients", isNumber: true, text: of((stats) => whole(stats.connections)) },
      { title: "Subs", isNumber: true, text: of((stats) => short(stats.subscriptions)) },
      {
        title: "CPU",
        isNumber: true,
        text: of(({ cpu }) => `${Math.round(cpu)}%`),
      },
      {
        title: "Memory",
        isNumber: true,
        text: of(({ memory }) => bytes(memory)),
      },
      {
        title: "Slow",
        isNumber: true,
        isExtra: true,
        text: of((stats) => whole(stats.slowConsumers)),
      },
      {
        title: "RTT",
        isNumber: true,
        text: ({ rttMs }) => (rttMs === null ? "–" : duration(rttMs)),
      },
      { title: "From it", isNumber: true, text: ({ rate }) => rateText(rate, "inMsgs") },
      { title: "To it", isNumber: true, text: ({ rate }) => rateText(rate, "outMsgs") },
      {
        title: "Waiting",
        isNumber: true,
        text: ({ pendingBytes, routes }) => (routes === 0 ? "–" : bytes(pendingBytes)),
      },
      {
        title: "Routes",
        isNumber: true,
        text: ({ routes, isSelf }) => (isSelf ? "–" : routes === 0 ? "none" : whole(routes)),
        mark: ({ routes, isSelf }) => (routes === 0 && !isSelf ? "warn" : ""),
        hint: ({ isSelf, isSolicited }) =>
          isSelf ? "" : isSolicited ? "Dialled by this server" : "Dialled by the other server",
      },
    ],
  });
}

function routeTable(): Table<RouteRow> {
  return new Table<RouteRow>({
    caption: "Routes to other servers",
    key: ({ rid }) => String(rid),
    columns: [
      { title: "Server", text: ({ server }) => server, hint: ({ address }) => address },
      {
        title: "For",
        text: ({ account, slot }) => (account === "" ? `pool ${slot + 1}` : account),
        hint: ({ account, slot }) =>
          account === "" ? `Accounts of slot ${slot}` : "This account alone",
      },
      {
        title: "Dialled by",
        text: ({ isSolicited }) => (isSolicited ? "this server" : "the other"),
        hint: ({ isConfigured }) => (isConfigured ? "It stands in the configuration" : ""),
      },
      { title: "RTT", isNumber: true, text: ({ rttMs }) => (rttMs > 0 ? duration(rttMs) : "–") },
      { title: "In", isNumber: true, text: ({ rate }) => rateText(rate, "inMsgs") },
      { title: "Out", isNumber: true, text: ({ rate }) => rateText(rate, "outMsgs") },
      {
        title: "Waiting",
        isNumber: true,
        text: ({ pendingBytes }) => bytes(pendingBytes),
        mark: ({ isBlocked }) => (isBlocked ? "warn" : ""),
      },
      {
        title: "Interest",
        isNumber: true,
        text: ({ subscriptions }) => short(subscriptions),
        hint: ({ subscriptions }) => `${whole(subscriptions)} subscriptions of the other server`,
      },
      {
        title: "Compression",
        text: ({ compression, ratio }) =>
          ratio === null ? compression || "–" : `${compression} ${ratio.toFixed(1)}×`,
      },
      {
        title: "Since",
        isExtra: true,
        text: ({ startedAt }) => duration(Math.max(Date.now() - startedAt, 1000)),
        hint: ({ startedAt }) => moment(startedAt),
      },
    ],
  });
}

type Stats = NonNullable<ClusterNode["stats"]>;

function of(text: (stats: Stats) => string): (node: ClusterNode) => string {
  return ({ stats }) => (stats === null ? "–" : text(stats));
}
