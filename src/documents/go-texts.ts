/** Times and durations as nats-server's documents have them. */

import { openZone } from "../log/clock.ts";
import { rfc3339Nano } from "../protocol/go-time.ts";

const SECONDS_PER_YEAR = 365 * 24 * 3600;
const SECONDS_PER_DAY = 24 * 3600;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;
const NANOSECONDS_PER_MS = 1e6;
const MICROS_PER_SECOND = 1e6;
const MINUTES_PER_HOUR = 60;

/** `1d0h0m3s`: whole seconds, from the largest unit that is there down to the smallest. */
export function uptimeText(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const years = Math.floor(total / SECONDS_PER_YEAR);
  const days = Math.floor((total % SECONDS_PER_YEAR) / SECONDS_PER_DAY);
  const hours = Math.floor((total % SECONDS_PER_DAY) / SECONDS_PER_HOUR);
  const minutes = Math.floor((total % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
  const seconds = `${total % SECONDS_PER_MINUTE}s`;
  if (years > 0) return `${years}y${days}d${hours}h${minutes}m${seconds}`;
  if (days > 0) return `${days}d${hours}h${minutes}m${seconds}`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/**
 * Writes times, given in microseconds since 1970, as `rfc3339Nano` does, but in the zone of the machine:
 * `2026-01-31T12:34:56.7+01:00`.
 */
export type LocalTime = (micros: number) => string;

/** Zones take memory, which is found out here once not to be needed. */
export async function openLocalTime(): Promise<LocalTime> {
  const zone = await openZone(false);
  return (micros) => {
    const { offsetMinutes } = zone(Math.floor(micros / MICROS_PER_SECOND));
    if (offsetMinutes === 0) return rfc3339Nano(micros);
    const ahead = offsetMinutes * SECONDS_PER_MINUTE * MICROS_PER_SECOND;
    const shifted = rfc3339Nano(micros + ahead).slice(0, -1);
    const minutes = Math.abs(offsetMinutes);
    const hours = Math.floor(minutes / MINUTES_PER_HOUR);
    const sign = offsetMinutes < 0 ? "-" : "+";
    return `${shifted}${sign}${twoDigits(hours)}:${twoDigits(minutes % MINUTES_PER_HOUR)}`;
  };
}

/** A duration as Go counts it. */
export function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * NANOSECONDS_PER_MS);
}

/** Go leaves an empty text, zero, false, an empty list and null out of a struct where they are optional. */
export function omitEmpty<T>(value: T): T | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  return value || undefined;
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, "0");
}
