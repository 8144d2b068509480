/** The options in force, health, and what the server is. */

import type { ConfigurationView as Configuration, Health, OptionRow, Tick } from "../../shapes.ts";
import { get } from "../api.ts";
import { h, setText } from "../dom.ts";
import { type Fact, Facts } from "../facts.ts";
import { ago, bytes, moment } from "../format.ts";
import type { Live } from "../live.ts";
import { badge, heading, Poll, panel, type View } from "../parts.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 10_000;

export class ConfigurationView implements View {
  readonly title = "Configuration";
  readonly element: HTMLElement;
  readonly #live: Live;
  readonly #health = h("ul", { class: "checks" });
  readonly #server = new Facts();
  readonly #all: HTMLInputElement;
  readonly #search: HTMLInputElement;
  readonly #count = h("p", { class: "count" });
  readonly #table = new Table<OptionRow>({
    caption: "Options",
    key: ({ key }) => key,
    columns: [
      { title: "Option", isCode: true, text: ({ key }) => key },
      {
        title: "Value",
        isCode: true,
        text: valueText,
        mark: ({ value, isDefault }) => (value === null || isDefault ? "quiet" : ""),
      },
      { title: "Meaning", isProse: true, text: ({ about }) => about },
      {
        title: "Changes with",
        isExtra: true,
        text: ({ reloads }) => (reloads ? "a reload" : "a restart"),
      },
    ],
  });
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    this.#configuration = await get<Configuration>("configuration", signal);
    this.#show();
  });
  #configuration: Configuration | null = null;
  #healthText = "";

  constructor(live: Live) {
    this.#live = live;
    const onchange = (): void => this.#show();
    this.#all = h("input", { type: "checkbox", onchange });
    this.#search = h("input", {
      type: "search",
      placeholder: "Option or meaning",
      "aria-label": "Search options",
      autocomplete: "off",
      oninput: onchange,
    });
    const all = h("label", { class: "check" }, this.#all, "Defaults too");
    this.element = h(
      "div",
      {},
      heading(
        "Configuration",
        "What this server is, whether it is healthy, and the options in force.",
      ),
      h(
        "div",
        { class: "columns" },
        panel("Server", "Who it is, and where it comes from.", this.#server.element),
        panel(
          "Health",
          "What is looked at to tell whether it is healthy: the same as /readyz tells.",
          this.#health,
        ),
      ),
      h("div", { class: "toolbar" }, this.#search, all, this.#count),
      h("div", { class: "panel flush" }, this.#table.element),
      h(
        "p",
        { class: "about" },
        "Passwords, tokens, keys and addresses with credentials are never shown.",
      ),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  tick({ health }: Tick): void {
    const text = JSON.stringify(health);
    if (text === this.#healthText) return;
    this.#healthText = text;
    this.#health.replaceChildren(...health.checks.map(checkOf));
  }

  #show(): void {
    if (this.#configuration === null) return;
    const search = this.#search.value.trim().toLowerCase();
    const rows = this.#configuration.rows.filter(({ key, about, isDefault }) => {
      const isFound = `${key} ${about}`.toLowerCase().includes(search);
      return isFound && (this.#all.checked || search !== "" || !isDefault);
    });
    this.#table.update(rows);
    const what =
      this.#all.checked || search !== "" ? "options" : "options differ from their defaults";
    setText(this.#count, `${rows.length} ${what}`);
    this.#server.update(this.#facts(this.#configuration));
  }

  #facts({ file, digest, loadedAt }: Configuration): Fact[] {
    const { server } = this.#live;
    if (server === null) return [];
    const { name, id, version, compatible, pid, runtime, startedAt, usesTls, tags } = server;
    return [
      { name: "Name", text: name },
      { name: "ID", text: id, isCode: true },
      { name: "Version", text: `${version}, for clients nats-server ${compatible}` },
      { name: "Process", text: `${pid}, ${runtime}` },
      { name: "Started", text: ago(startedAt), hint: moment(startedAt) },
      { name: "File", text: file || "none: defaults and the command line", isCode: file !== "" },
      { name: "Loaded", text: ago(loadedAt), hint: moment(loadedAt) },
      { name: "Digest", text: digest.slice(0, 19) || "–", hint: digest, isCode: digest !== "" },
      { name: "Encryption", text: usesTls ? "TLS for clients" : "none for clients" },
      { name: "Tags", text: tags.join(", ") || "none" },
    ];
  }
}

/** Sizes also as people read them. */
function valueText({ value, about }: OptionRow): string {
  if (value === null) return "set, not shown";
  const isSize = /\bbytes\b/i.test(about) && /^\d{4,}$/.test(value);
  return isSize ? `${value} (${bytes(Number(value))})` : value;
}

function checkOf({ name, isGood, isWarning, reason }: Health["checks"][number]): HTMLElement {
  const failing = isWarning ? badge("warning", "warn") : badge("failing", "bad");
  const state = isGood ? badge("OK", "good") : failing;
  return h("li", {}, state, h("div", {}, h("b", {}, name), h("p", {}, reason)));
}
