/** Sorting of many entries by numbers, bit by bit. Equal ones stay in their order. */

import type { Slices } from "../slices.ts";

/** Runs of this length are sorted by insertion at first. */
const RUN = 16;
/** Entries between two looks at the clock. */
const STEP = 2048;

/**
 * @param keys one number for each entry; those that are no numbers are not allowed.
 * @returns the places of the entries, from the least key to the greatest.
 */
export async function sortedPlaces(keys: Float64Array, slices: Slices): Promise<Int32Array> {
  const count = keys.length;
  let from = new Int32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  if (isSorted(keys)) return from;
  for (let start = 0; start < count; start += RUN) {
    sortRun(keys, from, start, Math.min(start + RUN, count));
    if (start % STEP === 0 && slices.isOver) await slices.pause();
  }
  let to = new Int32Array(count);
  for (let width = RUN; width < count; width *= 2) {
    await mergeRuns(keys, from, to, width, slices);
    [from, to] = [to, from];
  }
  return from;
}

/** As most lists are: by the number of the connection. */
function isSorted(keys: Float64Array): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return false;
  return true;
}

function sortRun(keys: Float64Array, places: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const place = places[i]!;
    const key = keys[place]!;
    let at = i;
    for (; at > start && keys[places[at - 1]!]! > key; at--) places[at] = places[at - 1]!;
    places[at] = place;
  }
}

/** Merges each two neighbouring runs of this width. */
async function mergeRuns(
  keys: Float64Array,
  from: Int32Array,
  to: Int32Array,
  width: number,
  slices: Slices,
): Promise<void> {
  const count = from.length;
  let left = 0;
  let right = width;
  for (let at = 0; at < count; at++) {
    const start = at - (at % (width * 2));
    const middle = Math.min(start + width, count);
    const end = Math.min(middle + width, count);
    if (at === start) {
      left = start;
      right = middle;
    }
    const takesLeft = left < middle && (right >= end || keys[from[left]!]! <= keys[from[right]!]!);
    to[at] = takesLeft ? from[left++]! : from[right++]!;
    if (at % STEP === 0 && slices.isOver) await slices.pause();
  }
}
