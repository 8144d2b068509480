/**
 * The time stamp of log lines: local time to the microsecond, `2026/01/31 12:34:56.123456`.
 *
 * The first use of a local time brings the time zone library into memory, three and a half megabytes.
 * Most servers run on UTC, where it is not needed; that is found out once, at the start.
 */

/** When the clock of `Bun.nanoseconds` stood at 0, in microseconds since 1970. */
const STARTED_MICROS = Date.now() * 1000 - Math.floor(Bun.nanoseconds() / 1000);

/** A function that gives the current time stamp. */
export async function createTimestamp(): Promise<() => string> {
  return (await isLocalTimeUtc()) ? utcTimestamp : localTimestamp;
}

function utcTimestamp(): string {
  const micros = currentMicros();
  const date = new Date(micros / 1000);
  const day = format(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), "/");
  const time = format(date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), ":");
  return `${day} ${time}.${fraction(micros)}`;
}

function localTimestamp(): string {
  const micros = currentMicros();
  const date = new Date(micros / 1000);
  const day = format(date.getFullYear(), date.getMonth() + 1, date.getDate(), "/");
  const time = format(date.getHours(), date.getMinutes(), date.getSeconds(), ":");
  return `${day} ${time}.${fraction(micros)}`;
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

function currentMicros(): number {
  return STARTED_MICROS + Math.floor(Bun.nanoseconds() / 1000);
}

function format(first: number, second: number, third: number, separator: string): string {
  return `${pad(first)}${separator}${pad(second)}${separator}${pad(third)}`;
}

function pad(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function fraction(micros: number): string {
  return String(micros % 1_000_000).padStart(6, "0");
}
