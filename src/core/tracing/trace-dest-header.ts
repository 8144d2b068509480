/** Messages with a header for traces that is another one than the publisher's. */

import { Message } from "../../protocol/message.ts";

const LINE_END = "\r\n";
const DEST = "Nats-Trace-Dest";
const HOP = "Nats-Trace-Hop";

/** @param dest plain text without line ends. */
export function withTraceDest(message: Message, dest: string): Message {
  return withHeader(message, DEST, dest);
}

/** @param hop under which it is sent to another server. */
export function withTraceHop(message: Message, hop: string): Message {
  return withHeader(message, HOP, hop);
}

/** A copy of the message with this header, which stands last among them, as in nats-server. */
function withHeader(message: Message, name: string, value: string): Message {
  const { subjectText, buf, bodyStart, headerBytes } = message;
  const bodyEnd = bodyStart + headerBytes;
  const block = buf.toString("latin1", bodyStart, bodyEnd - LINE_END.length);
  const headers = `${without(block, name)}${name}: ${value}${LINE_END}${LINE_END}`;
  const payloadBytes = message.totalBytes - headerBytes;
  const reply = buf.toString("latin1", message.replyStart, message.replyEnd);
  const lineStart = `${subjectText} `;
  const sizes = `${headers.length} ${headers.length + payloadBytes}${LINE_END}`;
  const line = Buffer.from(`${lineStart}${reply}${reply === "" ? "" : " "}${sizes}`, "latin1");
  const changed = new Message();
  changed.buf = Buffer.concat([
    line,
    Buffer.from(headers, "latin1"),
    buf.subarray(bodyEnd, message.end),
  ]);
  changed.subjectEnd = lineStart.length - 1;
  changed.replyStart = lineStart.length;
  changed.replyEnd = changed.replyStart + reply.length;
  changed.bodyStart = line.length;
  changed.end = changed.buf.length;
  changed.headerBytes = headers.length;
  changed.totalBytes = headers.length + payloadBytes;
  changed.hash = message.hash;
  changed.depth = message.depth;
  return changed;
}

/** Not at the beginning, and each up to the end of its line. */
function without(block: string, name: string): string {
  const lineStart = `\n${name}:`;
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const start = block.indexOf(lineStart, from - 1) + 1;
    const end = start === 0 ? -1 : block.indexOf(LINE_END, start);
    // Without an end of this line there is none for later ones either.
    if (end < 0) break;
    kept.push(block.slice(from, start));
    from = end + LINE_END.length;
  }
  return kept.join("") + block.slice(from);
}
