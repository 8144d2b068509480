/** What the encoder puts around lists, so that parts of a document can be encoded for themselves. */

import { encodeGo, type GoValue } from "../go-document.ts";
import type { PieceIndent } from "../piecewise-document.ts";

const COMMA = 0x2c;
/** How deep connections stand in a document, and items of their lists. */
const CONNECTION = 2;
const ITEM = 4;

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
  return encodeItems(connections, indent, isFirst, CONNECTION);
}

/**
 * Items as they stand in a list, in the same way.
 *
 * @param level how many brackets and braces they are in.
 */
export function encodeItems(
  items: readonly GoValue[],
  indent: PieceIndent,
  isFirst: boolean,
  level = ITEM,
): Buffer {
  let nested: GoValue = items;
  for (let i = 1; i < level; i++) nested = [nested];
  const bytes = encodeGo(nested, indent);
  // Each bracket stands in a line, which the next one's begins.
  let before = level;
  let after = 0;
  for (let i = 0; i < level; i++) {
    if (i > 0) before += lineStart(indent, i).length;
    after += lineStart(indent, i).length + "]".length;
  }
  const end = bytes.length - after;
  if (isFirst) return bytes.subarray(before, end);
  // The bracket before them makes room for the comma.
  bytes[before - 1] = COMMA;
  return bytes.subarray(before - 1, end);
}

/** What ends a list that has such items. */
export function itemsEnd(indent: PieceIndent, level = ITEM): string {
  return `${lineStart(indent, level - 1)}]`;
}

/** What a field with an empty list looks like. A text of a peer cannot: its quotes are escaped. */
export function emptyList(name: string, indent: PieceIndent): string {
  return indent === "" ? `"${name}":[]` : `"${name}": []`;
}

function lineStart(indent: PieceIndent, level: number): string {
  return indent === "" ? "" : `\n${indent.repeat(level)}`;
}
