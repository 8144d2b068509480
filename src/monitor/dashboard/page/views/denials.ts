/** What clients were denied, and by which rule. */

import type { DenialList } from "../../shapes.ts";
import { get } from "../api.ts";
import { denialTable } from "../denial-table.ts";
import { h } from "../dom.ts";
import { whole } from "../format.ts";
import { empty, heading, Poll, Tile, type View } from "../parts.ts";

const PERIOD_MS = 2000;

export class DenialsView implements View {
  readonly title = "Denials";
  readonly element: HTMLElement;
  readonly #publish = new Tile("Publishing");
  readonly #subscribe = new Tile("Subscribing");
  readonly #reply = new Tile("Answering");
  readonly #table = denialTable("Denied operations, the latest first");
  readonly #nothing = empty(
    "Nothing was denied",
    "When permissions keep a client from publishing or subscribing, it stands here with the rule.",
    "denials",
  );
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    this.#show(await get<DenialList>("denials", signal));
  });

  constructor() {
    const tiles = [this.#publish, this.#subscribe, this.#reply];
    this.element = h(
      "div",
      {},
      heading("Denials", "What clients have tried and must not do, with the rule that says so."),
      h("div", { class: "tiles" }, ...tiles.map(({ element }) => element)),
      h("div", { class: "panel flush" }, this.#table.element, this.#nothing),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  #show({ counts, rows }: DenialList): void {
    const detail = "denied since the start";
    this.#publish.set(whole(counts.publish), detail);
    this.#subscribe.set(whole(counts.subscribe), detail);
    this.#reply.set(whole(counts.reply), detail);
    this.#table.updateOr(rows, this.#nothing);
  }
}
