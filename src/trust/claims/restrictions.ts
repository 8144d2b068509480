/** From where and when users may be connected. */

import { ipVersion } from "../../protocol/go-ip.ts";
import type { TimeRange } from "./claims.ts";

const DIGITS = /^\d+$/;
const MAPPED_HEAD = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const BYTES_OF_4 = 4;
const BYTES_OF_6 = 16;

export interface Network {
  /** 4 or 16. */
  readonly address: readonly number[];
  /** Bits of the address that count. */
  readonly prefix: number;
}

/**
 * Whether an address is in one of the networks. An address that is none is in none, and one network
 * that is none keeps everybody out.
 *
 * @param src `10.0.0.0/8`; empty for all that there are.
 */
export function isAllowedFrom(src: readonly string[], ip: string): boolean {
  if (src.length === 0) return true;
  const address = bytesOf(ip);
  if (address === null) return false;
  const plain = unmapped(address);
  for (const text of src) {
    const network = parseNetwork(text);
    if (network === null) return false;
    if (isIn(plain, network)) return true;
  }
  return false;
}

function isIn(address: readonly number[], network: Network): boolean {
  if (address.length !== network.address.length) return false;
  return address.every((byte, i) => {
    const bits = Math.min(Math.max(network.prefix - i * 8, 0), 8);
    const mask = (0xff00 >> bits) & 0xff;
    return (byte & mask) === (network.address[i]! & mask);
  });
}

/** Null when the text is none. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf("/");
  if (slash < 0) return null;
  const address = bytesOf(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === null || !DIGITS.test(digits)) return null;
  const prefix = Number(digits);
  if (prefix > address.length * 8) return null;
  // An IPv4 address in the form of IPv6 stays one only if the prefix covers that form.
  const headBits = MAPPED_HEAD.length * 8;
  const isMapped = address.length === BYTES_OF_6 && unmapped(address).length === BYTES_OF_4;
  return isMapped && prefix >= headBits
    ? { address: unmapped(address), prefix: prefix - headBits }
    : { address, prefix };
}

/** Null for what is no address, and for one with a zone. */
function bytesOf(text: string): number[] | null {
  try {
    if (text.includes("%")) return null;
    return ipVersion(text) === 4 ? text.split(".").map(Number) : bytesOf6(text);
  } catch {
    return null;
  }
}

function bytesOf6(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const first = fieldsOf(head);
  const last = fieldsOf(tail ?? "");
  const gap = new Array<number>(BYTES_OF_6 - first.length - last.length).fill(0);
  return [...first, ...gap, ...last];
}

function fieldsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((field) => {
    if (field.includes(".")) return field.split(".").map(Number);
    const value = Number.parseInt(field, 16);
    return [value >> 8, value & 0xff];
  });
}

function unmapped(address: readonly number[]): readonly number[] {
  const isMapped = MAPPED_HEAD.every((byte, i) => address[i] === byte);
  return address.length === BYTES_OF_6 && isMapped ? address.slice(MAPPED_HEAD.length) : address;
}

/** Hours may have one digit, seconds a fraction, which does not count. */
const CLOCK = /^(\d{1,2}):(\d{2}):(\d{2})(?:[.,]\d+)?$/;
const DAY_MS = 86_400_000;

/** Milliseconds since midnight; null when the text is no time of the day. */
export function parseClock(text: string): number | null {
  const [, hours = 24, minutes = 60, seconds = 60] = (CLOCK.exec(text) ?? []).map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

export interface TimeWindow {
  readonly allowed: boolean;
  /** When that changes, milliseconds since 1970; 0 for never, or when it is not allowed. */
  readonly untilMs: number;
}

const ALWAYS: TimeWindow = { allowed: true, untilMs: 0 };
const NOT_NOW: TimeWindow = { allowed: false, untilMs: 0 };

/**
 * Whether now is within one of the ranges, and until when.
 *
 * @param times empty for always; one that ends before it starts goes on after midnight.
 * @param locale IANA name of the time zone, empty for the server's. With one that is none, or a range
 *   that is none, nothing is allowed.
 * @param nowMs since 1970.
 */
export function timeWindow(times: readonly TimeRange[], locale: string, nowMs: number): TimeWindow {
  if (times.length === 0) return ALWAYS;
  if (locale !== "" && checkTimeZone(locale) !== null) return NOT_NOW;
  const midnight = Math.floor((nowMs + offsetAt(nowMs, locale)) / DAY_MS) * DAY_MS;
  let untilMs = 0;
  for (const range of times) {
    const [start, end] = [parseClock(range.start), parseClock(range.end)];
    if (start === null || end === null) return NOT_NOW;
    const begins = instantOf(midnight + start, locale);
    const ends = [instantOf(midnight + end, locale)];
    if (begins > ends[0]!) ends.push(instantOf(midnight + DAY_MS + end, locale));
    const isIn = (begins < nowMs && nowMs < ends.at(-1)!) || (ends.length > 1 && nowMs < ends[0]!);
    if (isIn) untilMs = Math.max(untilMs, ends.find((each) => each > nowMs)!);
  }
  return untilMs > 0 ? { allowed: true, untilMs } : NOT_NOW;
}

/** When clocks show that, as milliseconds since 1970 would be in UTC. */
function instantOf(clock: number, locale: string): number {
  const instant = clock - offsetAt(clock, locale);
  return clock - offsetAt(instant, locale);
}

/** How far clocks are ahead of UTC, in milliseconds. */
function offsetAt(instant: number, locale: string): number {
  if (locale === "" || locale === "Local") {
    return -new Date(instant).getTimezoneOffset() * 60_000;
  }
  const parts = formatOf(locale).formatToParts(instant);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)!.value);
  const day = Date.UTC(part("year"), part("month") - 1, part("day"));
  const time = ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000;
  return day + time - Math.floor(instant / 1000) * 1000;
}

/** Formats are slow to make, and some kilobytes each. */
const FORMATS_MAX = 16;
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when there is no such zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formats.size >= FORMATS_MAX) formats.delete(formats.keys().next().value!);
  formats.set(timeZone, format);
  return format;
}

/** Why there is no such time zone; null when there is. */
export function checkTimeZone(name: string): string | null {
  if (name === "Local") return null;
  if (name.includes("..") || /^[/\\]/.test(name)) return "time: invalid location name";
  const unknown = `unknown time zone ${name}`;
  // Offsets are no names of zones.
  if (!/^[A-Za-z]/.test(name)) return unknown;
  try {
    const { timeZone } = formatOf(name).resolvedOptions();
    // Names count in their own case only.
    return timeZone !== name && timeZone.toLowerCase() === name.toLowerCase() ? unknown : null;
  } catch {
    return unknown;
  }
}
