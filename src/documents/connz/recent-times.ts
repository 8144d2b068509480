/** Times as text, many of which are of the same second. */

import type { LocalTime } from "../go-texts.ts";

const MICROS_PER_SECOND = 1_000_000;
/** Seconds that are remembered. */
const SECONDS_MAX = 256;
/** Before the fraction: `2026-01-31T12:34:56`. */
const WHOLE = 19;

/** The same times, sooner. */
export function remembering(time: LocalTime): LocalTime {
  const known = new Map<number, string>();
  return (micros) => {
    const fraction = micros % MICROS_PER_SECOND;
    const second = micros - fraction;
    let whole = known.get(second);
    if (whole === undefined) {
      if (known.size === SECONDS_MAX) known.clear();
      whole = time(second);
      known.set(second, whole);
    }
    if (fraction === 0) return whole;
    return `${whole.slice(0, WHOLE)}.${shortest(fraction)}${whole.slice(WHOLE)}`;
  };
}

/** Six digits without the zeros at the end. */
function shortest(fraction: number): string {
  let rest = fraction;
  let digits = 6;
  for (; rest % 10 === 0; digits--) rest /= 10;
  return rest.toString().padStart(digits, "0");
}
