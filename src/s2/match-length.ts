/** Hot path. How far two places in data are alike. */

/**
 * @param from an earlier place than `to`; four bytes are known to be alike
 * @param end of the data
 */
export function matchLength(view: DataView, from: number, to: number, end: number): number {
  const distance = to - from;
  let i = to + 4;
  for (const last = end - 4; i <= last; i += 4) {
    const differing = view.getInt32(i, true) ^ view.getInt32(i - distance, true);
    // The lowest bit that differs is in the first byte that does.
    if (differing !== 0) return i - to + ((31 - Math.clz32(differing & -differing)) >> 3);
  }
  while (i < end && view.getUint8(i) === view.getUint8(i - distance)) i++;
  return i - to;
}
