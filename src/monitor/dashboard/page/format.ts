/** Numbers, sizes and times as people read them. */

import type { Flow } from "../shapes.ts";

const WHOLE = new Intl.NumberFormat("en");
const SHORT_UNITS = ["", "k", "M", "G", "T"];
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function whole(value: number): string {
  return WHOLE.format(Math.round(value));
}

/** `7`, `7.5`, `840`, `12.4k`, `3.1M` */
export function short(value: number): string {
  return scaled(value, 1000, SHORT_UNITS, "");
}

/** `640 B`, `12.4 KiB` */
export function bytes(value: number): string {
  return scaled(value, 1024, BYTE_UNITS, " ");
}

export function perSecond(value: number): string {
  return `${short(value)}/s`;
}

export function bytesPerSecond(value: number): string {
  return `${bytes(value)}/s`;
}

/** `–` while it is unknown. */
export function rateText(rate: Flow | null, way: "inMsgs" | "outMsgs"): string {
  return rate === null ? "–" : perSecond(rate[way]);
}

/** `0.4 ms`, `12 ms`, `3.2 s`, `5 min`, `2 h 10 min`, `3 d 4 h` */
export function duration(ms: number): string {
  if (ms < SECOND) return `${ms < 10 ? digits(ms) : Math.round(ms)} ms`;
  if (ms < MINUTE) return `${ms < 10 * SECOND ? digits(ms / SECOND) : Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return pair(ms, MINUTE, "min", SECOND, "s");
  return ms < DAY ? pair(ms, HOUR, "h", MINUTE, "min") : pair(ms, DAY, "d", HOUR, "h");
}

export function ago(time: number): string {
  const ms = Date.now() - time;
  return ms < SECOND ? "just now" : `${duration(Math.floor(ms / SECOND) * SECOND)} ago`;
}

export function clock(time: number): string {
  return new Date(time).toLocaleTimeString("en-GB");
}

export function moment(time: number): string {
  return new Date(time).toLocaleString("en-GB");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

function pair(ms: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${name}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

function scaled(value: number, step: number, units: readonly string[], gap: string): string {
  let unit = 0;
  let rest = Math.max(value, 0);
  // What would be rounded to a thousand belongs to the next unit.
  while (rest >= step - 0.5 && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  const shown = rest >= 100 || Number.isInteger(rest) ? String(Math.round(rest)) : digits(rest);
  return units[unit] === "" ? shown : `${shown}${gap}${units[unit]}`;
}

function digits(value: number): string {
  if (value === 0) return "0";
  return value < 0.1 ? value.toFixed(2) : value.toFixed(1).replace(/\.0$/, "");
}
