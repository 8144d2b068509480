/** The screen of `top`: what it shows of the last looks, and what keys do to it. */

import { printable } from "../../kinds/printable.ts";
import type { Key } from "./keys.ts";
import { Prompt } from "./prompt.ts";
import { ratesBetween, type SampleRates } from "./rates.ts";
import type { Sample } from "./sample.ts";
import { type Display, ROWS_MAX, readNumber, SORTS } from "./settings.ts";
import { summaryLines } from "./summary.ts";
import { connectionTable, tableLines, type Warning } from "./table.ts";
import type { Line, Style } from "./terminal.ts";

const HELP: readonly string[] = [
  "o  sort by another column: type its name, then Enter",
  `     ${SORTS.join(" ")}`,
  "n  ask for so many connections",
  "s  show the subjects that connections subscribe to, or hide them",
  "r  show what goes in a second, or totals",
  "d  look up the names of hosts, or show their addresses",
  "b  show plain numbers, or short ones",
  "space  pause, or go on",
  "arrows, page up, page down  move through the connections",
  "h  show this, or hide it (also ?)",
  "q  end",
];
const KEYS_LINE =
  "o sort  n rows  s subjects  r rates  d names  b numbers  space pause  h help  q quit";

const STYLES: Readonly<Record<Warning, Style>> = {
  none: "plain",
  blocked: "warning",
  danger: "danger",
};

/** What a key asks for besides a new picture. */
export type Wish = "end" | "look" | "none";

export interface ScreenHost {
  /** The name of a host; "" for none. */
  nameOf(ip: string): string;
}

export class Screen {
  isPaused = false;
  /** Why the last look has failed; "" when it has not. */
  fault = "";
  readonly #display: Display;
  readonly #host: ScreenHost;
  #sample: Sample | null = null;
  #rates: SampleRates | null = null;
  #prompt: Prompt | null = null;
  #isHelp = false;
  #scroll = 0;
  /** Rows of the table that fitted last time, and all there were. */
  #visible = 1;
  #total = 0;

  constructor(display: Display, host: ScreenHost) {
    this.#display = display;
    this.#host = host;
  }

  show(sample: Sample): void {
    this.#rates = ratesBetween(this.#sample, sample);
    this.#sample = sample;
    this.fault = "";
  }

  onKey(key: Key): Wish {
    if (key.kind === "interrupt") return "end";
    if (this.#prompt !== null) {
      const isDone = this.#prompt.onKey(key);
      if (!isDone) return "none";
      this.#prompt = null;
      return "look";
    }
    if (this.#isHelp) {
      this.#isHelp = false;
      return key.kind === "char" && key.char === "q" ? "end" : "none";
    }
    if (key.kind === "scroll") this.#onScroll(key.by, key.direction);
    return key.kind === "char" ? this.#onChar(key.char) : "none";
  }

  /** The picture, line by line. */
  lines(height: number): Line[] {
    if (this.#isHelp) return HELP.map((text) => ({ text, style: "plain" as const }));
    const sample = this.#sample;
    if (sample === null) return [{ text: this.fault || "...", style: "note" }];
    const lines: Line[] = summaryLines(sample, this.#rates, this.#display).map((text, index) => ({
      text,
      style: index === 0 ? ("title" as const) : ("plain" as const),
    }));
    lines.push(this.#stateLine());
    const table = connectionTable(sample, this.#rates, this.#display, (ip) =>
      this.#host.nameOf(ip),
    );
    const [titles, ...rows] = tableLines(table);
    lines.push({ text: titles!, style: "title" });
    this.#visible = Math.max(1, height - lines.length);
    this.#total = rows.length;
    this.#scroll = Math.max(0, Math.min(this.#scroll, rows.length - this.#visible));
    for (const [index, text] of rows.entries()) {
      if (index < this.#scroll || index >= this.#scroll + this.#visible) continue;
      lines.push({ text, style: STYLES[table.rows[index]!.warning] });
    }
    return lines;
  }

  #stateLine(): Line {
    if (this.#prompt !== null) return { text: this.#prompt.text, style: "title" };
    if (this.fault !== "") return { text: printable(this.fault), style: "danger" };
    if (this.isPaused) return { text: "paused: space goes on", style: "warning" };
    return { text: KEYS_LINE, style: "note" };
  }

  #onScroll(by: "line" | "page" | "all", direction: 1 | -1): void {
    const step = by === "line" ? 1 : by === "page" ? this.#visible : this.#total;
    const most = Math.max(0, this.#total - this.#visible);
    this.#scroll = Math.max(0, Math.min(most, this.#scroll + step * direction));
  }

  #onChar(char: string): Wish {
    const display = this.#display;
    if (char === "q") return "end";
    if (char === " ") {
      this.isPaused = !this.isPaused;
      return this.isPaused ? "none" : "look";
    }
    if (char === "h" || char === "?") this.#isHelp = true;
    if (char === "r") display.rates = !display.rates;
    if (char === "d") display.lookup = !display.lookup;
    if (char === "b") display.plainNumbers = !display.plainNumbers;
    if (char === "o") this.#prompt = new Prompt(this.#sortQuestion());
    if (char === "n") this.#prompt = new Prompt(this.#rowsQuestion());
    if (char !== "s") return "none";
    display.subscriptions = !display.subscriptions;
    return "look";
  }

  #sortQuestion(): ConstructorParameters<typeof Prompt>[0] {
    return {
      label: `sort by (now ${this.#display.sort})`,
      take: (answer) => {
        if (!SORTS.includes(answer)) return `one of ${SORTS.join(" ")}`;
        this.#display.sort = answer;
        return "";
      },
    };
  }

  #rowsQuestion(): ConstructorParameters<typeof Prompt>[0] {
    return {
      label: `connections (now ${this.#display.rows})`,
      take: (answer) => {
        const rows = readNumber(answer, ROWS_MAX);
        if (rows === undefined) return `a number from 1 to ${ROWS_MAX}`;
        this.#display.rows = rows;
        return "";
      },
    };
  }
}
