/** Accounts: tenants whose subjects have nothing to do with each other. */

import type { AccountList, AccountRow } from "../../shapes.ts";
import { get } from "../api.ts";
import { h, setText } from "../dom.ts";
import { bytes, plural, short, whole } from "../format.ts";
import { heading, Poll, type View } from "../parts.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 3000;

export class AccountsView implements View {
  readonly title = "Accounts";
  readonly element: HTMLElement;
  readonly #search: HTMLInputElement;
  readonly #count = h("p", { class: "count" });
  readonly #table = new Table<AccountRow>({
    caption: "Accounts, those with the most connections first",
    key: ({ name }) => name,
    columns: [
      {
        title: "Account",
        text: ({ label, isSystem }) => (isSystem ? `${label} (system)` : label),
        link: ({ name }) => `#/account/${encodeURIComponent(name)}`,
      },
      {
        title: "Connections",
        isNumber: true,
        text: ({ connections, connectionsMax }) =>
          connectionsMax < 0
            ? whole(connections)
            : `${whole(connections)} of ${whole(connectionsMax)}`,
      },
      { title: "Subs", isNumber: true, text: (row) => whole(row.subscriptions) },
      { title: "Msgs in", isNumber: true, text: ({ traffic }) => short(traffic.inMsgs) },
      { title: "Msgs out", isNumber: true, text: ({ traffic }) => short(traffic.outMsgs) },
      {
        title: "Data in",
        isNumber: true,
        isExtra: true,
        text: ({ traffic }) => bytes(traffic.inBytes),
      },
      {
        title: "Data out",
        isNumber: true,
        isExtra: true,
        text: ({ traffic }) => bytes(traffic.outBytes),
      },
      {
        title: "Slow consumers",
        isNumber: true,
        text: ({ slowConsumers }) => whole(slowConsumers),
        mark: ({ slowConsumers }) => (slowConsumers > 0 ? "warn" : ""),
      },
      { title: "Imports", isNumber: true, text: ({ imports }) => whole(imports) },
      { title: "Exports", isNumber: true, text: (row) => whole(row.exports) },
    ],
  });
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    const query = new URLSearchParams({ search: this.#search.value });
    const { total, rows } = await get<AccountList>(`accounts?${query}`, signal);
    this.#table.update(rows);
    const part = rows.length < total ? `The first ${whole(rows.length)} of ` : "";
    setText(this.#count, `${part}${plural(total, "account")}`);
  });

  constructor() {
    this.#search = h("input", {
      type: "search",
      placeholder: "Name",
      "aria-label": "Search accounts",
      autocomplete: "off",
      oninput: () => this.#poll.start(),
    });
    const about =
      "Tenants of this server. Each has subjects of its own; exports and imports join them. Choose one to see what it shares. Messages and data are those of the clients that are connected now.";
    this.element = h(
      "div",
      {},
      heading("Accounts", about),
      h("div", { class: "toolbar" }, this.#search, this.#count),
      h("div", { class: "panel flush" }, this.#table.element),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }
}
