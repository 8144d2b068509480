/** `top` without a terminal: text, once or a few times. */

import { HostNames } from "./host-names.ts";
import { ratesBetween } from "./rates.ts";
import type { Sample, Sampler } from "./sample.ts";
import type { Display } from "./settings.ts";
import { summaryLines } from "./summary.ts";
import { connectionTable, delimitedLines, tableLines } from "./table.ts";

/** How long names of hosts are waited for. */
const NAMES_MS = 1000;

export interface Printing {
  /** Tables that are printed; before the first one is a look that only rates are made from. */
  readonly count: number;
  readonly delayMs: number;
  /** Between columns, which makes it a table for programs; "" for one that people read. */
  readonly delimiter: string;
}

/** @throws EndpointError */
export async function* printed(
  sampler: Sampler,
  display: Readonly<Display>,
  { count, delayMs, delimiter }: Printing,
): AsyncGenerator<string> {
  let before = await sampler.take(display);
  const names = new HostNames(() => {});
  for (let i = 0; i < count; i++) {
    await Bun.sleep(delayMs);
    const sample = await sampler.take(display);
    if (display.lookup) await askNames(sample, names);
    const rates = ratesBetween(before, sample);
    const table = connectionTable(sample, rates, display, (ip) => names.nameOf(ip));
    const lines =
      delimiter === ""
        ? [...summaryLines(sample, rates, display), ...tableLines(table)]
        : delimitedLines(table, delimiter);
    yield `${i > 0 ? "\n" : ""}${lines.join("\n")}\n`;
    before = sample;
  }
}

async function askNames({ connections }: Sample, names: HostNames): Promise<void> {
  const deadline = performance.now() + NAMES_MS;
  const isKnown = (): boolean => connections.every(({ ip }) => names.nameOf(ip) !== "");
  while (!isKnown() && performance.now() < deadline) await Bun.sleep(20);
}
