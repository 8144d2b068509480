/**
 * The wall clock to the microsecond, and its fields in UTC or in the local zone.
 *
 * The first use of a local time brings the time zone library into memory, three and a half megabytes.
 * Most servers run on UTC, where it is not needed; that is found out when a zone is opened.
 */

/** A second of the calendar. Months count from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** How far the zone is ahead of UTC. */
  offsetMinutes: number;
}

/** Gives the fields of a time in seconds since 1970. */
export type Zone = (seconds: number) => WallTime;

/** How far the fine clock may be from the system's, which can be set while the server runs. */
const SKEW_MAX_MICROS = 2000;
/** Two looks at the clocks that are further apart than this say little. */
const LOOK_MAX_MICROS = 200;
const ATTEMPTS_MAX = 5;

/** Wall clock when `Bun.nanoseconds` stood at 0, in microseconds since 1970. */
let origin = Number.NEGATIVE_INFINITY;

/** The time in microseconds since 1970: the system's milliseconds, refined by a steady clock. */
export function currentMicros(): number {
  const wall = wallMicros();
  const now = origin + steadyMicros();
  return isNear(now, wall) ? now : synchronize();
}

/** Looks again, as the process may have slept between two looks, and follows the wall clock. */
function synchronize(): number {
  let wall = 0;
  let steady = 0;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = steadyMicros();
    wall = wallMicros();
    steady = steadyMicros();
    if (steady - before < LOOK_MAX_MICROS) break;
  }
  if (!isNear(origin + steady, wall)) origin = wall - steady;
  return origin + steady;
}

/** The wall clock shows whole milliseconds, so it is never ahead. */
function isNear(micros: number, wall: number): boolean {
  return micros >= wall && micros - wall <= SKEW_MAX_MICROS;
}

function wallMicros(): number {
  return Date.now() * 1000;
}

function steadyMicros(): number {
  return Math.floor(Bun.nanoseconds() / 1000);
}

/** @param utc false for the local zone. */
export async function openZone(utc: boolean): Promise<Zone> {
  return utc || (await isLocalTimeUtc()) ? utcTime : localTime;
}

function utcTime(seconds: number): WallTime {
  const date = new Date(seconds * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    offsetMinutes: 0,
  };
}

function localTime(seconds: number): WallTime {
  const date = new Date(seconds * 1000);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    offsetMinutes: -date.getTimezoneOffset(),
  };
}

/** Asks `TZ`, then the system's zone file, whose last line is the rule in force: `UTC0`. */
async function isLocalTimeUtc(): Promise<boolean> {
  const zone = process.env.TZ;
  if (zone !== undefined) return zone === "" || zone === "UTC" || zone === "Etc/UTC";
  if (process.platform !== "linux") return false;
  try {
    const rules = await Bun.file("/etc/localtime").text();
    return rules.endsWith("\nUTC0\n");
  } catch {
    // Without a zone file the system itself falls back to UTC.
    return true;
  }
}
