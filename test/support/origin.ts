/** A connection that nothing has come from, for logins without one. */

import type { AttemptOrigin } from "../../src/auth/login.ts";

export function originOf(cid: number): AttemptOrigin {
  const traffic = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  return { cid, tls: null, startedAt: 0, rttMs: 1, traffic };
}
