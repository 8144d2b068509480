/** A document that may be too long to be made at once: its bytes come piece by piece. */

import { DocumentError } from "./document-error.ts";
import { encodeGo, type GoValue } from "./go-document.ts";
import { type MessageCount, Slices } from "./slices.ts";

/** More than a client may be sent at once in nearly every server. */
const ENCODED_BYTES_MAX = 256 * 1024 * 1024;

/** Of each level; "" for everything in one line. */
export type PieceIndent = "" | "  ";

export abstract class PiecewiseDocument {
  readonly #traffic: MessageCount;
  readonly #tooLong: string;

  /** @param tooLong what whoever asks for too much is told. */
  constructor(traffic: MessageCount, tooLong: string) {
    this.#traffic = traffic;
    this.#tooLong = tooLong;
  }

  /** The bytes, some ten kilobytes at a time. */
  abstract pieces(indent: PieceIndent): AsyncGenerator<Buffer>;

  /**
   * All of it.
   *
   * @throws DocumentError when that would be more than any client could be sent.
   */
  async encode(indent: PieceIndent): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of this.pieces(indent)) {
      bytes += piece.length;
      if (bytes > ENCODED_BYTES_MAX) throw new DocumentError(this.#tooLong, 500);
      pieces.push(piece);
    }
    return joined(pieces, bytes, new Slices(this.#traffic));
  }
}

/**
 * What stands before and after the items of a list that is the last field of a document.
 *
 * @param fields with that list as an empty one.
 */
export function frameOf(
  fields: { readonly [field: string]: GoValue | undefined },
  indent: PieceIndent,
): [string, string] {
  const [before = "", after = ""] = encodeGo(fields, indent)
    .toString()
    .split(/(?<=\[)(?=\]\n?\}$)/);
  return [before, indent === "" ? after : `\n${indent}${after}`];
}

/** Copying megabytes takes milliseconds, most of them for the memory to become there. */
async function joined(pieces: readonly Buffer[], bytes: number, slices: Slices): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
    if (slices.isOver) await slices.pause();
  }
  return whole;
}
