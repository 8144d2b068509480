/** What views are made of. */

import type { Tick } from "../shapes.ts";
import { type Child, h, setText } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";

/** One section of the page; made when it is first shown, and kept. */
export interface View {
  readonly element: HTMLElement;
  /** What the title of the window says. */
  readonly title: string;
  /** It is shown from now on. @param argument what stands behind its name in the address. */
  show?(argument: string): void;
  hide?(): void;
  /** The server was started anew: what it numbers begins again. */
  restart?(): void;
  /** News, while it is shown. */
  tick?(tick: Tick): void;
}

/** @param about what the section shows, in one plain sentence. */
export function heading(title: string, about: string, ...actions: readonly Child[]): HTMLElement {
  const words = h("div", {}, h("h1", { tabindex: "-1" }, title), h("p", { class: "about" }, about));
  return h("div", { class: "heading" }, words, ...actions);
}

let panels = 0;

/** @param about what the panel shows, in one plain sentence; "" for what speaks for itself. */
export function panel(title: string, about: string, ...content: readonly Child[]): HTMLElement {
  const id = `panel-${++panels}`;
  return h(
    "section",
    { class: "panel", "aria-labelledby": id },
    h("h2", { id }, title),
    about === "" ? null : h("p", { class: "about" }, about),
    ...content,
  );
}

/** What stands where there is nothing to show, and why there is nothing. */
export function empty(title: string, text: string, picture: IconName = "good"): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon(picture),
    h("div", {}, h("b", {}, title), h("p", {}, text)),
  );
}

export type BadgeKind = "good" | "warn" | "bad" | "calm";

export function badge(text: string, kind: BadgeKind): HTMLElement {
  return h("span", { class: `badge ${kind}` }, text);
}

/** Another text and kind for a badge that is there. */
export function setBadge(element: HTMLElement, text: string, kind: BadgeKind): void {
  setText(element, text);
  element.className = `badge ${kind}`;
}

/** A number with a name. */
export class Tile {
  readonly element: HTMLElement;
  readonly #value = h("strong", {}, "–");
  readonly #detail = h("small", {}, "");

  constructor(label: string, mark = "") {
    const name = h("span", { class: mark === "" ? "label" : `label dot ${mark}` }, label);
    this.element = h("div", { class: "tile" }, name, this.#value, this.#detail);
  }

  set(value: string, detail: string): void {
    setText(this.#value, value);
    setText(this.#detail, detail);
  }
}

/** Calls again and again while a view is shown, but not while the last call is under way. */
export class Poll {
  readonly #work: (signal: AbortSignal) => Promise<void>;
  readonly #periodMs: number;
  #timer = 0;
  #abort: AbortController | null = null;

  constructor(periodMs: number, work: (signal: AbortSignal) => Promise<void>) {
    this.#periodMs = periodMs;
    this.#work = work;
  }

  start(): void {
    this.stop();
    void this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    if (!document.hidden) await this.#work(abort.signal).catch(() => {});
    if (this.#abort === abort) this.#timer = setTimeout(() => void this.#run(), this.#periodMs);
  }
}
