/** A field for the name of an account, with those that there are as suggestions. */

import type { AccountList } from "../shapes.ts";
import { get } from "./api.ts";
import { h } from "./dom.ts";

let fields = 0;

export class AccountField {
  readonly input: HTMLInputElement;
  readonly element: HTMLElement;

  constructor() {
    const id = `accounts-${++fields}`;
    const names = h("datalist", { id });
    this.input = h("input", {
      name: "account",
      placeholder: "$G",
      list: id,
      autocomplete: "off",
      spellcheck: "false",
      onfocus: () => void suggest(names),
    });
    this.element = h("label", {}, "Account", this.input, names);
  }
}

async function suggest(names: HTMLElement): Promise<void> {
  try {
    const { rows } = await get<AccountList>("accounts");
    names.replaceChildren(...rows.map(({ name, label }) => h("option", { value: name }, label)));
  } catch {
    // Names can be typed all the same.
  }
}
