/** Other clusters as this server sees them: a map, each of them, the gateways to it, and what it wants. */

import type {
  GatewayRow,
  InterestRow,
  OtherCluster,
  SuperclusterMap,
} from "../../supercluster-shapes.ts";
import { ClusterPicture, type PictureNode } from "../cluster-picture.ts";
import { h, setText } from "../dom.ts";
import { bytes, duration, moment, plural, rateText, short, whole } from "../format.ts";
import { empty, panel } from "../parts.ts";
import { Table } from "../table.ts";

export class SuperclusterPart {
  readonly element: HTMLElement;
  readonly #about = h("p", { class: "about" });
  readonly #missing = h("p", { class: "note warn" });
  readonly #none = h("div");
  readonly #picture = new ClusterPicture("cluster");
  readonly #clusters = clusterTable();
  readonly #gateways = gatewayTable();
  readonly #interest = interestTable();
  readonly #more = h("p", { class: "about" });
  readonly #details: HTMLElement;
  #why: string | null = null;

  constructor() {
    this.#details = h(
      "div",
      {},
      panel(
        "Gateways",
        "Messages leave on the one that this server has made to a cluster, and come on those that its servers have made.",
        this.#gateways.element,
      ),
      panel(
        "Interest of other clusters",
        "A cluster is sent what it has asked for. While it is optimistic about an account, it is sent everything that it has not refused.",
        this.#interest.element,
        this.#more,
      ),
    );
    this.element = h(
      "div",
      {},
      panel(
        "Supercluster",
        "",
        this.#about,
        this.#missing,
        this.#none,
        this.#picture.element,
        this.#clusters.element,
      ),
      this.#details,
    );
  }

  /**
   * @param map null for a server without gateways.
   * @param clients of this cluster.
   */
  update(map: SuperclusterMap | null, clients: number): void {
    const clusters = map?.clusters ?? [];
    const isEmpty = clusters.length === 0;
    this.#explain(isEmpty ? whyNone(map) : "");
    this.#about.hidden = isEmpty;
    const count = plural(clusters.length + 1, "cluster");
    setText(this.#about, `${count}, seen from cluster ${map?.name}. Numbers are clients.`);
    const missing = map?.missing ?? [];
    this.#missing.hidden = missing.length === 0;
    const names = missing.join(", ");
    setText(this.#missing, `No gateway yet to ${names}. The log says why.`);
    this.#picture.element.toggleAttribute("hidden", isEmpty);
    this.#clusters.element.hidden = isEmpty;
    this.#details.hidden = map === null || map.gateways.length === 0;
    if (map !== null) this.#show(map, clients);
  }

  #show(map: SuperclusterMap, clients: number): void {
    const { name, clusters, gateways, interest, moreInterest } = map;
    this.#picture.update([ownNode(name, clients), ...clusters.map(nodeOf)]);
    this.#clusters.update(clusters);
    this.#gateways.update(gateways);
    this.#interest.update(interest);
    this.#more.hidden = moreInterest === 0;
    setText(this.#more, `And ${plural(moreInterest, "account")} more.`);
  }

  #explain(why: string): void {
    if (why === this.#why) return;
    this.#why = why;
    if (why === "") this.#none.replaceChildren();
    else this.#none.replaceChildren(empty("No other clusters", why, "cluster"));
  }
}

function whyNone(map: SuperclusterMap | null): string {
  if (map === null) {
    return "This server has no gateways. With a gateway block that has a name and a port, clusters are joined into one.";
  }
  return `Other clusters come in on port ${map.port}. None has come yet, and the configuration names none.`;
}

function ownNode(name: string, connections: number): PictureNode {
  const none = { isSolicited: false, routes: 0, rttMs: null, rate: null };
  return { ...none, name, isSelf: true, stats: { connections } };
}

function nodeOf({ name, isConnected, rttMs, rate, servers, clients }: OtherCluster): PictureNode {
  return {
    name,
    isSelf: false,
    isSolicited: true,
    routes: isConnected ? 1 : 0,
    rttMs,
    rate,
    stats: servers === 0 ? null : { connections: clients },
  };
}

function clusterTable(): Table<OtherCluster> {
  return new Table<OtherCluster>({
    caption: "Other clusters",
    key: ({ name }) => name,
    columns: [
      {
        title: "Cluster",
        text: ({ name }) => name,
        hint: ({ addresses }) => addresses.join(", "),
      },
      {
        title: "Known from",
        text: ({ isConfigured }) => (isConfigured ? "configuration" : "others"),
      },
      {
        title: "Gateway",
        text: ({ isConnected }) => (isConnected ? "connected" : "none"),
        mark: ({ isConnected }) => (isConnected ? "" : "warn"),
      },
      {
        title: "Inbound",
        isNumber: true,
        text: ({ inbound }) => whole(inbound),
        hint: () => "Connections of its servers to this one",
      },
      {
        title: "Servers",
        isNumber: true,
        text: ({ servers }) => (servers === 0 ? "–" : whole(servers)),
        hint: () => "That have told of themselves in the system account",
      },
      {
        title: "RTT",
        isNumber: true,
        text: ({ rttMs }) => (rttMs === null ? "–" : duration(rttMs)),
      },
      {
        title: "From it",
        isNumber: true,
        text: ({ rate }) => rateText(rate, "inMsgs"),
        hint: ({ total }) => totalText(total.inMsgs, total.inBytes),
      },
      {
        title: "To it",
        isNumber: true,
        text: ({ rate }) => rateText(rate, "outMsgs"),
        hint: ({ total }) => totalText(total.outMsgs, total.outBytes),
      },
      { title: "Waiting", isNumber: true, text: ({ pendingBytes }) => bytes(pendingBytes) },
      {
        title: "Interest",
        text: modesText,
        mark: ({ modes }) => (modes.optimistic > 0 ? "warn" : ""),
      },
    ],
  });
}

function gatewayTable(): Table<GatewayRow> {
  return new Table<GatewayRow>({
    caption: "Gateways to other clusters, and from them",
    key: ({ gid }) => String(gid),
    columns: [
      { title: "Cluster", text: ({ cluster }) => cluster },
      { title: "Direction", text: ({ isOutbound }) => (isOutbound ? "outbound" : "inbound") },
      { title: "Server", text: ({ server }) => server || "–", hint: ({ address }) => address },
      { title: "RTT", isNumber: true, text: ({ rttMs }) => (rttMs > 0 ? duration(rttMs) : "–") },
      {
        title: "Rate",
        isNumber: true,
        text: ({ rate, isOutbound }) => rateText(rate, isOutbound ? "outMsgs" : "inMsgs"),
      },
      {
        title: "Messages",
        isNumber: true,
        text: ({ total, isOutbound }) => short(isOutbound ? total.outMsgs : total.inMsgs),
        hint: ({ total, isOutbound }) =>
          plural(isOutbound ? total.outMsgs : total.inMsgs, "message"),
      },
      {
        title: "Bytes",
        isNumber: true,
        text: ({ total, isOutbound }) => bytes(isOutbound ? total.outBytes : total.inBytes),
      },
      {
        title: "Waiting",
        isNumber: true,
        text: ({ pendingBytes }) => bytes(pendingBytes),
        mark: ({ isBlocked }) => (isBlocked ? "warn" : ""),
      },
      {
        title: "Interest",
        isNumber: true,
        text: ({ subscriptions, isOutbound }) => (isOutbound ? short(subscriptions) : "–"),
        hint: ({ subscriptions, isOutbound }) =>
          isOutbound ? `${plural(subscriptions, "subscription")} of the other cluster` : "",
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

function interestTable(): Table<InterestRow> {
  return new Table<InterestRow>({
    caption: "What other clusters want, by account",
    key: ({ cluster, account }) => `${cluster} ${account}`,
    columns: [
      { title: "Account", text: ({ account }) => account },
      { title: "Cluster", text: ({ cluster }) => cluster },
      {
        title: "Mode",
        text: ({ mode }) => mode,
        mark: ({ mode }) => (mode === "Interest-Only" ? "" : "warn"),
      },
      {
        title: "Refused",
        isNumber: true,
        text: ({ refused, hasNoInterest }) => (hasNoInterest ? "everything" : short(refused)),
        hint: ({ hasNoInterest }) =>
          hasNoInterest ? "Nobody there is in the account" : "Subjects that nobody there wants",
      },
    ],
  });
}

/** `12 interest-only`, and what is not. */
function modesText({ modes, isConnected }: OtherCluster): string {
  if (!isConnected) return "–";
  const parts = [`${whole(modes.interestOnly)} interest-only`];
  if (modes.transitioning > 0) parts.push(`${whole(modes.transitioning)} transitioning`);
  if (modes.optimistic > 0) parts.push(`${whole(modes.optimistic)} optimistic`);
  return parts.join(", ");
}

function totalText(messages: number, size: number): string {
  return `${plural(messages, "message")}, ${bytes(size)}`;
}
