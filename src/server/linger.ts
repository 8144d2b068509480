/** The wait for those who have yet to take what is pending, as the server stops. */

import type { Connection } from "../net/connection.ts";

/** It is no longer than this. */
const LINGER_MS = 2000;
const POLL_MS = 10;

export async function linger(closing: readonly Connection[]): Promise<void> {
  const deadline = performance.now() + LINGER_MS;
  while (performance.now() < deadline && closing.some(hasPending)) await Bun.sleep(POLL_MS);
}

function hasPending({ outbound }: Connection): boolean {
  return outbound.pendingBytes > 0;
}
