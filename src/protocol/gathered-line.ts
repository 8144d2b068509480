/**
 * Lines of messages that have not come whole, or are written in an uncommon way: copied to a buffer of
 * their own in the common form, in front of where the body is to gather.
 */

import { releaseBuffer, takeBuffer } from "../bytes/buffer-pool.ts";
import { hashBytes } from "../bytes/hash.ts";
import { Message } from "./message.ts";
import type { PublishArgs } from "./publish-args.ts";
import { type RoutedFault, RoutedScanner, routedFault } from "./routed-scanner.ts";
import { SINGLE_SPACED_EXTRA, writeSingleSpaced } from "./single-spaced.ts";

const CRLF_BYTES = 2;

const scanner = new RoutedScanner();

/**
 * @param args of a PUB or HPUB, just read from `buf`.
 * @returns the message, whose buffer is the caller's and holds its line and nothing else yet.
 */
export function gatherPublish(args: PublishArgs, buf: Buffer): Message {
  const message = new Message();
  const line = takeBuffer(args.commonLength);
  args.writeCommon(buf, line, message);
  message.buf = line;
  message.hash = hashBytes(line, 0, message.subjectEnd);
  return message;
}

/**
 * The same from the arguments of RMSG, HMSG or LMSG.
 *
 * @param first the verb's first letter in lower case.
 * @returns what is wrong with the line, if anything is.
 */
export function gatherRouted(
  buf: Buffer,
  start: number,
  end: number,
  first: number,
  isDedicated: boolean,
): Message | RoutedFault {
  const message = new Message();
  const line = takeBuffer(end - start + SINGLE_SPACED_EXTRA);
  const length = writeSingleSpaced(buf, start, end, line);
  const lineEnd = scanner.readLine(line, 0, length, first, isDedicated, message);
  if (lineEnd < 0) {
    releaseBuffer(line);
    return routedFault(first, lineEnd);
  }
  message.bodyStart = length;
  message.end = length + message.totalBytes + CRLF_BYTES;
  return message;
}
