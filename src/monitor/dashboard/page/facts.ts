/** Names and values, one below the other. Values change in place. */

import { h, setAttribute, setText } from "./dom.ts";
import { Keyed } from "./keyed.ts";

export interface Fact {
  readonly name: string;
  readonly text: string;
  /** More of it, for whoever points at it. */
  readonly hint?: string;
  /** In letters of one width. */
  readonly isCode?: boolean;
  /** Where it leads. */
  readonly href?: string;
}

export class Facts {
  readonly element = h("dl", { class: "facts" });
  readonly #rows = new Keyed<Fact>(this.element, ({ name }) => name, rowOf);

  update(facts: readonly Fact[]): void {
    this.#rows.update(facts);
  }
}

function rowOf({ name, isCode = false, href }: Fact): {
  element: HTMLElement;
  update(fact: Fact): void;
} {
  const value = href === undefined ? h("span") : h("a", { href });
  if (isCode) value.className = "code";
  return {
    element: h("div", {}, h("dt", {}, name), h("dd", {}, value)),
    update: ({ text, hint = "", href: to }) => {
      setText(value, text);
      if (to !== undefined) setAttribute(value, "href", to);
      if (hint !== "") setAttribute(value, "title", hint);
    },
  };
}
