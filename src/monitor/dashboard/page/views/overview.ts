/** The first thing to see: whether the server is well, and how much it has to do. */

import type { BusyConnection, Tick } from "../../shapes.ts";
import { Attention } from "../attention.ts";
import { Bars } from "../bars.ts";
import { Chart } from "../chart.ts";
import { h } from "../dom.ts";
import { bytes, bytesPerSecond, duration, perSecond, plural, short, whole } from "../format.ts";
import type { Live } from "../live.ts";
import { empty, heading, panel, Tile, type View } from "../parts.ts";

/** Subjects that are shown here; their own section has more. */
const SUBJECTS_SHOWN = 5;

export class OverviewView implements View {
  readonly title = "Overview";
  readonly element: HTMLElement;
  readonly #live: Live;
  readonly #in = new Tile("Messages in", "in");
  readonly #out = new Tile("Messages out", "out");
  readonly #connections = new Tile("Connections");
  readonly #pending = new Tile("Waiting to be sent");
  readonly #attention: Attention;
  readonly #charts: readonly Chart[] = makeCharts();
  readonly #subjects = new Bars(
    empty("No messages", "Subjects show up here as soon as something is published.", "subjects"),
  );
  readonly #busiest = new Bars(
    empty("Nobody is busy", "Connections that send or receive show up here.", "connections"),
  );

  constructor(live: Live) {
    this.#live = live;
    this.#attention = new Attention(() => live.server);
    const tiles = [this.#in, this.#out, this.#connections, this.#pending];
    const [messages, data, ...small] = this.#charts.map(({ element }) => element);
    this.element = h(
      "div",
      {},
      heading("Overview", "What this server does right now. Numbers are renewed each second."),
      h("div", { class: "tiles" }, ...tiles.map(({ element }) => element)),
      this.#attention.element,
      h("div", { class: "columns" }, messages!, data!),
      h("div", { class: "columns three" }, ...small),
      h(
        "div",
        { class: "columns" },
        panel(
          "Busiest subjects",
          "Messages that are published per second, estimated from samples.",
          this.#subjects.element,
        ),
        panel(
          "Busiest connections",
          "Messages that clients send and receive per second.",
          this.#busiest.element,
        ),
      ),
    );
  }

  show(): void {
    for (const chart of this.#charts) chart.draw(this.#live.history);
  }

  tick(tick: Tick): void {
    const { sample, totals } = tick;
    this.#in.set(perSecond(sample.inMsgs), `${bytesPerSecond(sample.inBytes)} from clients`);
    this.#out.set(perSecond(sample.outMsgs), `${bytesPerSecond(sample.outBytes)} to clients`);
    const subscriptions = plural(totals.subscriptions, "subscription");
    const max = totals.connectionsMax;
    const room = max > 0 ? `, room for ${whole(max)}` : "";
    this.#connections.set(whole(sample.connections), `${subscriptions}${room}`);
    const slow = tick.slow.length;
    this.#pending.set(
      bytes(sample.pendingBytes),
      slow === 0 ? "every client keeps up" : `${plural(slow, "client")} behind`,
    );
    this.#attention.tick(tick);
    for (const chart of this.#charts) chart.draw(this.#live.history);
    this.#subjects.update(
      tick.subjects.slice(0, SUBJECTS_SHOWN).map(({ subject, msgs, bytes: size }) => {
        const detail = bytesPerSecond(size);
        return { key: subject, label: subject, value: msgs, text: perSecond(msgs), detail };
      }),
    );
    this.#busiest.update(tick.busiest.map(barOf));
  }
}

function barOf({
  cid,
  client,
  account,
  inMsgs,
  outMsgs,
}: BusyConnection): Parameters<Bars["update"]>[0][number] {
  return {
    key: String(cid),
    label: client,
    href: `#/connection/${cid}`,
    value: inMsgs + outMsgs,
    text: perSecond(inMsgs + outMsgs),
    detail: `${account} · sends ${short(inMsgs)} · receives ${short(outMsgs)}`,
  };
}

function makeCharts(): Chart[] {
  return [
    new Chart(
      {
        title: "Messages per second",
        about: "In is what clients publish; out is what is delivered to them.",
        format: (value) => short(value),
        least: 10,
        base: 10,
      },
      [
        { name: "in", mark: "in", value: ({ inMsgs }) => inMsgs },
        { name: "out", mark: "out", value: ({ outMsgs }) => outMsgs },
      ],
    ),
    new Chart(
      {
        title: "Data per second",
        about: "Payloads and headers of these messages.",
        format: bytes,
        least: 1024,
        base: 2,
      },
      [
        { name: "in", mark: "in", value: ({ inBytes }) => inBytes },
        { name: "out", mark: "out", value: ({ outBytes }) => outBytes },
      ],
    ),
    new Chart(
      {
        title: "Event-loop delay",
        about: "Longest wait before the server looked at its sockets.",
        format: duration,
        least: 10,
        base: 10,
      },
      [{ name: "longest", mark: "plain", value: ({ lagMs }) => lagMs }],
    ),
    new Chart(
      {
        title: "Processor",
        about: "Share of one core that the process uses.",
        format: (value) => `${short(value)}%`,
        least: 10,
        base: 10,
      },
      [{ name: "now", mark: "plain", value: ({ cpu }) => cpu }],
    ),
    new Chart(
      {
        title: "Memory",
        about: "What the process holds in memory.",
        format: bytes,
        least: 64 * 1024 * 1024,
        base: 2,
      },
      [{ name: "resident", mark: "plain", value: ({ memory }) => memory }],
    ),
  ];
}
