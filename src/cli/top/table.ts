/** Connections as rows of a table. */

import { joinHostPort } from "../../protocol/host-port.ts";
import { bytesText, countText, shortTime } from "./quantities.ts";
import type { Rates, SampleRates } from "./rates.ts";
import type { ConnectionSample, Sample, SlowSample } from "./sample.ts";
import type { Display } from "./settings.ts";

/** Longer names are cut. */
const NAME_WIDTH_MAX = 40;
const GAP = "  ";
/** From here on a slow consumer is shown as one in danger. */
const DANGER_PERCENT = 75;

export type Warning = "none" | "blocked" | "danger";

export interface Row {
  readonly cells: readonly string[];
  readonly warning: Warning;
}

export interface Table {
  readonly titles: readonly string[];
  /** Of each column: numbers stand at its right. */
  readonly isNumber: readonly boolean[];
  readonly rows: readonly Row[];
}

interface About {
  readonly connection: ConnectionSample;
  readonly rates: Rates | undefined;
  readonly slow: SlowSample | undefined;
  readonly display: Readonly<Display>;
  readonly host: string;
}

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly isShown?: (sample: Sample, display: Readonly<Display>) => boolean;
  readonly cell: (about: About) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "HOST", cell: ({ host }) => host },
  { title: "CID", isNumber: true, cell: ({ connection }) => String(connection.cid) },
  {
    title: "NAME",
    isShown: ({ connections }) => connections.some(({ name }) => name !== ""),
    cell: ({ connection }) => connection.name,
  },
  {
    title: "SLOW",
    isShown: ({ slow }) => slow !== null && slow.size > 0,
    cell: ({ slow }) => slowText(slow),
  },
  { title: "SUBS", isNumber: true, cell: ({ connection }) => String(connection.subscriptions) },
  {
    title: "PENDING",
    isNumber: true,
    cell: ({ connection, display }) => bytesText(connection.pendingBytes, display.plainNumbers),
  },
  traffic("MSGS_TO", "outMsgs", countText),
  traffic("MSGS_FROM", "inMsgs", countText),
  traffic("BYTES_TO", "outBytes", bytesText),
  traffic("BYTES_FROM", "inBytes", bytesText),
  { title: "LANG", cell: ({ connection }) => connection.lang },
  { title: "VERSION", cell: ({ connection }) => connection.version },
  { title: "UPTIME", cell: ({ connection }) => connection.uptime },
  { title: "LAST_ACTIVITY", cell: ({ connection }) => connection.lastActivity },
  {
    title: "SUBSCRIPTIONS",
    isShown: (_, { subscriptions }) => subscriptions,
    cell: ({ connection }) => connection.subjects.join(", "),
  },
];

function traffic(
  title: string,
  counter: keyof Rates,
  shown: (value: number, plain: boolean) => string,
): Column {
  return {
    title,
    isNumber: true,
    cell: ({ connection, rates, display }) => {
      if (!display.rates) return shown(connection[counter], display.plainNumbers);
      return rates === undefined ? "-" : `${shown(rates[counter], display.plainNumbers)}/s`;
    },
  };
}

/** @param nameOf the name of a host; "" for none. */
export function connectionTable(
  sample: Sample,
  rates: SampleRates | null,
  display: Readonly<Display>,
  nameOf: (ip: string) => string,
): Table {
  const columns = COLUMNS.filter(({ isShown }) => isShown?.(sample, display) ?? true);
  return {
    titles: columns.map(({ title }) => title),
    isNumber: columns.map(({ isNumber }) => isNumber ?? false),
    rows: sample.connections.map((connection) => {
      const slow = sample.slow?.get(connection.cid);
      const name = display.lookup ? nameOf(connection.ip) : "";
      const host = joinHostPort(name || connection.ip, connection.port);
      const about = { connection, rates: rates?.connections.get(connection.cid), slow };
      return {
        cells: columns.map(({ cell }) => cell({ ...about, display, host })),
        warning: warningOf(slow),
      };
    }),
  };
}

/** The table as lines of text, titles first; with a mark before rows that are warned of. */
export function tableLines({ titles, isNumber, rows }: Table): string[] {
  const cut = rows.map(({ cells }) =>
    cells.map((cell, index) => (titles[index] === "NAME" ? cutTo(cell, NAME_WIDTH_MAX) : cell)),
  );
  const widths = titles.map((title, index) =>
    cut.reduce((most, cells) => Math.max(most, Bun.stringWidth(cells[index]!)), title.length),
  );
  const line = (cells: readonly string[], mark: string): string => {
    const padded = cells.map((cell, index) => {
      const space = " ".repeat(widths[index]! - Bun.stringWidth(cell));
      return isNumber[index] ? space + cell : cell + space;
    });
    return `${mark} ${padded.join(GAP)}`.trimEnd();
  };
  return [
    line(titles, " "),
    ...cut.map((cells, index) => line(cells, rows[index]!.warning === "none" ? " " : "!")),
  ];
}

/** The table for programs: cells in which the delimiter stands are quoted. */
export function delimitedLines({ titles, rows }: Table, delimiter: string): string[] {
  const quoted = (cell: string): string =>
    cell.includes(delimiter) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
  return [titles, ...rows.map(({ cells }) => cells)].map((cells) =>
    cells.map(quoted).join(delimiter),
  );
}

/** The beginning of a text that takes no more than so many columns. */
export function cutTo(text: string, width: number): string {
  if (text.length <= width && Bun.stringWidth(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const char of text) {
    used += Bun.stringWidth(char);
    if (used > width) break;
    cut += char;
  }
  return cut;
}

function slowText(slow: SlowSample | undefined): string {
  if (slow === undefined) return "";
  const end = slow.endsInMs === null ? "" : ` ${shortTime(slow.endsInMs)}`;
  return `${Math.round(slow.percent)}%${end}`;
}

function warningOf(slow: SlowSample | undefined): Warning {
  if (slow === undefined) return "none";
  return slow.endsInMs !== null || slow.percent >= DANGER_PERCENT ? "danger" : "blocked";
}
