/** Texts of the protocol trace, as nats-server logs them. */

import { goQuote } from "../protocol/go-quote.ts";

/** Values that must never reach a log. */
const SECRETS = /("?(?:pass\w*|auth_token\w*|nkey|sig|proxy_sig)"?\s*:\s*)"(?:[^"\\]|\\.)*"?/gi;

/** `<<- [PUB foo 5]`: an operation that came in. */
export function traceIn(verb: string, buf: Buffer, start: number, end: number): string {
  const args = buf.toString("utf8", start, end);
  const shown = verb === "CONNECT" ? args.replace(SECRETS, '$1"[REDACTED]"') : args;
  return shown === "" ? `<<- [${verb}]` : `<<- [${verb} ${shown}]`;
}

/** `->> [MSG foo 1 5]`: a frame that went out. */
export function traceOut(text: string): string {
  return `->> [${text}]`;
}

/** `MSG_PAYLOAD: ["hello"]`, cut to `max` bytes when that is not 0; null for an empty payload. */
export function tracePayload(buf: Buffer, start: number, end: number, max: number): string | null {
  if (end <= start) return null;
  const isCut = max > 0 && end - start > max;
  const shown = goQuote(buf, start, isCut ? start + max : end);
  return isCut ? `MSG_PAYLOAD: [${shown.slice(0, -1)}..."]` : `MSG_PAYLOAD: [${shown}]`;
}
