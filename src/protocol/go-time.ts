/** Times as Go writes them. */

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;

/** The second that was last written: many times in a row lie in the same one. */
let lastSeconds = Number.NaN;
let lastWhole = "";

/**
 * RFC 3339 in UTC, the fraction of a second as short as it can be: `2026-01-31T12:34:56.7Z`.
 *
 * @param micros since 1970.
 */
export function rfc3339Nano(micros: number): string {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  if (seconds !== lastSeconds) {
    lastWhole = new Date(seconds * 1000).toISOString().slice(0, "2026-01-31T12:34:56".length);
    lastSeconds = seconds;
  }
  const whole = lastWhole;
  const fraction = Math.floor(micros - seconds * MICROS_PER_SECOND);
  const digits = fraction.toString().padStart(6, "0").replace(/0+$/, "");
  return digits === "" ? `${whole}Z` : `${whole}.${digits}Z`;
}

/**
 * A local time as Go prints it: `2026-01-31 12:34:56 +0100 CET`.
 *
 * @param seconds since 1970.
 */
export function goLocalTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const ahead = -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + ahead * SECONDS_PER_MINUTE * 1000);
  const [day, time] = shifted.toISOString().slice(0, "2026-01-31T12:34:56".length).split("T");
  const hours = twoDigits(Math.floor(Math.abs(ahead) / MINUTES_PER_HOUR));
  const minutes = twoDigits(Math.abs(ahead) % MINUTES_PER_HOUR);
  return `${day} ${time} ${ahead < 0 ? "-" : "+"}${hours}${minutes} ${zoneName(date, ahead)}`;
}

/** The runtime loads much to know the names of zones, which UTC can do without. */
function zoneName(date: Date, minutesAhead: number): string {
  if (minutesAhead === 0) return "UTC";
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(date);
  return parts.find(({ type }) => type === "timeZoneName")!.value;
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, "0");
}
