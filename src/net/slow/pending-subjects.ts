/**
 * What waits for a connection, by subject. The frames are read where they lie, in the buffer of what is
 * to be sent; nothing is kept for this while messages are delivered.
 *
 * There may be millions of frames. So only the first ones of a few equal parts of the buffer are read,
 * and each part is taken to be like those.
 */

import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";

/** Parts of the buffer that are looked at. */
const PARTS = 4;
/** Bytes of one part that are searched for the beginning of a frame. */
const SEARCH_BYTES_MAX = 1024 * 1024;
/** Bytes that are searched in the time in which a frame is read. */
const SEARCHED_PER_FRAME = 4096;
/** Places of one part that look like the beginning of a frame, and are none. */
const FALSE_STARTS_MAX = 64;
/** Longest control line that is read. */
const LINE_BYTES_MAX = 16 * 1024;
/** Bytes of a subject that are shown, and by which subjects are told apart. */
const SUBJECT_BYTES_MAX = 256;
const SHOWN_MAX = 5;

const SPACE = 0x20;
const LF = 0x0a;
const CR = 0x0d;
const [PLUS, MINUS, H, I, M, P, R] = [0x2b, 0x2d, 0x48, 0x49, 0x4d, 0x50, 0x52];
const FRAME_STARTS: readonly number[] = [PLUS, MINUS, H, I, M, P, R];
const LINE_END = Buffer.from("\r\n");
/** Line break and name of a message. */
const BEGINNING_BYTES = 7;
const MESSAGE = Buffer.from("MSG ");

export interface SubjectBytes {
  /** At most 256 bytes of it. */
  readonly subject: string;
  /** Bytes of its frames, control lines included. */
  readonly bytes: number;
  readonly frames: number;
}

export interface PendingSubjects {
  /** Those that most bytes wait for, at most five. */
  readonly top: readonly SubjectBytes[];
  /** Not everything was read, so numbers are what a sample makes probable. */
  readonly isEstimate: boolean;
}

export const NOTHING_PENDING: PendingSubjects = { top: [], isEstimate: false };
/** What is told where too much else had to be read. */
export const NOT_READ: PendingSubjects = { top: [], isEstimate: true };

export interface Reading {
  readonly subjects: PendingSubjects;
  /** Frames that could have been read in the same time. */
  readonly cost: number;
}

interface Tally {
  bytes: number;
  frames: number;
}

/** One frame, up to `end`. */
interface Frame {
  readonly end: number;
  /** Null for what is no message. */
  readonly subject: string | null;
}

/**
 * @param pending what waits; it ends with a whole frame, but may begin in the middle of one.
 * @param framesMax how many frames are read at most, in all.
 * @param namesAccounts the name of an account stands before each subject.
 */
export function readPendingSubjects(
  pending: Buffer,
  framesMax: number,
  namesAccounts = false,
): Reading {
  const tallies = new Map<string, Tally>();
  let isEstimate = false;
  const work = { cost: 0, namesAccounts };
  const partBytes = Math.ceil(pending.length / PARTS);
  let at = 0;
  for (let part = 0; part < PARTS; part++) {
    const from = part * partBytes;
    const to = Math.min(from + partBytes, pending.length);
    // A frame that began in an earlier part is that part's, to its end.
    if (at < from) at = from;
    if (at >= to) continue;
    const begin = at;
    const sample = new Map<string, Tally>();
    at = readFrames(pending, begin, to, Math.ceil(framesMax / PARTS), sample, work);
    let read = 0;
    for (const { bytes } of sample.values()) read += bytes;
    const unread = Math.max(at, to) - begin - read;
    if (at < to) isEstimate = true;
    const scale = at < to && read > 0 ? 1 + unread / read : 1;
    for (const [subject, tally] of sample) add(tallies, subject, tally, scale);
  }
  return { subjects: { top: largest(tallies), isEstimate }, cost: work.cost };
}

