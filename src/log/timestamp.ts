/** The time as each kind of log wants it. Every function made here gives the current time. */

import { currentMicros, openZone, type WallTime } from "./clock.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `2026/01/31 12:34:56.123456`: log lines of nats-server. */
export function createTimestamp(utc = false): Promise<() => string> {
  return createStamp(utc, ".ffffff", (time) => [`${day(time, "/")} ${clock(time, ":")}`, ""]);
}

/** `2026/01/31 12:34:56`: what goes to standard error while there is no log. */
export function createPlainStamp(): Promise<() => string> {
  return createStamp(false, "", (time) => [`${day(time, "/")} ${clock(time, ":")}`, ""]);
}

/** `2026-01-31T12:34:56.123456+01:00`: lines in JSON. */
export function createJsonStamp(utc: boolean): Promise<() => string> {
  return createStamp(utc, ".ffffff", rfc3339);
}

/** `2026-01-31T12:34:56+01:00`: remote syslog. */
export function createRemoteStamp(): Promise<() => string> {
  return createStamp(false, "", rfc3339);
}

/** `Jan  2 12:34:56`: the system's own syslog. */
export function createSyslogStamp(): Promise<() => string> {
  return createStamp(false, "", (time) => [
    `${MONTHS[time.month - 1]} ${String(time.day).padStart(2)} ${clock(time, ":")}`,
    "",
  ]);
}

/** `2026.01.31.12.34.56.123456000`: log files that are set aside. */
export function createBackupStamp(): Promise<() => string> {
  return createStamp(false, ".ffffff", (time) => [`${day(time, ".")}.${clock(time, ".")}`, "000"]);
}

/**
 * Calendar fields are worked out once a second, as there can be many lines in one.
 *
 * @param shape what stands before and after the fraction.
 */
async function createStamp(
  utc: boolean,
  fraction: "" | ".ffffff",
  shape: (time: WallTime) => [before: string, after: string],
): Promise<() => string> {
  const zone = await openZone(utc);
  let second = Number.NaN;
  let before = "";
  let after = "";
  return () => {
    const micros = currentMicros();
    const now = Math.floor(micros / 1_000_000);
    if (now !== second) {
      second = now;
      [before, after] = shape(zone(now));
    }
    if (fraction === "") return `${before}${after}`;
    return `${before}.${String(micros % 1_000_000).padStart(6, "0")}${after}`;
  };
}

function rfc3339(time: WallTime): [string, string] {
  return [`${day(time, "-")}T${clock(time, ":")}`, offset(time.offsetMinutes)];
}

function day({ year, month, day }: WallTime, separator: string): string {
  return `${year}${separator}${pad(month)}${separator}${pad(day)}`;
}

function clock({ hour, minute, second }: WallTime, separator: string): string {
  return `${pad(hour)}${separator}${pad(minute)}${separator}${pad(second)}`;
}

function offset(minutes: number): string {
  if (minutes === 0) return "Z";
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`;
}

function pad(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
