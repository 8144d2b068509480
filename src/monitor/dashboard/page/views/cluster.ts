/** The cluster as this server sees it: a map, and the same as a table. */

import type { ClusterMap, ClusterNode } from "../../shapes.ts";
import { get } from "../api.ts";
import { h, setText, svg } from "../dom.ts";
import { bytes, duration, plural, whole } from "../format.ts";
import { heading, Poll, panel, type View } from "../parts.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 3000;
const WIDTH = 640;
const HEIGHT = 420;
/** A server that stands alone needs less room. */
const HEIGHT_ALONE = 140;
const NODE_RADIUS = 26;
const RING_X = 240;
const RING_Y = 140;

export class ClusterView implements View {
  readonly title = "Cluster";
  readonly element: HTMLElement;
  readonly #note = h("p", { class: "about" });
  readonly #map = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  readonly #table = new Table<ClusterNode>({
    caption: "Servers of the cluster",
    key: ({ id }) => id,
    columns: [
      { title: "Server", text: ({ name, isSelf }) => (isSelf ? `${name} (this one)` : name) },
      { title: "Address", text: ({ address }) => address },
      { title: "Connections", isNumber: true, text: ({ connections }) => whole(connections) },
      {
        title: "RTT",
        isNumber: true,
        text: ({ rttMs }) => (rttMs === null ? "–" : duration(rttMs)),
      },
      { title: "Pending", isNumber: true, text: ({ pendingBytes }) => bytes(pendingBytes) },
    ],
  });
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    this.#show(await get<ClusterMap>("cluster", signal));
  });

  constructor() {
    this.element = h(
      "div",
      {},
      heading(
        "Cluster",
        "Servers that share their subjects with this one, and how far away they are.",
      ),
      panel("Map", "", this.#note, this.#map),
      h("div", { class: "panel flush" }, this.#table.element),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  #show({ name, nodes, note }: ClusterMap): void {
    setText(
      this.#note,
      note === ""
        ? `${plural(nodes.length, "server")} in cluster ${name}. Numbers are their connections.`
        : note,
    );
    this.#table.update(nodes);
    this.#map.setAttribute("aria-label", `Map of ${plural(nodes.length, "server")}`);
    const height = nodes.length === 1 ? HEIGHT_ALONE : HEIGHT;
    this.#map.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    const places = nodes.map((node, index) => ({
      node,
      ...placeOf(index, nodes.length, height / 2),
    }));
    const [self, ...others] = places;
    if (self === undefined) return;
    const links = others.map(({ node, x, y }) => {
      const line = svg("line", { x1: `${self.x}`, y1: `${self.y}`, x2: `${x}`, y2: `${y}` });
      const at = { x: `${(self.x + x) / 2}`, y: `${(self.y + y) / 2 - 6}`, class: "rtt" };
      return [line, svg("text", at, node.rttMs === null ? "" : duration(node.rttMs))];
    });
    this.#map.replaceChildren(...links.flat(), ...places.map(nodeOf));
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** This server is in the middle, the others around it. */
function placeOf(index: number, count: number, y: number): Place {
  const x = WIDTH / 2;
  if (index === 0) return { x, y };
  // None is right above or below, where the name of this server stands.
  const angle = count === 2 ? 0 : (2 * Math.PI * (index - 0.5)) / (count - 1) - Math.PI / 2;
  return { x: x + RING_X * Math.cos(angle), y: y + RING_Y * Math.sin(angle) };
}

function nodeOf({ node, x, y }: Place & { readonly node: ClusterNode }): SVGElement {
  const name = node.name.length > 24 ? `${node.name.slice(0, 23)}…` : node.name;
  const below = y + NODE_RADIUS;
  return svg(
    "g",
    { class: node.isSelf ? "node self" : "node" },
    svg("circle", { cx: `${x}`, cy: `${y}`, r: `${NODE_RADIUS}` }),
    svg("text", { x: `${x}`, y: `${y + 5}`, class: "size" }, whole(node.connections)),
    svg("text", { x: `${x}`, y: `${below + 18}`, class: "name" }, name),
  );
}