/** Reads frames that begin before `to`; returns where it stopped, which is before `to` if too early. */
function readFrames(
  pending: Buffer,
  from: number,
  to: number,
  framesMax: number,
  tallies: Map<string, Tally>,
  work: { cost: number; readonly namesAccounts: boolean },
): number {
  let at = from;
  let falseStarts = 0;
  const searchEnd = Math.min(to, from + SEARCH_BYTES_MAX);
  for (let count = 0; count < framesMax && at < to; count++) {
    work.cost++;
    const frame = readFrame(pending, at, work.namesAccounts);
    if (frame !== null) {
      const { end, subject } = frame;
      if (subject !== null) add(tallies, subject, { bytes: end - at, frames: 1 }, 1);
      at = end;
      continue;
    }
    if (falseStarts++ === FALSE_STARTS_MAX) return at;
    const next = nextFrame(pending, at, searchEnd);
    work.cost += ((next < 0 ? searchEnd : next) - at) / SEARCHED_PER_FRAME;
    if (next < 0) return searchEnd === to ? to : at;
    at = next;
  }
  return at;
}

/** A frame at exactly this place; null when there is none. */
function readFrame(pending: Buffer, at: number, namesAccounts: boolean): Frame | null {
  const first = pending[at]!;
  if (!FRAME_STARTS.includes(first)) return null;
  const lineEnd = pending.subarray(at, at + LINE_BYTES_MAX).indexOf(LINE_END);
  if (lineEnd < 0) return null;
  const bodyStart = at + lineEnd + LINE_END.length;
  const isRouted = first === R && pending[at + 1] === M;
  let nameStart = first === M ? at + 4 : first === H || isRouted ? at + 5 : -1;
  if (nameStart < 0) return { end: bodyStart, subject: null };
  if (namesAccounts) nameStart += pending.subarray(nameStart, bodyStart).indexOf(SPACE) + 1;
  const nameEnd = nameStart + pending.subarray(nameStart, bodyStart).indexOf(SPACE);
  if (pending[nameStart - 1] !== SPACE || nameEnd < nameStart) return null;
  const size = trailingSize(pending, nameEnd, bodyStart - LINE_END.length);
  const end = bodyStart + size + LINE_END.length;
  if (size < 0 || end > pending.length) return null;
  if (pending[end - 2] !== CR || pending[end - 1] !== LF) return null;
  const shownEnd = Math.min(nameEnd, nameStart + SUBJECT_BYTES_MAX);
  return { end, subject: pending.toString("latin1", nameStart, shownEnd) };
}

/** Where behind `from` a message's frame seems to begin; -1 when none does up to `to`. */
function nextFrame(pending: Buffer, from: number, to: number): number {
  const searched = pending.subarray(from, to + BEGINNING_BYTES);
  let found = searched.indexOf(MESSAGE, 1);
  for (let tries = 0; found >= 0 && tries < FALSE_STARTS_MAX; tries++) {
    const before = searched[found - 1];
    const start = before === H || before === R ? found - 1 : found;
    // The line break itself may have been sent in part.
    const follows = start < 2 || searched[start - 2] === CR;
    if (start > 0 && follows && searched[start - 1] === LF) return from + start;
    found = searched.indexOf(MESSAGE, found + 1);
  }
  return -1;
}

/** The number that a control line ends with; -1 when there is none. */
function trailingSize(buf: Buffer, from: number, lineEnd: number): number {
  let size = 0;
  let factor = 1;
  let at = lineEnd - 1;
  for (; at > from && buf[at] !== SPACE; at--) {
    const digit = buf[at]! - 0x30;
    if (digit < 0 || digit > 9 || factor > 1e9) return -1;
    size += digit * factor;
    factor *= 10;
  }
  return factor === 1 ? -1 : size;
}

function add(tallies: Map<string, Tally>, subject: string, more: Tally, scale: number): void {
  const tally = tallies.get(subject);
  if (tally === undefined) {
    tallies.set(subject, { bytes: more.bytes * scale, frames: more.frames * scale });
    return;
  }
  tally.bytes += more.bytes * scale;
  tally.frames += more.frames * scale;
}

function largest(tallies: ReadonlyMap<string, Tally>): SubjectBytes[] {
  return Array.from(tallies, ([subject, { bytes, frames }]) => ({
    subject: withoutSecretShapes(Buffer.from(subject, "latin1").toString()),
    bytes: Math.round(bytes),
    frames: Math.round(frames),
  }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, SHOWN_MAX);
}
