/** Numbers in few characters. */

const BYTE_UNITS = ["", "K", "M", "G", "T", "P"] as const;
const COUNT_UNITS = ["", "K", "M", "B", "T", "Q"] as const;

/** Powers of 1024: `1.5K`. */
export function bytesText(bytes: number, plain: boolean): string {
  return plain ? String(Math.round(bytes)) : scaled(bytes, 1024, BYTE_UNITS);
}

/** Powers of 1000. */
export function countText(count: number, plain: boolean): string {
  return plain ? String(Math.round(count)) : scaled(count, 1000, COUNT_UNITS);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // What would be rounded to a whole step is one.
  while (Math.abs(rest) >= step - 0.05 && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return unit === 0 ? String(Math.round(rest)) : `${rest.toFixed(1)}${units[unit]}`;
}

/** `850ms`, `12s`, `3m`. */
export function shortTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 60_000) return `${Math.round(milliseconds / 1000)}s`;
  return `${Math.round(milliseconds / 60_000)}m`;
}
