/** What the encoder puts around lists, so that parts of a document can be encoded for themselves. */

import { encodeGo, type GoValue } from "../go-document.ts";
import type { PieceIndent } from "../piecewise-document.ts";

const COMMA = 0x2c;

interface Frame {
  readonly before: number;
  readonly after: number;
}

const CONNECTIONS: Readonly<Record<PieceIndent, Frame>> = {
  "": frame('{"a":[', "]}"),
  "  ": frame('{\n  "a": [', "\n  ]\n}"),
};
const ITEMS: Readonly<Record<PieceIndent, Frame>> = {
  "": frame('{"a":[{"b":[', "]}]}"),
  "  ": frame('{\n  "a": [\n    {\n      "b": [', "\n      ]\n    }\n  ]\n}"),
};

function frame(before: string, after: string): Frame {
  return { before: before.length, after: after.length };
}

/**
 * Connections as they stand in the list of the document, without its brackets.
 *
 * @param isFirst nothing stands before them; else a comma does.
 */
export function encodeConnections(
  connections: readonly GoValue[],
  indent: PieceIndent,
  isFirst: boolean,
): Buffer {
  return within(encodeGo({ a: connections }, indent), CONNECTIONS[indent], isFirst);
}

/** Items as they stand in a list of one connection, in the same way. */
export function encodeItems(
  items: readonly GoValue[],
  indent: PieceIndent,
  isFirst: boolean,
): Buffer {
  return within(encodeGo({ a: [{ b: items }] }, indent), ITEMS[indent], isFirst);
}

/** What ends a list of a connection that has items. */
export function itemsEnd(indent: PieceIndent): string {
  return indent === "" ? "]" : "\n      ]";
}

/** What a field with an empty list looks like. A text of a peer cannot: its quotes are escaped. */
export function emptyList(name: string, indent: PieceIndent): string {
  return indent === "" ? `"${name}":[]` : `"${name}": []`;
}

/** The bracket before them makes room for the comma. */
function within(bytes: Buffer, { before, after }: Frame, isFirst: boolean): Buffer {
  const end = bytes.length - after;
  if (isFirst) return bytes.subarray(before, end);
  bytes[before - 1] = COMMA;
  return bytes.subarray(before - 1, end);
}
