/** A picture of servers, or of clusters: this one in the middle, the others around it. */

import type { Flow } from "../shapes.ts";
import { setAttribute, svg } from "./dom.ts";
import { duration, perSecond, plural, short } from "./format.ts";

const WIDTH = 640;
const HEIGHT = 420;
/** A server that stands alone needs less room. */
const HEIGHT_ALONE = 140;
const RING_X = 240;
const RING_Y = 140;
/** So many servers have room for all that is written; more of them are drawn smaller, with less. */
const ROOMY_MAX = 10;
const NAMED_MAX = 24;
const NAME_LENGTH_MAX = 24;

/** What a circle stands for. */
export interface PictureNode {
  readonly name: string;
  readonly isSelf: boolean;
  /** This one has dialled it. */
  readonly isSolicited: boolean;
  /** Connections to it; 0 where there is no way from here. */
  readonly routes: number;
  readonly rttMs: number | null;
  readonly rate: Flow | null;
  /** Null while nothing is known of its clients. */
  readonly stats: { readonly connections: number } | null;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export class ClusterPicture {
  readonly element = svg("svg", { class: "map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  readonly #what: string;

  /** @param what circles are, in one word. */
  constructor(what: "server" | "cluster") {
    this.#what = what;
  }

  /** @param nodes this one first. */
  update(nodes: readonly PictureNode[]): void {
    const count = nodes.length;
    const height = count === 1 ? HEIGHT_ALONE : HEIGHT;
    const radius = count <= ROOMY_MAX ? 26 : count <= NAMED_MAX ? 18 : 10;
    setAttribute(this.element, "aria-label", `Map of ${plural(count, this.#what)}`);
    setAttribute(this.element, "viewBox", `0 0 ${WIDTH} ${height}`);
    const places = nodes.map((_, index) => placeOf(index, count, height / 2));
    const [center] = places;
    if (center === undefined) return;
    const links = nodes.slice(1).flatMap((node, index) => {
      return linkOf(node, center, places[index + 1]!, radius, count <= ROOMY_MAX);
    });
    const circles = nodes.map((node, index) => {
      return nodeOf(node, places[index]!, radius, count <= NAMED_MAX || node.isSelf);
    });
    this.element.replaceChildren(...links, ...circles);
  }
}

/** This one is in the middle, the others around it. */
function placeOf(index: number, count: number, y: number): Place {
  const x = WIDTH / 2;
  if (index === 0) return { x, y };
  // None is right above or below, where the name of this one stands.
  const others = count - 1;
  const turn = (2 * Math.PI) / others;
  const angle = others % 2 === 1 ? turn * (index - 1) : turn * (index - 0.5) - Math.PI / 2;
  return { x: x + RING_X * Math.cos(angle), y: y + RING_Y * Math.sin(angle) };
}

/** An arrow from who has dialled to who was; dashed where there is no way between the two. */
function linkOf(
  node: PictureNode,
  self: Place,
  other: Place,
  radius: number,
  isRoomy: boolean,
): SVGElement[] {
  const { isSolicited, routes, rttMs, rate } = node;
  const [from, to] = isSolicited ? [self, other] : [other, self];
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = { x: to.x - ux * (radius + 3), y: to.y - uy * (radius + 3) };
  const ends = { x1: `${from.x}`, y1: `${from.y}`, x2: `${tip.x}`, y2: `${tip.y}` };
  const line = svg("line", { ...ends, class: routes === 0 ? "none" : "" });
  if (routes === 0) return [line];
  const head = [
    `${tip.x},${tip.y}`,
    `${tip.x - ux * 9 - uy * 5},${tip.y - uy * 9 + ux * 5}`,
    `${tip.x - ux * 9 + uy * 5},${tip.y - uy * 9 - ux * 5}`,
  ];
  const arrow = svg("polygon", { points: head.join(" ") });
  if (!isRoomy) return [line, arrow];
  const [x, y] = [(self.x + other.x) / 2, (self.y + other.y) / 2];
  const flow = rate === null ? "" : perSecond(rate.inMsgs + rate.outMsgs);
  const time = rttMs === null ? "" : duration(rttMs);
  return [
    line,
    arrow,
    svg("text", { x: `${x}`, y: `${y - 6}`, class: "rtt" }, time),
    svg("text", { x: `${x}`, y: `${y + 16}`, class: "rtt" }, flow),
  ];
}

function nodeOf(
  { name, isSelf, routes, stats }: PictureNode,
  { x, y }: Place,
  radius: number,
  isNamed: boolean,
): SVGElement {
  const isFar = !isSelf && routes === 0;
  const size = stats === null || radius < 18 ? "" : short(stats.connections);
  const label = name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;
  const words = isNamed ? label : "";
  return svg(
    "g",
    { class: isSelf ? "node self" : isFar ? "node far" : "node" },
    svg("title", {}, name),
    svg("circle", { cx: `${x}`, cy: `${y}`, r: `${radius}` }),
    svg("text", { x: `${x}`, y: `${y + 5}`, class: "size" }, size),
    svg("text", { x: `${x}`, y: `${y + radius + 18}`, class: "name" }, words),
  );
}
