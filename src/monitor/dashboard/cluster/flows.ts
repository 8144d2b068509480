/** Sums of what goes over several connections. */

import type { Flow } from "../shapes.ts";

/** Null while none is known. */
export function sumOf(flows: readonly (Flow | null)[]): Flow | null {
  const sum = { inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 };
  let isKnown = false;
  for (const flow of flows) {
    if (flow === null) continue;
    isKnown = true;
    sum.inMsgs += flow.inMsgs;
    sum.outMsgs += flow.outMsgs;
    sum.inBytes += flow.inBytes;
    sum.outBytes += flow.outBytes;
  }
  return isKnown ? sum : null;
}
