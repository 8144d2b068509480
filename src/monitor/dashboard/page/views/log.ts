/** The last lines of the log. */

import type { LogLine, LogLines, Tick } from "../../shapes.ts";
import { get } from "../api.ts";
import { h } from "../dom.ts";
import { clock, moment } from "../format.ts";
import { empty, heading, type View } from "../parts.ts";

/** Lines that the page keeps. */
const LINES_MAX = 500;
const LEVELS: Readonly<Record<string, string>> = {
  info: "INF",
  warn: "WRN",
  error: "ERR",
  fatal: "FTL",
  debug: "DBG",
};
/** So close to the end counts as at the end, in pixels. */
const END_PX = 40;

export class LogView implements View {
  readonly title = "Log";
  readonly element: HTMLElement;
  readonly #lines = h("ol", { class: "log", tabindex: "0", "aria-label": "Lines of the log" });
  readonly #nothing = empty("Nothing was logged", "Lines show up here as they are written.", "log");
  readonly #search: HTMLInputElement;
  readonly #level: HTMLSelectElement;
  #sequence = 0;
  #isLoading = false;

  constructor() {
    const onchange = (): void => this.#filter();
    this.#search = h("input", {
      type: "search",
      placeholder: "Text",
      "aria-label": "Search the log",
      autocomplete: "off",
      oninput: onchange,
    });
    this.#level = h("select", { "aria-label": "Levels", onchange });
    this.#level.append(
      h("option", { value: "" }, "All levels"),
      h("option", { value: "warn,error,fatal" }, "Warnings and errors"),
      h("option", { value: "error,fatal" }, "Errors"),
    );
    this.element = h(
      "div",
      { class: "tall" },
      heading("Log", "The last lines that the server has logged, without traces of messages."),
      h("div", { class: "toolbar" }, this.#search, this.#level),
      h("div", { class: "panel flush" }, this.#lines, this.#nothing),
    );
  }

  show(): void {
    void this.#load();
  }

  /** It counts its lines anew; what the one before has written stays. */
  restart(): void {
    this.#sequence = 0;
  }

  tick({ logSequence }: Tick): void {
    if (logSequence > this.#sequence) void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      const { lines } = await get<LogLines>(`log?after=${this.#sequence}`);
      this.#add(lines);
    } catch {
      // The next second brings another try.
    } finally {
      this.#isLoading = false;
    }
  }

  #add(lines: readonly LogLine[]): void {
    const list = this.#lines;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < END_PX;
    for (const line of lines) {
      this.#sequence = Math.max(this.#sequence, line.sequence);
      list.append(elementOf(line));
    }
    while (list.childElementCount > LINES_MAX) list.firstElementChild!.remove();
    this.#nothing.hidden = list.childElementCount > 0;
    this.#filter();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  #filter(): void {
    const search = this.#search.value.trim().toLowerCase();
    const levels = this.#level.value;
    for (const line of this.#lines.children as Iterable<HTMLElement> & HTMLCollection) {
      const level = (line as HTMLElement).dataset.level ?? "";
      const isWanted = levels === "" || levels.split(",").includes(level);
      const isFound = search === "" || (line.textContent ?? "").toLowerCase().includes(search);
      (line as HTMLElement).hidden = !isWanted || !isFound;
    }
  }
}

function elementOf({ time, level, text }: LogLine): HTMLElement {
  const name = LEVELS[level] ?? level;
  return h(
    "li",
    { "data-level": level },
    h("time", { datetime: new Date(time).toISOString(), title: moment(time) }, clock(time)),
    h("b", {}, name),
    h("span", {}, text),
  );
}
