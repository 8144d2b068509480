/** Texts of the protocol trace, as nats-server logs them. */

import type { Logger } from "../log/logger.ts";
import { goQuote } from "../protocol/go-quote.ts";
import type { Message } from "../protocol/message.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";
import { redactSecrets } from "./redact-secrets.ts";

/** A header block ends with an empty line, which traces of headers leave out. */
const HEADER_END_BYTES = 4;

/** `<<- [PUB foo 5]`: an operation that came in. */
export function traceIn(verb: string, buf: Buffer, start: number, end: number): string {
  const args = buf.toString("utf8", start, end);
  // Seeds and JWTs give themselves away, whatever field they have got into.
  const shown = verb === "CONNECT" ? withoutSecretShapes(redactSecrets(args)) : args;
  return shown === "" ? `<<- [${verb}]` : `<<- [${verb} ${shown}]`;
}

/** `->> [MSG foo 1 5]`: a frame that went out. */
export function traceOut(text: string): string {
  return `->> [${text}]`;
}

/** `<<- [MAPPING foo -> bar]` */
export function traceMapping(published: Message, mapped: Message): string {
  const from = published.subject.toString("utf8", published.subjectStart, published.subjectEnd);
  const to = mapped.subject.toString("utf8", mapped.subjectStart, mapped.subjectEnd);
  return `<<- [MAPPING ${from} -> ${to}]`;
}

/** What a log shows of payloads. */
type TraceLimits = Pick<Logger, "traceHeaders" | "maxTracedMsgLen">;

/** Bytes of the header block that follows a control line: `HMSG foo 1 18 20` has 18, MSG none. */
export function headerBytesOf(line: string): number {
  return line.startsWith("HMSG ") ? Number(line.split(" ").at(-2)) : 0;
}

/** Shows a frame that was sent: its line, and as much of its body as the log is to have. */
export function traceDelivered(
  trace: (text: string) => void,
  log: TraceLimits,
  buf: Buffer,
  frameStart: number,
  bodyStart: number,
  frameEnd: number,
): void {
  const line = buf.toString("utf8", frameStart, bodyStart - 2);
  trace(traceOut(line));
  const text = tracePayload(log, buf, bodyStart, frameEnd - 2, headerBytesOf(line));
  if (text !== null) trace(`->> ${text}`);
}

/**
 * `MSG_PAYLOAD: ["hello"]`, cut to the length that the log allows; null for an empty payload.
 *
 * Where the log traces headers only, it is the header block, and null when there is none.
 *
 * @param start of the header block, or of the payload when there is none.
 */
export function tracePayload(
  { traceHeaders, maxTracedMsgLen: max }: TraceLimits,
  buf: Buffer,
  start: number,
  end: number,
  headerBytes: number,
): string | null {
  const shownEnd = traceHeaders ? start + headerBytes - HEADER_END_BYTES : end;
  if (shownEnd <= start) return null;
  const isCut = max > 0 && shownEnd - start > max;
  const shown = goQuote(buf, start, isCut ? start + max : shownEnd);
  return isCut ? `MSG_PAYLOAD: [${shown.slice(0, -1)}..."]` : `MSG_PAYLOAD: [${shown}]`;
}
