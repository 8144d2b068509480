/** All connections: sorted, searched and paged by the server. */

import type { ConnectionList, ConnectionRow } from "../../shapes.ts";
import { announce } from "../announce.ts";
import { get } from "../api.ts";
import { h, setText } from "../dom.ts";
import { bytes, duration, perSecond, plural, whole } from "../format.ts";
import { empty, heading, Poll, type View } from "../parts.ts";
import { type Column, type Sorting, Table } from "../table.ts";

const PAGE_ROWS = 50;
const PERIOD_MS = 2000;
/** How long nothing is typed before it is searched. */
const TYPING_MS = 250;

const COLUMNS: readonly Column<ConnectionRow>[] = [
  {
    title: "Client",
    sort: "name",
    text: ({ name, library }) => name || (library === "" ? "unnamed" : `unnamed (${library})`),
    link: ({ cid }) => `#/connection/${cid}`,
    hint: ({ name, library }) => [name, library].filter((part) => part !== "").join(" · "),
  },
  { title: "ID", sort: "cid", isNumber: true, isExtra: true, text: ({ cid }) => String(cid) },
  {
    title: "Msgs/s",
    sort: "rate",
    isNumber: true,
    text: ({ rate }) => (rate === null ? "…" : perSecond(rate.inMsgs + rate.outMsgs)),
    hint: ({ total }) => `${whole(total.inMsgs)} sent, ${whole(total.outMsgs)} received so far`,
  },
  {
    title: "Pending",
    sort: "pending",
    isNumber: true,
    text: ({ pendingBytes }) => bytes(pendingBytes),
    mark: ({ isBlocked }) => (isBlocked ? "bad" : ""),
    hint: ({ isBlocked }) =>
      isBlocked ? "Its socket is full" : "Bytes that wait to be sent to it",
  },
  {
    title: "RTT",
    sort: "rtt",
    isNumber: true,
    text: ({ rttMs }) => (rttMs === 0 ? "–" : duration(rttMs)),
    hint: () => "Time of a PING to it and back",
  },
  {
    title: "Subs",
    sort: "subscriptions",
    isNumber: true,
    text: ({ subscriptions }) => whole(subscriptions),
  },
  {
    title: "Idle",
    sort: "idle",
    isNumber: true,
    text: ({ idleMs }) => (idleMs < 1000 ? "–" : duration(Math.floor(idleMs / 1000) * 1000)),
  },
  {
    title: "Up",
    sort: "uptime",
    isNumber: true,
    text: ({ startedAt }) => duration(Math.max(Date.now() - startedAt, 1000)),
  },
  { title: "Account", sort: "account", text: ({ account }) => account },
  { title: "User", sort: "user", text: ({ user }) => user || "–" },
  { title: "Address", sort: "address", text: ({ address }) => address },
];

export class ConnectionsView implements View {
  readonly title = "Connections";
  readonly element: HTMLElement;
  readonly #table: Table<ConnectionRow>;
  readonly #search: HTMLInputElement;
  readonly #count = h("p", { class: "count" });
  readonly #previous = h("button", { type: "button", onclick: () => this.#turn(-1) }, "Previous");
  readonly #next = h("button", { type: "button", onclick: () => this.#turn(1) }, "Next");
  readonly #nothing = empty("", "", "connections");
  readonly #poll = new Poll(PERIOD_MS, (signal) => this.#load(signal));
  #sorting: Sorting = { by: "rate", isDescending: true };
  #offset = 0;
  #typing = 0;
  #isNew = false;
  /** Some rates are not known yet. */
  #isPartial = false;

  constructor() {
    const onSort = (sorting: Sorting): void => {
      this.#sorting = sorting;
      this.#begin();
    };
    const caption = "Connections of clients";
    const key = ({ cid }: ConnectionRow): string => String(cid);
    this.#table = new Table({ caption, columns: COLUMNS, key, onSort }, this.#sorting);
    this.#search = h("input", {
      type: "search",
      placeholder: "Name, address, user, account or subject",
      "aria-label": "Search connections",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.#onInput(),
    });
    this.element = h(
      "div",
      {},
      heading("Connections", "Clients that are connected now. Choose one to see its subjects."),
      h("div", { class: "toolbar" }, this.#search, this.#count),
      h("div", { class: "panel flush" }, this.#table.element, this.#nothing),
      h("nav", { class: "pager", "aria-label": "Pages" }, this.#previous, this.#next),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  /** Each second the server knows more rates. */
  tick(): void {
    if (this.#isPartial) this.#poll.start();
    this.#isPartial = false;
  }

  #onInput(): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#begin(), TYPING_MS);
  }

  #begin(): void {
    this.#offset = 0;
    this.#isNew = true;
    this.#poll.start();
  }

  #turn(pages: number): void {
    this.#offset = Math.max(this.#offset + pages * PAGE_ROWS, 0);
    this.#isNew = true;
    this.#poll.start();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({
      sort: this.#sorting.by,
      order: this.#sorting.isDescending ? "desc" : "asc",
      search: this.#search.value,
      offset: String(this.#offset),
      limit: String(PAGE_ROWS),
    });
    this.#show(await get<ConnectionList>(`connections?${query}`, signal));
  }

  #show({ total, found, offset, rows }: ConnectionList): void {
    this.#table.updateOr(rows, this.#nothing);
    this.#isPartial = rows.some(({ rate }) => rate === null);
    const last = offset + rows.length;
    const place = `${whole(offset + 1)}–${whole(last)} of ${whole(found)}`;
    const filter = found === total ? "" : ` (${plural(total, "connection")} in all)`;
    const text = rows.length === 0 ? "None" : `${place}${filter}`;
    setText(this.#count, text);
    this.#previous.disabled = offset === 0;
    this.#next.disabled = last >= found;
    const isSearch = this.#search.value.trim() !== "";
    const [title, why] = isSearch
      ? ["Nothing found", "No connection has this in its name, address, user, account or subjects."]
      : ["No connections", "Clients show up here as soon as they connect."];
    setText(this.#nothing.querySelector("b")!, title!);
    setText(this.#nothing.querySelector("p")!, why!);
    if (this.#isNew) announce(text);
    this.#isNew = false;
  }
}
