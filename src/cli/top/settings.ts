/** What `top` was asked to do. */

import { parseGoDuration } from "../../config/schema/go-quantities.ts";
import { CONNZ_SORTS } from "../../documents/connz/connz-options.ts";
import { ArgumentError } from "../command-arguments.ts";

/** Orders that a server knows for open connections. */
export const SORTS: readonly string[] = CONNZ_SORTS.filter(
  (sort) => sort !== "stop" && sort !== "reason",
);

/** More than that are no use to anybody, and a burden for the server. */
export const ROWS_MAX = 65_536;
const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 24 * 3600 * 1000;

export interface TopArguments {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly "https-port"?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly cacert?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly rows: string;
  readonly delay: string;
  readonly sort: string;
  readonly count?: string | undefined;
  readonly once?: boolean | undefined;
  readonly output?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly subscriptions?: boolean | undefined;
  readonly lookup?: boolean | undefined;
  readonly rates?: boolean | undefined;
  readonly bytes?: boolean | undefined;
}

/** How connections are shown; keys change it. */
export interface Display {
  sort: string;
  /** Connections that are asked for. */
  rows: number;
  subscriptions: boolean;
  lookup: boolean;
  /** Messages and bytes per second in place of totals. */
  rates: boolean;
  plainNumbers: boolean;
}

export interface Schedule {
  readonly delayMs: number;
  /** Looks until the end; infinity for no end. */
  readonly count: number;
}

/** @throws ArgumentError */
export function readDisplay(args: TopArguments): Display {
  const rows = readNumber(args.rows, ROWS_MAX);
  if (rows === undefined) throw new ArgumentError(`-n is a number from 1 to ${ROWS_MAX}`);
  if (!SORTS.includes(args.sort)) {
    throw new ArgumentError(`--sort is one of ${SORTS.join(", ")}`);
  }
  return {
    sort: args.sort,
    rows,
    subscriptions: args.subscriptions ?? false,
    lookup: args.lookup ?? false,
    rates: args.rates ?? false,
    plainNumbers: args.bytes ?? false,
  };
}

/** @throws ArgumentError */
export function readSchedule({ delay, count }: TopArguments): Schedule {
  const looks = count === undefined ? Number.POSITIVE_INFINITY : readNumber(count, 1e9);
  if (looks === undefined) throw new ArgumentError(`-r is a number, and not "${count}"`);
  return { delayMs: readDelay(delay), count: looks };
}

/** A number from 1 to `most`; undefined for anything else. */
export function readNumber(text: string, most: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : undefined;
}

function readDelay(text: string): number {
  try {
    const delayMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : parseGoDuration(text);
    if (delayMs >= DELAY_MS_MIN && delayMs <= DELAY_MS_MAX) return delayMs;
  } catch {
    // Whatever is wrong with it, an example says more.
  }
  throw new ArgumentError(`-d is a time such as 1, 2.5 or 500ms, and not "${text}"`);
}
