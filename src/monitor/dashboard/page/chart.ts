/** Lines over the last minutes. They are drawn without their axes, which are text beside them. */

import type { Sample } from "../shapes.ts";
import { h, setAttribute, setText, svg } from "./dom.ts";
import { clock, duration } from "./format.ts";

const WIDTH = 1000;
const HEIGHT = 100;
const WINDOW_MS_MIN = 60_000;
const WINDOW_MS_MAX = 300_000;
/** Screen readers are given a new summary so often. */
const SUMMARY_MS = 10_000;

export interface Series {
  readonly name: string;
  /** `in`, `out` or `plain`: its colour. */
  readonly mark: string;
  value(sample: Sample): number;
}

export interface ChartText {
  readonly title: string;
  readonly about: string;
  /** A value with its unit. */
  format(value: number): string;
  /** The least that the top of the chart stands for. */
  readonly least: number;
  /** Base of round numbers: 10, or 2 for bytes. */
  readonly base: 2 | 10;
}

interface Line {
  readonly series: Series;
  readonly path: SVGPathElement;
  readonly area: SVGPathElement;
  readonly value: HTMLElement;
  readonly tip: HTMLElement;
}

export class Chart {
  readonly element: HTMLElement;
  readonly #text: ChartText;
  readonly #lines: readonly Line[];
  readonly #picture: SVGSVGElement;
  readonly #top = h("span", {});
  readonly #middle = h("span", {});
  readonly #left = h("span", {});
  readonly #cursor = h("div", { class: "cursor", hidden: true });
  readonly #tip = h("div", { class: "tip", hidden: true });
  readonly #tipTime = h("div", { class: "tip-time" });
  #samples: readonly Sample[] = [];
  #windowMs = WINDOW_MS_MIN;
  #summaryAt = 0;

  constructor(text: ChartText, series: readonly Series[]) {
    this.#text = text;
    this.#lines = series.map((each) => lineOf(each, series.length > 1));
    const grid = [0, 50, 100].map((y) =>
      svg("line", { class: "grid", x1: "0", x2: String(WIDTH), y1: String(y), y2: String(y) }),
    );
    const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
    this.#picture = svg(
      "svg",
      { viewBox, preserveAspectRatio: "none", role: "img" },
      ...grid,
      ...this.#lines.flatMap(({ area, path }) => [area, path]),
    );
    const legend = h("div", { class: "legend" });
    for (const { series: each, value } of this.#lines) {
      legend.append(h("span", { class: `dot ${each.mark}` }, `${each.name} `, value));
    }
    this.#tip.append(this.#tipTime, ...this.#lines.map(({ tip }) => tip));
    const plot = h("div", { class: "plot" }, this.#picture, this.#cursor, this.#tip);
    plot.addEventListener("pointermove", (event) => this.#point(event, plot));
    plot.addEventListener("pointerleave", () => this.#leave());
    const scale = h("div", { class: "scale", "aria-hidden": "true" }, this.#top, this.#middle);
    scale.append(h("span", {}, text.format(0)));
    const times = h("div", { class: "times", "aria-hidden": "true" }, this.#left);
    times.append(h("span", {}, "now"));
    this.element = h(
      "section",
      { class: "panel chart" },
      h("div", { class: "chart-head" }, h("h2", {}, text.title), legend),
      h("p", { class: "about" }, text.about),
      h("div", { class: "chart-body" }, scale, plot),
      times,
    );
  }

  draw(samples: readonly Sample[]): void {
    const last = samples.at(-1);
    if (last === undefined) return;
    const oldest = last.time - samples[0]!.time;
    const windowMs = Math.min(Math.max(oldest, WINDOW_MS_MIN), WINDOW_MS_MAX);
    this.#windowMs = windowMs;
    this.#samples = samples.filter(({ time }) => last.time - time <= windowMs);
    const values = this.#samples.flatMap((each) =>
      this.#lines.map(({ series }) => series.value(each)),
    );
    const top = niceTop(Math.max(this.#text.least, ...values), this.#text.base);
    const x = (time: number): number => WIDTH * (1 - (last.time - time) / windowMs);
    for (const { series, path, area, value } of this.#lines) {
      const points = this.#samples.map((each) => {
        const y = HEIGHT * (1 - Math.max(series.value(each), 0) / top);
        return `${x(each.time).toFixed(1)} ${y.toFixed(2)}`;
      });
      const line = `M${points.join("L")}`;
      path.setAttribute("d", line);
      const start = x(this.#samples[0]!.time).toFixed(1);
      area.setAttribute("d", `${line}L${WIDTH} ${HEIGHT}L${start} ${HEIGHT}Z`);
      setText(value, this.#text.format(series.value(last)));
    }
    setText(this.#top, this.#text.format(top));
    setText(this.#middle, this.#text.format(top / 2));
    setText(this.#left, `${duration(windowMs)} ago`);
    this.#summarize(last, values);
  }

  #summarize(last: Sample, values: readonly number[]): void {
    if (last.time - this.#summaryAt < SUMMARY_MS) return;
    this.#summaryAt = last.time;
    const { title, format } = this.#text;
    const now = this.#lines.map(({ series }) => `${series.name} ${format(series.value(last))}`);
    const peak = format(Math.max(...values));
    setAttribute(this.#picture, "aria-label", `${title}: ${now.join(", ")}; peak ${peak}`);
  }

  /** Shows the values below the pointer. */
  #point(event: PointerEvent, plot: HTMLElement): void {
    const last = this.#samples.at(-1);
    if (last === undefined) return;
    const { left, width } = plot.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const time = last.time - (1 - share) * this.#windowMs;
    const near = this.#samples.reduce((best, each) =>
      Math.abs(each.time - time) < Math.abs(best.time - time) ? each : best,
    );
    const at = 1 - (last.time - near.time) / this.#windowMs;
    this.#cursor.hidden = false;
    this.#tip.hidden = false;
    this.#cursor.style.left = `${at * 100}%`;
    this.#tip.style.left = `${at * 100}%`;
    this.#tip.classList.toggle("flip", at > 0.5);
    setText(this.#tipTime, clock(near.time));
    for (const { series, tip } of this.#lines) {
      setText(tip, `${series.name} ${this.#text.format(series.value(near))}`);
    }
  }

  #leave(): void {
    this.#cursor.hidden = true;
    this.#tip.hidden = true;
  }
}

function lineOf(series: Series, isNamed: boolean): Line {
  return {
    series,
    path: svg("path", { class: `line ${series.mark}` }),
    area: svg("path", { class: `area ${series.mark}` }),
    value: h("b", {}, "–"),
    tip: h("div", { class: isNamed ? `dot ${series.mark}` : "" }),
  };
}

/** A round number that is not much larger. */
function niceTop(value: number, base: 2 | 10): number {
  const power = base ** Math.floor(Math.log(value) / Math.log(base));
  if (base === 2) return power === value ? value : value <= power * 1.5 ? power * 1.5 : power * 2;
  return [1, 2, 4, 5, 10].map((step) => step * power).find((top) => top >= value) ?? value;
}
