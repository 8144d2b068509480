/** A short list of things with a bar each, the largest first. */

import { h, setAttribute, setText } from "./dom.ts";

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** Where it leads; absent for nowhere. */
  readonly href?: string;
  readonly value: number;
  readonly text: string;
  readonly detail: string;
}

interface Row {
  readonly item: HTMLElement;
  readonly label: HTMLElement;
  readonly text: HTMLElement;
  readonly detail: HTMLElement;
  readonly fill: HTMLElement;
}

export class Bars {
  readonly element: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #list = h("ol", { class: "bars" });
  readonly #rows: Row[] = [];

  /** @param nothing stands there when there is nothing. */
  constructor(nothing: HTMLElement) {
    this.#empty = nothing;
    this.element = h("div", {}, nothing, this.#list);
    this.#list.hidden = true;
  }

  update(bars: readonly Bar[]): void {
    this.#empty.hidden = bars.length > 0;
    this.#list.hidden = bars.length === 0;
    const most = Math.max(...bars.map(({ value }) => value), 0.001);
    for (const [index, bar] of bars.entries()) {
      const row = this.#rows[index] ?? this.#add();
      row.item.hidden = false;
      setText(row.label, bar.label);
      setAttribute(row.label, "title", bar.label);
      if (bar.href !== undefined) setAttribute(row.label, "href", bar.href);
      setText(row.text, bar.text);
      setText(row.detail, bar.detail);
      row.fill.style.width = `${(100 * bar.value) / most}%`;
    }
    for (const { item } of this.#rows.slice(bars.length)) item.hidden = true;
  }

  #add(): Row {
    const label = h("a", { class: "code" });
    const text = h("b");
    const detail = h("small");
    const fill = h("span", { class: "fill" });
    const item = h(
      "li",
      {},
      h("div", { class: "bar-head" }, label, text),
      h("div", { class: "bar", "aria-hidden": "true" }, fill),
      detail,
    );
    this.#list.append(item);
    const row = { item, label, text, detail, fill };
    this.#rows.push(row);
    return row;
  }
}
