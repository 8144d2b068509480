/**
 * Hot path. The header by which a service of another account learns who asks: `Nats-Request-Info`.
 *
 * Only the server may say that. Whatever a client has written under that name, in any case, more than
 * once or over several lines, is taken out. Readers of headers differ in what they take for the end of
 * a line, or for a line's beginning: whatever one of them might find is meant.
 */

import { CR, LF, SPACE, TAB } from "../../bytes/ascii.ts";
import type { Message } from "../../protocol/message.ts";
import type { Sink } from "../sink.ts";
import { chainedInfo } from "./chained-info.ts";
import type { ServiceImportRule } from "./service-import.ts";

const NAME = Buffer.from("Nats-Request-Info: ");
const LOWER_NAME = Buffer.from("nats-request-info");
const VERSION = Buffer.from("NATS/1.0\r\n");
const LINE_END = Buffer.from("\r\n");
const COLON = 0x3a;

/**
 * Who asks, as JSON; empty when nobody is to be told.
 *
 * @param before what the step before has told of it; empty for none.
 * @param isShared the exporting account may know all about the client.
 * @param isSystem the exporting account is the system account.
 */
export function infoFor(
  source: Sink,
  before: Buffer,
  { importer, share }: ServiceImportRule,
  isShared: boolean,
  isSystem: boolean,
): Buffer {
  if (before.length === 0) return source.requestInfo(isShared, isSystem);
  return chainedInfo(before, importer.name, source, !isShared && (share || isSystem));
}

/** Bytes of a header block with the information in it, at most. */
export function headerLengthMax({ headerBytes }: Message, info: Buffer): number {
  if (info.length === 0) return headerBytes;
  return headerBytes + VERSION.length + NAME.length + info.length + 2 * LINE_END.length;
}

/** Writes a message's header block with the information in it; returns the index after it. */
export function writeHeader(message: Message, info: Buffer, out: Buffer, at: number): number {
  const { buf, bodyStart, headerBytes } = message;
  let o = at;
  if (info.length === 0) return o + buf.copy(out, o, bodyStart, bodyStart + headerBytes);
  o = copyOthers(buf, bodyStart, bodyStart + headerBytes, out, o);
  if (o === at) o += VERSION.copy(out, o);
  o += NAME.copy(out, o);
  o += info.copy(out, o);
  o += LINE_END.copy(out, o);
  return o + LINE_END.copy(out, o);
}

/** Copies whole lines, but not those under the name, nor empty ones, as at the end. */
function copyOthers(buf: Buffer, start: number, end: number, out: Buffer, at: number): number {
  let o = at;
  let isDropped = false;
  for (let line = start; line < end; ) {
    let stop = line;
    while (stop < end && buf[stop] !== LF && buf[stop] !== CR) stop++;
    if (stop === end) break;
    const isEmpty = stop === line;
    const isContinuation = buf[line] === SPACE || buf[line] === TAB;
    if (buf[stop] === CR && buf[stop + 1] === LF && stop + 1 < end) stop++;
    if (isUnderName(buf, line, stop, end)) isDropped = true;
    else if (!isContinuation) isDropped = isEmpty;
    if (!isDropped) o += buf.copy(out, o, line, stop + 1);
    // What comes next must begin a line for every reader.
    else if (o > at && out[o - 1] === CR) out[o++] = LF;
    line = stop + 1;
  }
  return endLine(out, at, o);
}

/** The last line ends as all should. There is room, as the version is there already. */
function endLine(out: Buffer, start: number, end: number): number {
  if (end === start) return end;
  const textEnd = out[end - 1] === LF ? end - 1 : end;
  const hasReturn = textEnd > start && out[textEnd - 1] === CR;
  const lineEnd = hasReturn ? textEnd - 1 : textEnd;
  return lineEnd + LINE_END.copy(out, lineEnd);
}

/**
 * Whether a line has the name, with a colon after it or nothing else: the colon might follow once a line
 * in between is taken out. Readers take white space off, before the name and before the colon.
 */
function isUnderName(buf: Buffer, line: number, stop: number, end: number): boolean {
  const name = skipSpace(buf, line, stop);
  const nameEnd = name + LOWER_NAME.length;
  if (nameEnd >= end) return false;
  for (let i = 0; i < LOWER_NAME.length; i++) {
    const byte = buf[name + i]!;
    const isUpper = byte >= 0x41 && byte <= 0x5a;
    if ((isUpper ? byte | 0x20 : byte) !== LOWER_NAME[i]) return false;
  }
  const next = skipSpace(buf, nameEnd, end);
  return next >= stop || buf[next] === COLON;
}

function skipSpace(buf: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && buf[i]! <= SPACE) i++;
  return i;
}
