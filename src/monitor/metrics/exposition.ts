/**
 * Writes metrics in either format.
 *
 *     text.begin("nats_accounts", "gauge", "Accounts of the server.");
 *     text.sample(labels({ kind: "user" }), 3);
 *
 * Whoever calls sees to it that no family begins twice, and no series comes twice.
 */

import type { Format } from "./negotiation.ts";

/** `unknown` is what 0.0.4 calls untyped. */
export type MetricType = "counter" | "gauge" | "histogram" | "unknown";
/** The name of the family ends with it. */
export type Unit = "" | "bytes" | "seconds";

const TOTAL = "_total";

export class Exposition {
  readonly #isOpen: boolean;
  #text = "";
  /** What the lines of the family under way begin with. */
  #name = "";

  constructor(format: Format) {
    this.#isOpen = format === "openmetrics";
  }

  /** All that was written. */
  finish(): string {
    return this.#isOpen ? `${this.#text}# EOF\n` : this.#text;
  }

  /**
   * Begins a family.
   *
   * @param name of a counter ends with `_total`, which OpenMetrics says of its samples only. A counter
   *     with another name is of type unknown there, lest it has to change its name.
   */
  begin(name: string, type: MetricType, help: string, unit: Unit = ""): void {
    const isNamed = type !== "counter" || name.endsWith(TOTAL);
    const family =
      this.#isOpen && type === "counter" && isNamed ? name.slice(0, -TOTAL.length) : name;
    this.#name = name;
    this.#text += `# HELP ${family} ${escapeHelp(help, this.#isOpen)}\n`;
    this.#text += `# TYPE ${family} ${this.#typeOf(type, isNamed)}\n`;
    if (this.#isOpen && unit !== "") this.#text += `# UNIT ${family} ${unit}\n`;
  }

  /** @param labels as `labels` writes them; "" for none. */
  sample(labels: string, value: number): void {
    this.#text += `${this.#name}${labels} ${numberText(value)}\n`;
  }

  /** A family with one sample. */
  single(name: string, type: MetricType, help: string, value: number, unit: Unit = ""): void {
    this.begin(name, type, help, unit);
    this.sample("", value);
  }

  /**
   * A histogram.
   *
   * @param bounds of the buckets, ascending.
   * @param counts of what is in each of them and no earlier one, and one more for what is in none.
   */
  histogram(bounds: readonly number[], counts: readonly number[], sum: number): void {
    let count = 0;
    for (const [i, bound] of bounds.entries()) {
      count += counts[i]!;
      const shown = Number.isInteger(bound) ? `${bound}.0` : `${bound}`;
      this.#text += `${this.#name}_bucket{le="${shown}"} ${count}\n`;
    }
    count += counts[bounds.length]!;
    this.#text += `${this.#name}_bucket{le="+Inf"} ${count}\n`;
    this.#text += `${this.#name}_sum ${numberText(sum)}\n`;
    this.#text += `${this.#name}_count ${count}\n`;
  }

  #typeOf(type: MetricType, isNamed: boolean): string {
    if (this.#isOpen) return isNamed ? type : "unknown";
    return type === "unknown" ? "untyped" : type;
  }
}

/** Labels of a series, with their braces. Values may be any text. */
export function labels(values: Readonly<Record<string, string>>): string {
  let text = "";
  for (const name in values) {
    const value = escapeLabel(values[name]!);
    text += text === "" ? `{${name}="${value}"` : `,${name}="${value}"`;
  }
  return `${text}}`;
}

function escapeLabel(text: string): string {
  if (!/["\\\n\ud800-\udfff]/.test(text)) return text;
  return escapeHelp(text.toWellFormed(), true);
}

function escapeHelp(text: string, withQuotes: boolean): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return withQuotes ? escaped.replaceAll('"', '\\"') : escaped;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
